import CLinuxKernel

/// `AT_FDCWD`.
let workingDirectory: Int32 = -100

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
    /// Waits for nobody and takes over no terminal, whatever the file is.
    package static let withoutWaiting = OpenFlags(rawValue: O_NONBLOCK | O_NOCTTY)
    /// The same, and a link in the last component is not followed.
    package static let withoutWaitingOrLink = OpenFlags(rawValue: O_NONBLOCK | O_NOCTTY | 0o400000)
    /// Writes to a fifo that somebody reads from; without a reader that is `ENXIO`. No link is followed.
    package static let writingToReader = OpenFlags(rawValue: O_WRONLY | O_NONBLOCK | 0o400000)
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
    /// The rules for a root that somebody hostile has filled: `inRoot` and `noMagicLinks`.
    package static let inHostileRoot = ResolveFlags(rawValue: 0x12)
}

extension FileDescriptor {
    /// Opens `path` below `directory`, always with close-on-exec. See open(2).
    package static func open(
        _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, _ flags: OpenFlags = .readOnly,
        mode: UInt32 = 0
    ) throws(Errno) -> FileDescriptor {
        let number = try checkRetrying {
            path.withCString { linux_openat(directory.raw, $0, flags.rawValue | O_CLOEXEC, mode) }
        }
        return FileDescriptor(owning: Int32(number))
    }

    /// Opens `path` below `directory` under the rules of `resolve`. See openat2(2).
    ///
    /// Retries `EAGAIN`, which a rename elsewhere during the resolution of `..` causes, a bounded number of times.
    package static func open(
        _ path: Path, at directory: borrowing FileDescriptor, _ flags: OpenFlags, mode: UInt32 = 0,
        resolve: ResolveFlags
    ) throws(Errno) -> FileDescriptor {
        var how = linux_open_how(
            flags: UInt64(UInt32(bitPattern: flags.rawValue | O_CLOEXEC)), mode: UInt64(mode),
            resolve: resolve.rawValue)
        for _ in 0..<64 {
            do throws(Errno) {
                let number = try checkRetrying { path.withCString { linux_openat2(directory.raw, $0, &how) } }
                return FileDescriptor(owning: Int32(number))
            } catch .tryAgain {
                continue
            }
        }
        throw .tryAgain
    }
}
