import ByteStrings
import LinuxKernel

/// Enters the directory that the program starts in.
package struct WorkingDirectoryStep: ChildStep {
    package static let name: StaticString = "working-directory"

    package var path = Path()
    /// Whether a failure is left to the next try, as another user.
    package var isAttempt = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
        try visitor.field("attempt", &isAttempt)
    }

    package var detail: String { path + (isAttempt ? ", as root" : ", as the user") }

    package func perform(in process: InitProcess) throws(ContainerError) {
        // Entered as root: what the user may is of no importance any more.
        if process.values.isInWorkingDirectory { return }
        try process.finishRootfs()
        do throws(Errno) {
            try changeDirectory(path)
            process.values.isInWorkingDirectory = true
        } catch {
            if isAttempt { return }
            throw ContainerError(
                errno: error, reason: "chdir to cwd (\"\(path)\") set in config.json failed")
        }
        // The root itself is inside.
        if path == "/" { return }
        // A link of /proc to a directory outside would start the program there (CVE-2024-21626).
        let actual: Path = try attempt("getcwd", path) { () throws(Errno) in try currentDirectory() }
        guard actual.isAbsolute else {
            throw ContainerError(
                reason: "current working directory is outside of container mount namespace root "
                    + "-- possible container breakout detected")
        }
    }
}
