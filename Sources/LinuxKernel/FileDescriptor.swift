import CLinuxKernel

/// An open file descriptor with one owner, closed when the owner goes away.
///
/// Everything that makes one sets close-on-exec, so nothing leaks into the container by forgetting.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number, for calls; it stays owned by this value.
    let raw: Int32

    /// Takes ownership of the open descriptor `raw`.
    init(owning raw: Int32) { self.raw = raw }

    deinit {
        let raw = raw
        if raw >= 0 { _ = metered { linux_close(raw) } }
    }

    /// Gives up ownership: the caller closes the number.
    consuming func release() -> Int32 {
        let number = raw
        discard self
        return number
    }

    /// Gives up ownership, and leaves the file open for as long as this process has this program.
    package consuming func leaveOpen() { _ = release() }

    /// Closes now.
    package consuming func close() {}

    /// Another descriptor for the same open file. See fcntl(2), `F_DUPFD_CLOEXEC`.
    package func duplicate(atLeast minimum: Int32 = 3) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: Int32(try check(linux_fcntl(raw, F_DUPFD_CLOEXEC, Int(minimum)))))
    }
}

extension FileDescriptor {
    /// Where relative paths start that start nowhere else: the working directory, `AT_FDCWD`.
    package static var workingDirectory: FileDescriptor { FileDescriptor(owning: LinuxKernel.workingDirectory) }

    /// What stands where no file is open yet: every call with it is `EBADF`.
    package static var unopened: FileDescriptor { FileDescriptor(owning: -1) }

    /// The name of the descriptor in the directory `/proc/self/fd` of its process, for calls that take nothing but a path.
    package var entryName: Path { "\(raw)" }

    /// The path that leads to the open file in the process that has it open, where `/proc` is the runtime's.
    package var procPath: Path { "/proc/self/fd/\(raw)" }
}
