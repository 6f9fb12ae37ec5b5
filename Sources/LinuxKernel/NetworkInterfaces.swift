import CLinuxKernel

/// Brings up the loopback interface of this network namespace. See netdevice(7).
package func bringUpLoopback() throws(Errno) {
    let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = FileDescriptor(owning: Int32(try check(linux_socket(AF_INET, type, 0))))
    // struct ifreq: the name in 16 bytes, then the flags.
    var request: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0x6f6c, 0, UInt64(0x1 | 0x40), 0, 0)
    try check(linux_ioctl(socket.raw, 0x8914, &request))
}
