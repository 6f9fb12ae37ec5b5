import ByteStrings
import LinuxKernel

/// How the child comes by its plan: in the first message over the socket, or in the file that comes with it.
package enum PlanDelivery {
    /// What goes into one message, in bytes; a larger plan lies in a file in memory.
    private static let most = 65536

    /// The runtime's part.
    ///
    /// A message of this size never waits for its reader: a child may be held before it can read.
    package static func send(_ plan: ChildPlan, over socket: borrowing FileDescriptor) throws(Errno) {
        var encoder = PlanEncoder.ofPlan()
        encoder.encode(plan)
        if encoder.bytes.count <= most {
            // A host may give its sockets less room than that.
            do throws(Errno) { return try socket.send(encoder.bytes) } catch .messageTooLong {}
        }
        let file = try makeMemoryFile("plan", for: .data)
        try file.write(encoder.bytes)
        try socket.send([0], with: file)
    }

    /// The child's part; nil when the runtime has ended before.
    static func receive(from socket: borrowing FileDescriptor) throws(Errno) -> [UInt8]? {
        guard var message = try socket.receive(capacity: most) else { return nil }
        guard let file = message.takeDescriptor() else { return message.bytes }
        return try file.readFromStart(count: file.status().size)
    }
}
