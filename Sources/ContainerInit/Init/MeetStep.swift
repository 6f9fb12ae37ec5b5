import ByteStrings

/// Tells the runtime that the child has come to a point where both wait for each other, and waits for its word.
package struct MeetStep: ChildStep {
    package static let name: StaticString = "meet"

    package var point = MeetingPoint.identity

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("point", &point)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        try process.tell(.meeting(point))
        try process.awaitProceed()
    }

    package func sends(_ message: Message) -> Bool { if case .meeting(point) = message { true } else { false } }
}
