import CLinuxKernel

/// This program or another one, opened so that nobody who reaches it through /proc/PID/exe can change it (CVE-2019-5736).
///
/// Either a file behind a read-only overlay that was never attached to a mount table, or a sealed copy in memory.
package struct SealedExecutable: ~Copyable {
    /// The program, for an exec.
    package let program: FileDescriptor
    package let protection: Protection
    /// The mount that the file of the overlay is in. To close it takes a grace period of the kernel, milliseconds perhaps: it
    /// is for the caller to choose the moment. The program stays what it is.
    private var mount: FileDescriptor?
    /// What the mount was made with.
    private var context: FileDescriptor?

    /// Closes the mount.
    package mutating func closeMount() { mount = nil }

    /// Lets what the mount was made with be closed with others.
    package mutating func giveUpContext(to row: inout ClosingRow) {
        if let context = context.take() { row.take(context) }
    }

    private init(
        _ program: consuming FileDescriptor, _ protection: Protection, mount: consuming FileDescriptor? = nil,
        context: consuming FileDescriptor? = nil
    ) {
        self.program = program
        self.protection = protection
        self.mount = mount
        self.context = context
    }

    /// How the program was protected.
    package enum Protection: Sendable {
        case readOnlyOverlay
        case memoryCopy
    }

    /// Opens the running program with the cheapest protection the kernel grants.
    package static func open() throws(Errno) -> SealedExecutable {
        do throws(Errno) {
            return try openThroughOverlay()
        } catch {
            return SealedExecutable(try copyToMemory(), .memoryCopy)
        }
    }

    /// Does the same with the program at `path`.
    package static func open(_ path: Path) throws(Errno) -> SealedExecutable {
        let file = try FileDescriptor.open(path)
        do throws(Errno) {
            return try openThroughOverlay(file.procPath)
        } catch {
            return SealedExecutable(try copyToMemory(file), .memoryCopy)
        }
    }

    /// About 0.05 ms: an overlay of the program's directory and an unrelated one (an overlay without an upper layer wants
    /// two). Its superblock is read-only for ever, so no remount brings writing back.
    ///
    /// - Parameter link: the kernel's link to the open program.
    static func openThroughOverlay(_ link: Path = "/proc/self/exe") throws(Errno) -> SealedExecutable {
        let path = try readLink(link)
        guard path.isAbsolute, let name = path.lastComponent else { throw .noSuchFileOrDirectory }
        let directory = path.parent.bytes
        // Both are separators of the option's syntax.
        guard !directory.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "\\") }) else {
            throw .invalidArgument
        }
        let context = FileDescriptor(owning: Int32(try check(linux_fsopen("overlay", UInt32(FSOPEN_CLOEXEC)))))
        let layers: ByteString = "\(directory):/sys/fs"
        let configured = layers.withCString {
            linux_fsconfig(context.raw, MountConfiguration.string, "lowerdir", $0, 0)
        }
        try checked(configured)
        let mount = try context.makeMount([.readOnly, .noSetuid, .noDevices])
        let program = try FileDescriptor.open(Path(name), at: mount, [.path, .noFollow])
        // The path of a running program is a string: only the file that really runs will do.
        let running = try fileStatus(link)
        let opened = try program.status()
        guard opened.inode == running.inode, opened.size == running.size, opened.kind == .regular else {
            throw .staleFile
        }
        return SealedExecutable(program, .readOnlyOverlay, mount: mount, context: context)
    }

    /// About 2.5 ms: a copy in a memory file that is sealed against every change.
    static func copyToMemory() throws(Errno) -> FileDescriptor {
        try copyToMemory(try FileDescriptor.open("/proc/self/exe"))
    }

    private static func copyToMemory(_ source: borrowing FileDescriptor) throws(Errno) -> FileDescriptor {
        let copy = try makeMemoryFile("apus", for: .program)
        var left = try source.status().size
        while left > 0 {
            let count = try checkRetrying { linux_sendfile(copy.raw, source.raw, left) }
            guard count > 0 else { throw .inputOutput }
            left -= count
        }
        try copy.setPermissions(0o555)
        try copy.seal()
        return copy
    }
}
