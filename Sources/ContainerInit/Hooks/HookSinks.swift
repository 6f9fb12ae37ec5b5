import LinuxKernel

/// Where the output of hooks is copied to, by descriptor; nil is nowhere.
package struct HookSinks {
    package var output: Int32?
    package var errorOutput: Int32?
    /// Why a copy is not whole.
    package var failure: Errno?

    package init(output: Int32? = nil, errorOutput: Int32? = nil) {
        self.output = output
        self.errorOutput = errorOutput
    }

    /// Copies a part; after a failure nothing more.
    package mutating func copy(_ bytes: [UInt8], to sink: Int32?) {
        guard let sink, failure == nil else { return }
        do throws(Errno) { try write(bytes, to: sink) } catch { failure = error }
    }
}
