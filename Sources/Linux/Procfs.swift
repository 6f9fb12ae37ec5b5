import CLinux

/// A procfs that belongs to the runtime and not to a container.
package enum Procfs {
    /// Opens a procfs of the caller's pid namespace that is attached nowhere, so that nothing can be mounted over it.
    ///
    /// Where the kernel refuses a new one (in a user namespace whose procfs is partly covered, or that does not own the
    /// pid namespace), the one at `/proc` serves; then it is checked to be a whole procfs. Call this while `/proc` is
    /// the host's.
    package static func openPrivate() throws(Errno) -> FileDescriptor {
        do throws(Errno) {
            let context = try FileDescriptor.openFileSystem("proc")
            return try context.makeMount([.noSetuid, .noDevices, .noExec])
        } catch {
            return try openMounted()
        }
    }

    /// Opens the procfs at `/proc`, checked to be the root of one.
    package static func openMounted() throws(Errno) -> FileDescriptor {
        let folder = try FileDescriptor.open("/proc", [.path, .directory])
        let isProcfs = try isRoot(folder.raw)
        guard isProcfs else { throw .noSuchDevice }
        return folder
    }

    /// True when `descriptor` names the root folder of a procfs.
    package static func isRoot(_ descriptor: Int32) throws(Errno) -> Bool {
        // The root of every procfs has this inode number: PROC_ROOT_INO.
        guard try fileSystemKind(of: descriptor) == .proc else { return false }
        return try fileStatus(of: descriptor).inode == 1
    }

    /// Opens a file below the procfs `root`, reaching it through no link and no other mount.
    package static func open(
        _ path: Path, in root: Int32, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        let file: FileDescriptor
        do throws(Errno) {
            file = try FileDescriptor.open(
                path, at: root, flags, resolve: [.beneath, .noCrossDevice, .noMagicLinks, .noSymbolicLinks])
        } catch .noSuchSystemCall {
            file = try FileDescriptor.open(path, at: root, flags.union(.noFollow))
        } catch .notPermitted {
            file = try FileDescriptor.open(path, at: root, flags.union(.noFollow))
        }
        guard try file.fileSystem() == .proc else { throw .crossDevice }
        return file
    }
}
