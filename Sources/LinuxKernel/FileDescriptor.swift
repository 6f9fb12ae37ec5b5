import CLinuxKernel

/// An open file descriptor with one owner, closed when the owner goes away.
///
/// Everything that makes one sets close-on-exec, so nothing leaks into the container by forgetting.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number, for calls; it stays owned by this value.
    package let raw: Int32

    /// Takes ownership of the open descriptor `raw`.
    package init(owning raw: Int32) { self.raw = raw }

    deinit { _ = linux_close(raw) }

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

/// Where a relative path starts: a directory's descriptor, or the working directory.
package let workingDirectory: Int32 = -100

/// How a file is opened. See open(2).
package struct OpenFlags: OptionSet, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let readOnly = OpenFlags([])
    package static let writeOnly = OpenFlags(rawValue: O_WRONLY)
    package static let readWrite = OpenFlags(rawValue: O_RDWR)
    package static let create = OpenFlags(rawValue: O_CREAT)
    package static let exclusive = OpenFlags(rawValue: O_EXCL)
    package static let truncate = OpenFlags(rawValue: O_TRUNC)
    package static let append = OpenFlags(rawValue: O_APPEND)
    package static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
    package static let noControllingTerminal = OpenFlags(rawValue: O_NOCTTY)
    package static let synchronous = OpenFlags(rawValue: O_SYNC)
    /// Fails unless the file is a directory: `O_DIRECTORY`.
    package static let directory = OpenFlags(rawValue: 0o200000)
    /// Does not follow a symbolic link in the last component: `O_NOFOLLOW`.
    package static let noFollow = OpenFlags(rawValue: 0o400000)
    /// Names a place without opening what is there: `O_PATH`.
    package static let path = OpenFlags(rawValue: 0o10000000)
}

/// What path resolution may do. See openat2(2), `resolve`.
package struct ResolveFlags: OptionSet, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let noCrossDevice = ResolveFlags(rawValue: 0x01)
    package static let noMagicLinks = ResolveFlags(rawValue: 0x02)
    package static let noSymbolicLinks = ResolveFlags(rawValue: 0x04)
    package static let beneath = ResolveFlags(rawValue: 0x08)
    package static let inRoot = ResolveFlags(rawValue: 0x10)
}

extension FileDescriptor {
    /// Opens `path` below `directory`, always with close-on-exec. See open(2).
    package static func open(
        _ path: Path, at directory: Int32 = workingDirectory, _ flags: OpenFlags = .readOnly, mode: UInt32 = 0
    ) throws(Errno) -> FileDescriptor {
        let number = try checkRetrying {
            path.withCString { linux_openat(directory, $0, flags.rawValue | O_CLOEXEC, mode) }
        }
        return FileDescriptor(owning: Int32(number))
    }

    /// Opens `path` below `directory` under the rules of `resolve`. See openat2(2).
    ///
    /// Retries `EAGAIN`, which a rename elsewhere during the resolution of `..` causes, a bounded number of times.
    package static func open(
        _ path: Path, at directory: Int32, _ flags: OpenFlags, mode: UInt32 = 0, resolve: ResolveFlags
    ) throws(Errno) -> FileDescriptor {
        var how = linux_open_how(
            flags: UInt64(UInt32(bitPattern: flags.rawValue | O_CLOEXEC)), mode: UInt64(mode),
            resolve: resolve.rawValue)
        for _ in 0..<64 {
            let number = try checkRetrying {
                let result = path.withCString { linux_openat2(directory, $0, &how) }
                return result == -11 ? 0x7fff_ffff : result
            }
            if number != 0x7fff_ffff { return FileDescriptor(owning: Int32(number)) }
        }
        throw .tryAgain
    }

    /// A pipe: what is written to `write` is read from `read`.
    package static func pipe() throws(Errno) -> Pipe {
        var pair: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &pair) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { linux_pipe2($0, O_CLOEXEC) }
        }
        try check(result)
        return Pipe(read: FileDescriptor(owning: pair.0), write: FileDescriptor(owning: pair.1))
    }
}

/// The two ends of a pipe.
package struct Pipe: ~Copyable, Sendable {
    /// The end to read from.
    package var read: FileDescriptor
    /// The end to write to.
    package var write: FileDescriptor

    init(read: consuming FileDescriptor, write: consuming FileDescriptor) {
        self.read = read
        self.write = write
    }
}
