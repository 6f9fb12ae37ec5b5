import CLinuxKernel

/// An open file descriptor with one owner, closed when the owner goes away.
///
/// Everything that makes one sets close-on-exec, so nothing leaks into the container by forgetting.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number, for calls; it stays owned by this value.
    package let raw: Int32

    /// Takes ownership of the open descriptor `raw`.
    package init(owning raw: Int32) { self.raw = raw }

    deinit {
        let raw = raw
        _ = metered { linux_close(raw) }
    }

    /// Gives up ownership: the caller closes the number.
    package consuming func release() -> Int32 {
        let number = raw
        discard self
        return number
    }

    /// Closes now.
    package consuming func close() {}

    /// A descriptor for the open file that has the number `raw`, which stays open. See fcntl(2), `F_DUPFD_CLOEXEC`.
    package static func duplicating(_ raw: Int32, atLeast minimum: Int32 = 3) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: Int32(try check(linux_fcntl(raw, F_DUPFD_CLOEXEC, Int(minimum)))))
    }

    /// Another descriptor for the same open file.
    package func duplicate(atLeast minimum: Int32 = 3) throws(Errno) -> FileDescriptor {
        try .duplicating(raw, atLeast: minimum)
    }

    /// Sets the permission bits of the open file, whatever the file creation mask. See fchmod(2).
    package func setPermissions(_ permissions: UInt32) throws(Errno) { try check(linux_fchmod(raw, permissions)) }
}
