import Linux
import RuntimeSpec

/// The open files that the output of hooks is appended to, as annotations ask for; see `TrustedAnnotations`.
struct HookFiles: ~Copyable {
    private var output: FileDescriptor?
    private var errorOutput: FileDescriptor?

    /// Opens the files, which are made if they are missing; a relative path starts at the bundle.
    init(
        _ annotations: OrderedPairs<ByteString, ByteString>, areTrusted: Bool, bundle: Path
    ) throws(ContainerError) {
        let annotations = try TrustedAnnotations(annotations, areTrusted: areTrusted)
        output = try Self.open(annotations.hookOutput, bundle, TrustedAnnotations.hooksOutput)
        errorOutput = try Self.open(annotations.hookErrorOutput, bundle, TrustedAnnotations.hooksErrorOutput)
    }

    private static func open(
        _ path: Path?, _ bundle: Path, _ annotation: ByteString
    ) throws(ContainerError) -> FileDescriptor? {
        guard let path = path?.absolute(in: bundle) else { return nil }
        do throws(Errno) {
            let file = try FileDescriptor.open(path, [.writeOnly, .create, .append, .nonBlocking], mode: 0o600)
            guard try file.status().kind == .regular else { throw .invalidArgument }
            return file
        } catch {
            throw ContainerError(
                operation: "open", origin: Origin(.annotations), member: ".\(annotation)", subject: path, errno: error,
                remedy: error == .invalidArgument ? "the output of hooks goes to regular files only" : "")
        }
    }

    /// The descriptors for a run of hooks.
    var sinks: HookSinks { HookSinks(output: output.raw, errorOutput: errorOutput.raw) }

    /// Hands the files to the child, which runs hooks, too.
    consuming func hand(to descriptors: DescriptorTable) {
        if let output = output.take() { descriptors.fill(.hookOutput, output) }
        if let errorOutput = errorOutput.take() { descriptors.fill(.hookErrorOutput, errorOutput) }
    }
}

/// Where the output of hooks is copied to, by descriptor; nil is nowhere.
struct HookSinks {
    var output: Int32?
    var errorOutput: Int32?
    /// Why a copy is not whole.
    var failure: Errno?

    /// Copies a part; after a failure nothing more.
    mutating func copy(_ bytes: [UInt8], to sink: Int32?) {
        guard let sink, failure == nil else { return }
        do throws(Errno) { try write(bytes, to: sink) } catch { failure = error }
    }
}
