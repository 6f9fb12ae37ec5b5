import CLinuxKernel

/// This program or another one, opened so that nobody who reaches it through /proc/PID/exe can change it (CVE-2019-5736).
///
/// A file behind a read-only overlay, or in a read-only copy of a mount, that was never attached to a mount table; or a sealed
/// copy in memory.
package struct SealedExecutable: ~Copyable {
    /// The program, for an exec.
    package let program: FileDescriptor
    package let protection: Protection
    /// The mount that the file is in.
    private var mount: FileDescriptor?
    /// What the mount was made with.
    private var context: FileDescriptor?

    /// Closes the mount. That takes a grace period of the kernel, milliseconds perhaps: it is for the caller to choose the
    /// moment. What was executed stays what it is.
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
        case readOnlyMount
        case readOnlyOverlay
        case memoryCopy
    }

    /// Opens the running program with the cheapest protection the kernel grants.
    ///
    /// - Parameter isUnseen: whether nobody but this process sees the one that executes it before `closeMount`, and nobody else
    ///   has the descriptor that closes.
    package static func open(isUnseen: Bool = false) throws(Errno) -> SealedExecutable {
        if isUnseen {
            // Linux before 6.15, no right to mount, or a program on a mount that is in no namespace.
            do throws(Errno) { return try openThroughMount() } catch {}
        }
        do throws(Errno) {
            return try openThroughOverlay()
        } catch {
            return SealedExecutable(try copyToMemory(), .memoryCopy)
        }
    }

    /// Does the same with the program at `path`, where others may see it at once.
    package static func open(_ path: Path) throws(Errno) -> SealedExecutable {
        let file = try FileDescriptor.open(path)
        do throws(Errno) {
            return try openThroughOverlay(file.procPath)
        } catch {
            return SealedExecutable(try copyToMemory(file), .memoryCopy)
        }
    }

    /// A tenth of an overlay's cost: a copy of the mount with the program's directory, read-only from its first moment on.
    ///
    /// Nobody who reaches the program can change that: what changes a mount wants its root, and the program is below it. For who
    /// comes to the root all the same, as with CAP_DAC_READ_SEARCH, a detached mount is as good as his own until it
    /// is closed; then it belongs to no namespace, and no call changes, binds or moves it any more.
    static func openThroughMount(_ link: Path = "/proc/self/exe") throws(Errno) -> SealedExecutable {
        let place = try Place(of: link)
        let change = MountAttributeChange(set: [.readOnly, .noSetuid, .noDevices], propagation: .unbindable)
        let mount = try FileDescriptor.cloneTree(place.directory, atOnce: change)
        return SealedExecutable(try place.open(in: mount), .readOnlyMount, mount: mount)
    }

    /// About 0.15 ms: an overlay of the program's directory and an unrelated one (an overlay without an upper layer wants
    /// two). Its superblock is read-only for ever, so no remount brings writing back.
    ///
    /// - Parameter link: the kernel's link to the open program.
    static func openThroughOverlay(_ link: Path = "/proc/self/exe") throws(Errno) -> SealedExecutable {
        let place = try Place(of: link)
        let directory = place.directory.bytes
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
        return SealedExecutable(try place.open(in: mount), .readOnlyOverlay, mount: mount, context: context)
    }

    /// Where a running program lies, by the kernel's link to it.
    private struct Place {
        let link: Path
        let directory: Path
        let name: Path

        init(of link: Path) throws(Errno) {
            let path = try readLink(link)
            guard path.isAbsolute, let name = path.lastComponent else { throw .noSuchFileOrDirectory }
            self.link = link
            directory = path.parent
            self.name = Path(name)
        }

        /// Opens the program in what shows its directory.
        func open(in mount: borrowing FileDescriptor) throws(Errno) -> FileDescriptor {
            let program = try FileDescriptor.open(name, at: mount, [.path, .noFollow])
            // The path of a running program is a string: only the file that really runs will do.
            let running = try fileStatus(link)
            let opened = try program.status()
            guard opened.inode == running.inode, opened.size == running.size, opened.kind == .regular else {
                throw .staleFile
            }
            return program
        }
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
