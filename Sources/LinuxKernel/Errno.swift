import CLinuxKernel

/// The error number of a system call.
///
/// The kernel may add numbers, so this is a structure around the raw value and not a closed enumeration. See errno(3).
public struct Errno: Error, RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The positive number, such as 2 for `ENOENT`.
    public let rawValue: Int32

    /// Makes an error of its positive number.
    @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
}

extension Errno {
    /// `EPERM`: operation not permitted.
    public static let notPermitted = Errno(rawValue: 1)
    /// `ENOENT`: no such file or directory.
    public static let noSuchFileOrDirectory = Errno(rawValue: 2)
    /// `ESRCH`: no such process.
    public static let noSuchProcess = Errno(rawValue: 3)
    /// `EINTR`: interrupted system call.
    public static let interrupted = Errno(rawValue: 4)
    /// `EIO`: input/output error.
    public static let inputOutput = Errno(rawValue: 5)
    /// `ENXIO`: no such device or address.
    public static let noSuchDeviceOrAddress = Errno(rawValue: 6)
    /// `E2BIG`: argument list too long.
    public static let argumentListTooLong = Errno(rawValue: 7)
    /// `ENOEXEC`: exec format error.
    public static let execFormat = Errno(rawValue: 8)
    /// `EBADF`: bad file descriptor.
    public static let badFileDescriptor = Errno(rawValue: 9)
    /// `ECHILD`: no child processes.
    public static let noChildProcesses = Errno(rawValue: 10)
    /// `EAGAIN`: resource temporarily unavailable.
    public static let tryAgain = Errno(rawValue: 11)
    /// `ENOMEM`: cannot allocate memory.
    public static let outOfMemory = Errno(rawValue: 12)
    /// `EACCES`: permission denied.
    public static let permissionDenied = Errno(rawValue: 13)
    /// `ENOTBLK`: block device required.
    public static let blockDeviceRequired = Errno(rawValue: 15)
    /// `EBUSY`: device or resource busy.
    public static let busy = Errno(rawValue: 16)
    /// `EEXIST`: file exists.
    public static let fileExists = Errno(rawValue: 17)
    /// `EXDEV`: invalid cross-device link.
    public static let crossDevice = Errno(rawValue: 18)
    /// `ENODEV`: no such device.
    public static let noSuchDevice = Errno(rawValue: 19)
    /// `ENOTDIR`: not a directory.
    public static let notDirectory = Errno(rawValue: 20)
    /// `EISDIR`: is a directory.
    public static let isDirectory = Errno(rawValue: 21)
    /// `EINVAL`: invalid argument.
    public static let invalidArgument = Errno(rawValue: 22)
    /// `EMFILE`: too many open files.
    public static let tooManyOpenFiles = Errno(rawValue: 24)
    /// `ENOTTY`: inappropriate ioctl for device.
    public static let notTerminal = Errno(rawValue: 25)
    /// `EFBIG`: file too large.
    public static let fileTooLarge = Errno(rawValue: 27)
    /// `ENOSPC`: no space left on device.
    public static let noSpace = Errno(rawValue: 28)
    /// `EROFS`: read-only file system.
    public static let readOnlyFileSystem = Errno(rawValue: 30)
    /// `EPIPE`: broken pipe.
    public static let brokenPipe = Errno(rawValue: 32)
    /// `ERANGE`: numerical result out of range.
    public static let outOfRange = Errno(rawValue: 34)
    /// `ENAMETOOLONG`: file name too long.
    public static let nameTooLong = Errno(rawValue: 36)
    /// `ENOSYS`: function not implemented.
    public static let noSuchSystemCall = Errno(rawValue: 38)
    /// `ENOTEMPTY`: directory not empty.
    public static let notEmpty = Errno(rawValue: 39)
    /// `ELOOP`: too many levels of symbolic links.
    public static let tooManySymbolicLinks = Errno(rawValue: 40)
    /// `ENODATA`: no data available.
    public static let noData = Errno(rawValue: 61)
    /// `ENOTSOCK`: not a socket.
    public static let notSocket = Errno(rawValue: 88)
    /// `EMSGSIZE`: message too long.
    public static let messageTooLong = Errno(rawValue: 90)
    /// `EOPNOTSUPP`: operation not supported.
    public static let notSupported = Errno(rawValue: 95)
    /// `ECONNRESET`: connection reset by peer.
    public static let connectionReset = Errno(rawValue: 104)
    /// `ETIMEDOUT`: connection timed out.
    public static let timedOut = Errno(rawValue: 110)
    /// `ECONNREFUSED`: connection refused.
    public static let connectionRefused = Errno(rawValue: 111)
    /// `ESTALE`: stale file handle.
    public static let staleFile = Errno(rawValue: 116)
}

extension Errno {
    /// The C name, such as `ENOENT`; `errno N` for a number this table does not know.
    public var name: String {
        for entry in Self.table where entry.number == rawValue { return entry.name }
        return "errno \(rawValue)"
    }

    /// The text of strerror(3) in the lower case that runc uses and engines match on.
    public var message: String {
        for entry in Self.table where entry.number == rawValue { return entry.message }
        return "errno \(rawValue)"
    }

    /// The name and the text, such as `ENOENT: no such file or directory`.
    public var description: String { name + ": " + message }

    /// The text of strerror(3) as it is.
    package var capitalizedMessage: String {
        let message = message
        return message.prefix(1).uppercased() + message.dropFirst()
    }

    // A table of our own: strerror(3) may load locale files, and its texts start with capitals.
    private static let table: [(number: Int32, name: String, message: String)] = [
        (1, "EPERM", "operation not permitted"),
        (2, "ENOENT", "no such file or directory"),
        (3, "ESRCH", "no such process"),
        (4, "EINTR", "interrupted system call"),
        (5, "EIO", "input/output error"),
        (6, "ENXIO", "no such device or address"),
        (7, "E2BIG", "argument list too long"),
        (8, "ENOEXEC", "exec format error"),
        (9, "EBADF", "bad file descriptor"),
        (10, "ECHILD", "no child processes"),
        (11, "EAGAIN", "resource temporarily unavailable"),
        (12, "ENOMEM", "cannot allocate memory"),
        (13, "EACCES", "permission denied"),
        (14, "EFAULT", "bad address"),
        (15, "ENOTBLK", "block device required"),
        (16, "EBUSY", "device or resource busy"),
        (17, "EEXIST", "file exists"),
        (18, "EXDEV", "invalid cross-device link"),
        (19, "ENODEV", "no such device"),
        (20, "ENOTDIR", "not a directory"),
        (21, "EISDIR", "is a directory"),
        (22, "EINVAL", "invalid argument"),
        (23, "ENFILE", "too many open files in system"),
        (24, "EMFILE", "too many open files"),
        (25, "ENOTTY", "inappropriate ioctl for device"),
        (26, "ETXTBSY", "text file busy"),
        (27, "EFBIG", "file too large"),
        (28, "ENOSPC", "no space left on device"),
        (29, "ESPIPE", "illegal seek"),
        (30, "EROFS", "read-only file system"),
        (31, "EMLINK", "too many links"),
        (32, "EPIPE", "broken pipe"),
        (33, "EDOM", "numerical argument out of domain"),
        (34, "ERANGE", "numerical result out of range"),
        (35, "EDEADLK", "resource deadlock avoided"),
        (36, "ENAMETOOLONG", "file name too long"),
        (37, "ENOLCK", "no locks available"),
        (38, "ENOSYS", "function not implemented"),
        (39, "ENOTEMPTY", "directory not empty"),
        (40, "ELOOP", "too many levels of symbolic links"),
        (61, "ENODATA", "no data available"),
        (71, "EPROTO", "protocol error"),
        (75, "EOVERFLOW", "value too large for defined data type"),
        (80, "ELIBBAD", "accessing a corrupted shared library"),
        (87, "EUSERS", "too many users"),
        (88, "ENOTSOCK", "socket operation on non-socket"),
        (90, "EMSGSIZE", "message too long"),
        (91, "EPROTOTYPE", "protocol wrong type for socket"),
        (92, "ENOPROTOOPT", "protocol not available"),
        (93, "EPROTONOSUPPORT", "protocol not supported"),
        (95, "EOPNOTSUPP", "operation not supported"),
        (97, "EAFNOSUPPORT", "address family not supported by protocol"),
        (98, "EADDRINUSE", "address already in use"),
        (99, "EADDRNOTAVAIL", "cannot assign requested address"),
        (100, "ENETDOWN", "network is down"),
        (101, "ENETUNREACH", "network is unreachable"),
        (103, "ECONNABORTED", "software caused connection abort"),
        (104, "ECONNRESET", "connection reset by peer"),
        (105, "ENOBUFS", "no buffer space available"),
        (107, "ENOTCONN", "transport endpoint is not connected"),
        (110, "ETIMEDOUT", "connection timed out"),
        (111, "ECONNREFUSED", "connection refused"),
        (112, "EHOSTDOWN", "host is down"),
        (116, "ESTALE", "stale file handle"),
        (122, "EDQUOT", "disk quota exceeded"),
        (126, "ENOKEY", "required key not available"),
        (127, "EKEYEXPIRED", "key has expired"),
        (128, "EKEYREVOKED", "key has been revoked"),
    ]
}

/// Makes a call of a CLinux function, and turns its result, which is negative on failure, into a value or a thrown `Errno`.
@discardableResult
package func check(_ call: @autoclosure () -> Int) throws(Errno) -> Int {
    try checked(metered(call))
}

/// The value of a call that was made already, or a thrown `Errno`.
@discardableResult
func checked(_ result: Int) throws(Errno) -> Int {
    guard result >= 0 else { throw Errno(rawValue: Int32(truncatingIfNeeded: -result)) }
    return result
}

/// Like `check`, calling again as long as a signal interrupted the call.
@discardableResult
package func checkRetrying(_ call: () -> Int) throws(Errno) -> Int {
    try checked(retrying(call))
}

/// The result of a call that no signal has interrupted.
func retrying(_ call: () -> Int) -> Int {
    while true {
        let result = metered(call)
        if result != -Int(EINTR) { return result }
    }
}
