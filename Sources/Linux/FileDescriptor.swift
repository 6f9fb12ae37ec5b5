import CLinux

/// An open file descriptor with one owner, closed when the owner goes away.
///
/// Everything that makes one sets close-on-exec, so nothing leaks into the container by forgetting.
@frozen public struct FileDescriptor: ~Copyable, Sendable {
    /// The number, for calls; it stays owned by this value.
    public let raw: Int32

    /// Takes ownership of the open descriptor `raw`.
    @inlinable public init(owning raw: Int32) { self.raw = raw }

    @inlinable deinit { _ = linux_close(raw) }

    /// Gives up ownership: the caller closes the number.
    @inlinable public consuming func release() -> Int32 {
        let number = raw
        discard self
        return number
    }

    /// Closes now.
    @inlinable public consuming func close() {}

    /// Another descriptor for the same open file. See fcntl(2), `F_DUPFD_CLOEXEC`.
    public func duplicate(atLeast minimum: Int32 = 3) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: Int32(try check(linux_fcntl(raw, F_DUPFD_CLOEXEC, Int(minimum)))))
    }
}

/// Where a relative path starts: a directory's descriptor, or the working directory.
public let workingDirectory: Int32 = -100

/// How a file is opened. See open(2).
public struct OpenFlags: OptionSet, Sendable {
    public let rawValue: Int32
    @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let readOnly = OpenFlags([])
    public static let writeOnly = OpenFlags(rawValue: O_WRONLY)
    public static let readWrite = OpenFlags(rawValue: O_RDWR)
    public static let create = OpenFlags(rawValue: O_CREAT)
    public static let exclusive = OpenFlags(rawValue: O_EXCL)
    public static let truncate = OpenFlags(rawValue: O_TRUNC)
    public static let append = OpenFlags(rawValue: O_APPEND)
    public static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
    public static let noControllingTerminal = OpenFlags(rawValue: O_NOCTTY)
    public static let synchronous = OpenFlags(rawValue: O_SYNC)
    /// Fails unless the file is a directory: `O_DIRECTORY`.
    public static let directory = OpenFlags(rawValue: 0o200000)
    /// Does not follow a symbolic link in the last component: `O_NOFOLLOW`.
    public static let noFollow = OpenFlags(rawValue: 0o400000)
    /// Names a place without opening what is there: `O_PATH`.
    public static let path = OpenFlags(rawValue: 0o10000000)
}

/// What path resolution may do. See openat2(2), `resolve`.
public struct ResolveFlags: OptionSet, Sendable {
    public let rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let noCrossDevice = ResolveFlags(rawValue: 0x01)
    public static let noMagicLinks = ResolveFlags(rawValue: 0x02)
    public static let noSymbolicLinks = ResolveFlags(rawValue: 0x04)
    public static let beneath = ResolveFlags(rawValue: 0x08)
    public static let inRoot = ResolveFlags(rawValue: 0x10)
}

extension FileDescriptor {
    /// Opens `path` below `directory`, always with close-on-exec. See open(2).
    public static func open(
        _ path: String, at directory: Int32 = workingDirectory, _ flags: OpenFlags = .readOnly, mode: UInt32 = 0
    ) throws(Errno) -> FileDescriptor {
        let number = try checkRetrying { linux_openat(directory, path, flags.rawValue | O_CLOEXEC, mode) }
        return FileDescriptor(owning: Int32(number))
    }

    /// Opens `path` below `directory` under the rules of `resolve`. See openat2(2).
    ///
    /// Retries `EAGAIN`, which a rename elsewhere during the resolution of `..` causes, a bounded number of times.
    public static func open(
        _ path: String, at directory: Int32, _ flags: OpenFlags, mode: UInt32 = 0, resolve: ResolveFlags
    ) throws(Errno) -> FileDescriptor {
        var how = linux_open_how(
            flags: UInt64(UInt32(bitPattern: flags.rawValue | O_CLOEXEC)), mode: UInt64(mode),
            resolve: resolve.rawValue)
        for _ in 0..<64 {
            let number = try checkRetrying {
                let result = linux_openat2(directory, path, &how)
                return result == -11 ? 0x7fff_ffff : result
            }
            if number != 0x7fff_ffff { return FileDescriptor(owning: Int32(number)) }
        }
        throw .tryAgain
    }

    /// A pipe: what is written to `write` is read from `read`.
    public static func pipe() throws(Errno) -> Pipe {
        var pair: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &pair) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { linux_pipe2($0, O_CLOEXEC) }
        }
        try check(result)
        return Pipe(read: FileDescriptor(owning: pair.0), write: FileDescriptor(owning: pair.1))
    }
}

/// The two ends of a pipe.
@frozen public struct Pipe: ~Copyable, Sendable {
    /// The end to read from.
    public var read: FileDescriptor
    /// The end to write to.
    public var write: FileDescriptor

    @inlinable init(read: consuming FileDescriptor, write: consuming FileDescriptor) {
        self.read = read
        self.write = write
    }
}
