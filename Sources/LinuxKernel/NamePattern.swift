import CLinuxKernel

/// An extended regular expression that names are compared with. See regex(7).
package struct NamePattern: ~Copyable {
    private let compiled: UnsafeMutableRawPointer

    /// Why a text is no regular expression.
    package struct Malformed: Error {
        package let reason: String
    }

    /// Compiles `text`.
    package init(_ text: ByteString) throws(Malformed) {
        var reason = ""
        let compiled = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            buffer.initialize(repeating: 0)
            let compiled = text.withCString { linux_compile_pattern($0, buffer.baseAddress, buffer.count) }
            if compiled == nil, let start = buffer.baseAddress { reason = String(cString: start) }
            return compiled
        }
        guard let compiled else { throw Malformed(reason: reason) }
        self.compiled = compiled
    }

    deinit { linux_free_pattern(compiled) }

    /// Whether a part of `name` fits.
    package borrowing func matches(_ name: ByteString) -> Bool {
        name.withCString { linux_pattern_matches(compiled, $0) != 0 }
    }
}
