import CLinuxKernel

/// A socket over which the kernel's network configuration is read and changed. See rtnetlink(7).
///
/// It works on the network namespace that it was made in, wherever the process goes.
package struct NetlinkSocket: ~Copyable {
    private let descriptor: FileDescriptor
    private var sequence: UInt32 = 0

    /// A socket in the network namespace of the calling thread.
    package init() throws(NetlinkError) { try self.init(linux_route_socket()) }

    /// A socket in the network namespace behind a descriptor; the caller stays where it is.
    package init(inNamespace namespace: borrowing FileDescriptor) throws(NetlinkError) {
        try self.init(linux_route_socket_in(namespace.raw))
    }

    private init(_ result: Int) throws(NetlinkError) {
        do throws(Errno) {
            descriptor = FileDescriptor(owning: Int32(try checked(result)))
        } catch {
            throw NetlinkError(errno: error)
        }
        // Old kernels lack some; then errors have no words, and a listing has more than was asked for.
        for option in [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK] {
            _ = linux_netlink_set_option(descriptor.raw, Int32(option))
        }
    }

    /// Sends a request and gives what the kernel answers to it.
    mutating func perform(_ message: NetlinkMessage) throws(NetlinkError) -> [NetlinkAnswer] {
        // A list that changed while it was made may lack entries.
        for _ in 0..<8 {
            if let answers = try attempt(message) { return answers }
        }
        throw NetlinkError(errno: .interrupted, explanation: "the list of the network's entries keeps changing")
    }

    /// One attempt; nil when it has to be made again.
    private mutating func attempt(_ message: NetlinkMessage) throws(NetlinkError) -> [NetlinkAnswer]? {
        sequence &+= 1
        let request = message.finished(sequence: sequence)
        try call { () throws(Errno) in try descriptor.write(request) }
        var answers: [NetlinkAnswer] = []
        var isWhole = true
        while true {
            let datagram = try call { () throws(Errno) in try receive() }
            for answer in NetlinkAnswer.all(in: datagram) where answer.sequence == sequence {
                if answer.flags & NetlinkAnswer.interrupted != 0 { isWhole = false }
                switch answer.kind {
                case NetlinkAnswer.error, NetlinkAnswer.done:
                    if let failure = answer.failure { throw failure }
                    return isWhole ? answers : nil
                default: answers.append(answer)
                }
            }
        }
    }

    private func call<Result>(_ body: () throws(Errno) -> Result) throws(NetlinkError) -> Result {
        do throws(Errno) {
            return try body()
        } catch {
            throw NetlinkError(errno: error)
        }
    }

    private func receive() throws(Errno) -> [UInt8] {
        let capacity = 1 << 16
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, size in
            do throws(Errno) {
                let length = try checkRetrying {
                    linux_recv(descriptor.raw, buffer.baseAddress, capacity, Int32(MSG_TRUNC))
                }
                guard length <= capacity else { throw .messageTooLong }
                size = length
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
