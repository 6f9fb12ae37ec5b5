import ByteStrings
import LinuxKernel

/// Makes the directory that the program starts in, and its parents, where they are missing.
package struct MakeWorkingDirectoryStep: ChildStep {
    package static let name: StaticString = "make-working-directory"

    package var path = Path()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
    }

    /// The root is the container's by now, so links cannot lead out of it.
    package func perform(in process: InitProcess) throws(ContainerError) {
        do throws(Errno) {
            if try fileStatus(path).kind == .directory { return }
        } catch {
            // Missing, or not to be looked at: the calls below say which.
        }
        guard let components = path.components else {
            throw ContainerError(operation: "mkdir", subject: path, errno: .invalidArgument)
        }
        var directory: Path = "/"
        for component in components {
            directory = directory.appending(component)
            do throws(Errno) {
                try makeDirectory(directory, mode: 0o755)
            } catch Errno.fileExists {
                continue
            } catch {
                throw ContainerError(operation: "mkdir", subject: directory, errno: error)
            }
        }
        do throws(Errno) {
            guard try fileStatus(path).kind == .directory else { throw Errno.notDirectory }
        } catch {
            throw ContainerError(operation: "mkdir", subject: path, errno: error)
        }
    }
}
