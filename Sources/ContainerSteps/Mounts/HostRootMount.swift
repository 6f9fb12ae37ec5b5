import ByteStrings
import ContainerInit
import LinuxKernel

/// The mount that a container without a mount namespace leaves in the runtime's own.
///
/// The child puts it on the root file system, and the container's other mounts lie on it. So taking this one away takes
/// all of them away.
package struct HostRootMount {
    private let path: Path
    /// What lies on the path without the container.
    private let former: UInt64

    /// Remembers what is at `path` before the child comes.
    package init(at path: Path) throws(ContainerError) {
        self.path = path
        former = try attempt("statx", path) { () throws(Errno) in try mountID(of: path) }
    }

    /// The container's mount, once it is made.
    package var made: UInt64? {
        get throws(ContainerError) {
            let id = try attempt("statx", path) { () throws(Errno) in try mountID(of: path) }
            return id == former ? nil : id
        }
    }

    /// Takes the mount `id` away from `path`. Somebody may have done that before, and mounted something else.
    package static func detach(_ id: UInt64, from path: Path) throws(ContainerError) {
        do throws(Errno) {
            guard try mountID(of: path) == id else { return }
            try detachMount(path)
        } catch {
            if error == .noSuchFileOrDirectory { return }
            throw ContainerError(operation: "umount", subject: path, errno: error)
        }
    }

    /// Takes away what was made, if anything was.
    package func undo(_ report: WarningReport) {
        do throws(ContainerError) {
            if let made = try made { try Self.detach(made, from: path) }
        } catch {
            report("unable to remove the container's mounts: " + error.message)
        }
    }
}
