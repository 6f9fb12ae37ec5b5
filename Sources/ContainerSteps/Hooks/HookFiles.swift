import ByteStrings
import ContainerInit
import LinuxKernel

/// The files that the output of hooks is appended to, as annotations ask for; none in a configuration without them.
package struct HookFiles: Equatable, FieldRecord {
    /// Absolute paths; empty for what is not kept.
    package var output = Path()
    package var errorOutput = Path()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("stdout", &output)
        try visitor.field("stderr", &errorOutput)
    }

    /// Opens the files, which are made if they are missing.
    func open() throws(ContainerError) -> OpenHookFiles {
        OpenHookFiles(
            output: try Self.open(output, "run.oci.hooks.stdout"),
            errorOutput: try Self.open(errorOutput, "run.oci.hooks.stderr"))
    }

    private static func open(_ path: Path, _ annotation: String) throws(ContainerError) -> FileDescriptor? {
        if path.isEmpty { return nil }
        do throws(Errno) {
            let file = try FileDescriptor.open(path, [.writeOnly, .create, .append, .nonBlocking], mode: 0o600)
            guard try file.status().kind == .regular else { throw .invalidArgument }
            return file
        } catch {
            throw ContainerError(
                operation: "open", origin: Origin(.annotations), member: "." + annotation, subject: path, errno: error,
                remedy: error == .invalidArgument ? "the output of hooks goes to regular files only" : "")
        }
    }
}

/// The same files, open.
struct OpenHookFiles: ~Copyable {
    var output: FileDescriptor?
    var errorOutput: FileDescriptor?

    /// Where a run of hooks writes to.
    consuming func sinks() -> HookSinks {
        HookSinks(
            output: SharedDescriptor(ifPresent: output), errorOutput: SharedDescriptor(ifPresent: errorOutput))
    }
}
