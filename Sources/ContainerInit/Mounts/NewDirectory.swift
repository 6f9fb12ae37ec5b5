import ByteStrings
import LinuxKernel

/// The root of an empty file system that was mounted in the container, and that no later mount has covered.
///
/// No process of the container runs yet, so all that is in it are the places of the mounts that followed.
package struct NewDirectory {
    /// The destination of its mount, to which no link leads.
    package let path: Path
    /// The directory, once somebody has asked.
    fileprivate var directory: SharedDescriptor?

    package init(path: Path) { self.path = path }
}

extension RootfsSetup {
    /// The new directory, if `path` names it, with or without a slash at its end.
    package func openNewDirectory(_ path: Path) -> SharedDescriptor? {
        guard let new = newDirectory, path == new.path || path.bytes == new.path.bytes + "/" else { return nil }
        if let directory = new.directory { return directory }
        do throws(Errno) {
            let found = try RootedPath(new.path).find(in: root.file, directory: true)
            guard found.isPlain else { return nil }
            let directory = SharedDescriptor(found.takeFile())
            newDirectory?.directory = directory
            return directory
        } catch {
            return nil
        }
    }

    /// Forgets the new directory, if a mount on `destination`, to which no link leads, is to cover it.
    package func forgetNewDirectory(before destination: Path) {
        guard let new = newDirectory else { return }
        let isCovered =
            destination == "/" || destination == new.path || new.path.bytes.hasPrefix(destination.bytes + "/")
        if isCovered { newDirectory = nil }
    }
}
