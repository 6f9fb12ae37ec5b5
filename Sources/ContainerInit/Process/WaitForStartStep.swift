import ByteStrings

/// Tells the runtime that all is set up and waits for the start.
package struct WaitForStartStep: ChildStep {
    package static let name: StaticString = "wait-for-start"

    /// Whether the runtime that makes the process is there to start it at once.
    package var isAttended = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("attended", &isAttended)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        try process.waitForStart(isAttended: isAttended)
    }

    package func sends(_ message: Message) -> Bool { if case .ready = message { true } else { false } }
}
