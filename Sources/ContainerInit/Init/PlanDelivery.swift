import ByteStrings
import LinuxKernel

/// How the child comes by its plan: in the first message over the socket, or in the file that comes with it.
package enum PlanDelivery {
    /// What goes into one message, in bytes; a larger plan lies in a file in memory.
    private static let most = 65536

    /// The runtime's part.
    ///
    /// A message of this size never waits for its reader: a child may be held before it can read.
    package static func send(_ plan: ChildPlan, over socket: borrowing FileDescriptor) throws(ContainerError) {
        var encoder = PlanEncoder.ofPlan()
        encoder.encode(plan)
        let bytes = encoder.bytes
        // A host may give its sockets less room than that.
        let fits = try attempt("sendmsg", subject) { () throws(Errno) in
            guard bytes.count <= most else { return false }
            do throws(Errno) { try socket.send(bytes) } catch .messageTooLong { return false }
            return true
        }
        if fits { return }
        let file = try attempt("memfd_create", subject) { () throws(Errno) in try makeMemoryFile("plan", for: .data) }
        try attempt("write", subject) { () throws(Errno) in try file.write(bytes) }
        try attempt("sendmsg", subject) { () throws(Errno) in try socket.send([0], with: file) }
    }

    private static var subject: String { "the plan of the container's init" }

    /// The child's part; nil when the runtime has ended before.
    static func receive(from socket: borrowing FileDescriptor) throws(Errno) -> [UInt8]? {
        guard var message = try socket.receive(capacity: most) else { return nil }
        guard let file = message.takeDescriptor() else { return message.bytes }
        return try file.readFromStart(count: file.status().size)
    }
}
