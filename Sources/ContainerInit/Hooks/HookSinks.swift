import LinuxKernel

/// Where the output of hooks is copied to; nil is nowhere.
package struct HookSinks {
    package var output: SharedDescriptor?
    package var errorOutput: SharedDescriptor?
    /// Why a copy is not whole.
    package var failure: Errno?

    package init(output: SharedDescriptor? = nil, errorOutput: SharedDescriptor? = nil) {
        self.output = output
        self.errorOutput = errorOutput
    }

    /// Copies a part; after a failure nothing more.
    package mutating func copy(_ bytes: [UInt8], to sink: SharedDescriptor?) {
        guard let sink, failure == nil else { return }
        do throws(Errno) { try sink.file.write(bytes) } catch { failure = error }
    }
}
