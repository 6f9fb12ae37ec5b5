import CLinuxKernel

/// Two connected sockets.
package struct SocketPair: ~Copyable {
    package var first: FileDescriptor
    package var second: FileDescriptor

    /// A pair that keeps the borders of messages. See socketpair(2), `SOCK_SEQPACKET`.
    package init() throws(Errno) {
        var pair: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &pair) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { pair in
                metered { linux_socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, pair) }
            }
        }
        try checked(result)
        first = FileDescriptor(owning: pair.0)
        second = FileDescriptor(owning: pair.1)
    }

    /// Lets the first know who sent each message that it gets. See unix(7), `SO_PASSCRED`.
    package func nameSenders() throws(Errno) { try check(linux_pass_credentials(first.raw)) }

    /// Keeps the first and closes the second.
    package consuming func takeFirst() -> FileDescriptor { first }

    /// Keeps the first and leaves the second to be closed.
    package consuming func takeFirst(closing unneeded: inout ClosingRow) -> FileDescriptor {
        unneeded.take(second)
        return first
    }
}

/// Connects a stream socket to the file `path`. See unix(7); a path over 107 bytes is `ENAMETOOLONG`.
package func connectStream(to path: Path) throws(Errno) -> FileDescriptor {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = FileDescriptor(owning: Int32(try check(linux_socket(AF_UNIX, type, 0))))
    try socket.connectSocket(to: path)
    return socket
}

/// One received message; the descriptors are owned by the receiver.
package struct ReceivedMessage: ~Copyable {
    package let bytes: [UInt8]
    /// The process that sent it, by the word of the kernel; 0 for one that is not in sight, or over a socket that does
    /// not ask.
    package let sender: Int32
    private var descriptors: [Int32]

    init(bytes: [UInt8], sender: Int32, descriptors: [Int32]) {
        self.bytes = bytes
        self.sender = sender
        self.descriptors = descriptors
    }

    deinit {
        for raw in descriptors { _ = linux_close(raw) }
    }

    /// Takes the next descriptor that came with the message.
    package mutating func takeDescriptor() -> FileDescriptor? {
        descriptors.isEmpty ? nil : FileDescriptor(owning: descriptors.removeFirst())
    }
}

/// A datagram socket of the local host. See unix(7).
package func makeDatagramSocket() throws(Errno) -> FileDescriptor {
    let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    return FileDescriptor(owning: Int32(try check(linux_socket(AF_UNIX, type, 0))))
}

extension FileDescriptor {
    /// Sends one message over the socket. See sendmsg(2).
    package func send(_ bytes: [UInt8]) throws(Errno) { try send(bytes, []) }

    /// Sends one message and an open file with it. See sendmsg(2), cmsg(3).
    package func send(_ bytes: [UInt8], with file: borrowing FileDescriptor) throws(Errno) {
        try send(bytes, [file.raw])
    }

    private func send(_ bytes: [UInt8], _ descriptors: [Int32]) throws(Errno) {
        let count = Int32(descriptors.count)
        let sent = try checkRetrying {
            bytes.withUnsafeBytes {
                linux_send_with_descriptors(raw, $0.baseAddress, bytes.count, descriptors, count, 0)
            }
        }
        guard sent == bytes.count else { throw .inputOutput }
    }

    /// Receives one message from the socket; nil when the other side is gone. See recvmsg(2).
    package func receive(capacity: Int = 65536) throws(Errno) -> ReceivedMessage? {
        var numbers = [Int32](repeating: -1, count: 8)
        var count: Int32 = 8
        var sender: Int32 = 0
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, size in
            do throws(Errno) {
                size = try checkRetrying {
                    count = 8
                    return linux_receive_with_descriptors(
                        raw, buffer.baseAddress, capacity, &numbers, &count, &sender, 0)
                }
            } catch {
                failure = error
            }
        }
        if let failure {
            if failure == .connectionReset { return nil }
            throw failure
        }
        if bytes.isEmpty { return nil }
        return ReceivedMessage(bytes: bytes, sender: sender, descriptors: Array(numbers[0..<Int(count)]))
    }

    /// Binds the socket to a path. See bind(2).
    package func bindSocket(to path: Path) throws(Errno) {
        try check(path.withCString { linux_bind_unix(raw, $0, path.bytes.count) })
    }

    /// Connects the socket to a path; one that starts with `@` names an abstract socket. See connect(2), unix(7).
    package func connectSocket(to path: Path) throws(Errno) {
        let length = path.bytes.count
        try checkRetrying { path.withCString { linux_connect_unix(raw, $0, length) } }
    }

    /// Says that nothing more will be sent over the socket. See shutdown(2).
    package func endSending() throws(Errno) { try check(linux_shutdown(raw, Int32(SHUT_WR))) }
}
