import CLinuxKernel

/// `SIOCSIFFLAGS`.
private let setFlags: UInt = 0x8914
/// `IFF_UP` and `IFF_RUNNING`.
private let upAndRunning: UInt64 = 0x1 | 0x40

/// Brings up the loopback interface of this network namespace. See netdevice(7).
///
/// - Returns: the socket that it took.
@discardableResult
package func bringUpLoopback() throws(Errno) -> FileDescriptor {
    let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = FileDescriptor(owning: Int32(try check(linux_socket(AF_INET, type, 0))))
    // struct ifreq: the name, "lo", in 16 bytes, then the flags.
    var request: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0x6f6c, 0, upAndRunning, 0, 0)
    try check(linux_ioctl(socket.raw, setFlags, &request))
    return socket
}
