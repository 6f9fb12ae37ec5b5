import ByteStrings
import CLinuxKernel

/// A procfs that belongs to the runtime and not to a container.
package enum Procfs {
    /// Opens a procfs of the caller's pid namespace that is attached nowhere, so that nothing can be mounted over it.
    ///
    /// Where the kernel refuses a new one (in a user namespace whose procfs is partly covered, or that does not own the
    /// pid namespace), the one at `/proc` serves; then it is checked to be a whole procfs. Call this while `/proc` is
    /// the host's.
    ///
    /// What it was made with stays open: for a process that closes all together.
    package static func openPrivate() throws(Errno) -> FileDescriptor {
        do throws(Errno) {
            let context = try FileDescriptor.openFileSystem("proc")
            let procfs = try context.makeMount([.noSetuid, .noDevices, .noExec])
            context.leaveOpen()
            return procfs
        } catch {
            return try openMounted()
        }
    }

    /// Opens the procfs at `/proc`, checked to be the root of one.
    package static func openMounted() throws(Errno) -> FileDescriptor {
        let directory = try FileDescriptor.open("/proc", [.path, .directory])
        let isProcfs = try isRoot(directory)
        guard isProcfs else { throw .noSuchDevice }
        return directory
    }

    /// Opens the procfs at `/proc` that a container may have had in its hands: only a whole one that no link leads to.
    package static func openForeign() throws(Errno) -> FileDescriptor {
        let directory = try FileDescriptor.open("/proc", [.path, .directory, .noFollow])
        guard try isRoot(directory) else { throw .noSuchDevice }
        return directory
    }

    /// Whether the kernel mounts a procfs of a pid namespace that the caller is not in: from Linux 6.17 on.
    package static func takesNamespace() -> Bool {
        do throws(Errno) {
            let namespace = try FileDescriptor.open("/proc/self/ns/pid")
            try FileDescriptor.openFileSystem("proc").configure("pidns", file: namespace)
            return true
        } catch {
            return false
        }
    }

    /// True when `file` is the root directory of a procfs.
    package static func isRoot(_ file: borrowing FileDescriptor) throws(Errno) -> Bool {
        // The root of every procfs has this inode number: PROC_ROOT_INO.
        guard try file.fileSystemKind() == .proc else { return false }
        return try file.status().inode == 1
    }

    /// Opens a file below the procfs `root`, reaching it through no link and no other mount.
    package static func open(
        _ path: Path, in root: borrowing FileDescriptor, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        let file: FileDescriptor
        do throws(Errno) {
            // With a path descriptor the last component may be a link, which is then not followed.
            file = try FileDescriptor.open(
                path, at: root, flags.union(flags.contains(.path) ? .noFollow : []),
                resolve: [.beneath, .noCrossDevice, .noMagicLinks, .noSymbolicLinks])
        } catch .noSuchSystemCall {
            file = try FileDescriptor.open(path, at: root, flags.union(.noFollow))
        } catch .notPermitted {
            file = try FileDescriptor.open(path, at: root, flags.union(.noFollow))
        }
        guard try file.fileSystemKind() == .proc else { throw .crossDevice }
        return file
    }

    /// Opens the file `path` of this process in the procfs `root`: by the number that the process has there, and through
    /// no link, since something may be mounted over `self`.
    package static func openOwn(
        _ path: Path, in root: borrowing FileDescriptor, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        let link = try open("self", in: root, .path)
        let number: Path = try readLink("", at: link)
        guard !number.isEmpty, number.bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw .crossDevice
        }
        return try open(number.appending(path), in: root, flags)
    }

    /// Opens the file behind a descriptor of this process anew, with other flags, and through the procfs `root`.
    ///
    /// - Throws: `ESTALE` if that leads to another file.
    package static func reopen(
        _ descriptor: borrowing FileDescriptor, in root: borrowing FileDescriptor, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        try reopen(descriptor, among: try openOwn("fd", in: root, [.path, .directory]), flags)
    }

    /// The same by the directory with the descriptors of this process.
    package static func reopen(
        _ descriptor: borrowing FileDescriptor, among numbers: borrowing FileDescriptor, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        let opened = try FileDescriptor.open(descriptor.entryName, at: numbers, flags)
        let (wanted, found) = (try descriptor.status(), try opened.status())
        guard found.device == wanted.device, found.inode == wanted.inode else { throw .staleFile }
        return opened
    }

    /// The directory with the descriptors of this process in the procfs `root`, which is the runtime's own.
    package static func openDescriptors(in root: borrowing FileDescriptor) throws(Errno) -> FileDescriptor {
        try FileDescriptor.open("self/fd", at: root, [.path, .directory])
    }

    /// Opens what a path descriptor names for what `flags` say, through the procfs `root`, which is the runtime's own: that
    /// file, not what has its name now.
    package static func open(
        _ place: borrowing FileDescriptor, through root: borrowing FileDescriptor, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        try FileDescriptor.open(path(of: place), at: root, flags)
    }

    /// Sets the permission bits of what a path descriptor names, through the procfs `root`, which is the runtime's own.
    package static func setPermissions(
        _ permissions: UInt32, of place: borrowing FileDescriptor, through root: borrowing FileDescriptor
    ) throws(Errno) {
        try LinuxKernel.setPermissions(permissions, of: path(of: place), at: root)
    }

    /// The path of the file that a descriptor names, by the procfs `root`, which is the runtime's own.
    package static func readPath(
        of place: borrowing FileDescriptor, through root: borrowing FileDescriptor
    ) throws(Errno) -> Path {
        try readLink(path(of: place), at: root)
    }

    private static func path(of place: borrowing FileDescriptor) -> Path { "self/fd/\(place.raw)" }
}
