import CLinuxKernel

/// Terminals made of two ends. See pty(7), ioctl_tty(2).
package enum PseudoTerminal {
    /// Opens the master of a new terminal, checked to come from a devpts.
    ///
    /// - Parameter procfs: a procfs that can be trusted, through which what was checked is opened.
    package static func openMaster(_ path: Path, procfs: borrowing FileDescriptor) throws(Errno) -> FileDescriptor {
        // An image can put anything at the path; only 5:2 on a devpts is the multiplexer. Checked before it is opened,
        // since opening some devices has an effect of its own.
        let place = try FileDescriptor.open(path, [.path])
        guard try isMaster(place) else { throw .notTerminal }
        let master = try Procfs.reopen(place, in: procfs, [.readWrite, .noControllingTerminal])
        var unlocked: Int32 = 0
        try check(linux_ioctl(master.raw, LINUX_TIOCSPTLCK, &unlocked))
        return master
    }

    /// Whether a descriptor, however it came, is the multiplexer of a devpts or a master that was opened through it.
    package static func isMaster(_ descriptor: borrowing FileDescriptor) throws(Errno) -> Bool {
        let status = try descriptor.status()
        guard status.kind == .characterDevice, status.deviceNumber == (5, 2) else { return false }
        return try descriptor.fileSystemKind() == .devpts
    }

    /// Opens the other end without a path that could lead elsewhere.
    package static func openPeer(of master: borrowing FileDescriptor) throws(Errno) -> FileDescriptor {
        let flags = Int(O_RDWR | O_NOCTTY | O_CLOEXEC)
        return FileDescriptor(owning: Int32(try check(linux_ioctl_value(master.raw, LINUX_TIOCGPTPEER, flags))))
    }

    /// Makes the terminal the controlling one of the session that this process leads.
    package static func makeControlling(_ terminal: borrowing FileDescriptor) throws(Errno) {
        try check(linux_ioctl_value(terminal.raw, LINUX_TIOCSCTTY, 0))
    }

    /// The size of a terminal; nil for what is no terminal.
    package static func size(of terminal: borrowing FileDescriptor) -> (rows: UInt16, columns: UInt16)? {
        var size = winsize()
        guard linux_ioctl(terminal.raw, LINUX_TIOCGWINSZ, &size) == 0 else { return nil }
        return (size.ws_row, size.ws_col)
    }

    package static func setSize(of terminal: borrowing FileDescriptor, rows: UInt16, columns: UInt16) throws(Errno) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        try check(linux_ioctl(terminal.raw, LINUX_TIOCSWINSZ, &size))
    }
}
