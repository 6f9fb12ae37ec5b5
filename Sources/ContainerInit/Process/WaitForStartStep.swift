import ByteStrings

/// Tells the runtime that all is set up and waits for the start.
package struct WaitForStartStep: ChildStep {
    package static let name: StaticString = "wait-for-start"

    /// Who gives the word.
    package var giver = Giver.start
    /// Whether that is done at once.
    package var isAttended = false

    /// The ways in which the word comes.
    package enum Giver: UInt8, FieldCode {
        /// A later `start`, over the fifo of the state directory.
        case start
        /// The runtime that makes the process, over the socket to it.
        case maker
    }

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("giver", &giver, .hidden)
        try visitor.field("attended", &isAttended)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        try process.waitForStart(of: giver, isAttended: isAttended)
    }

    package func sends(_ message: Message) -> Bool { if case .ready = message { true } else { false } }
}
