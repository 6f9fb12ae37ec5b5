import ByteStrings
import ContainerInit

/// Waits until the child has come to a point.
package struct AwaitStep: ParentStep {
    package static let name: StaticString = "await-init"

    package var point = MeetingPoint.identity

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("point", &point)
    }

    package var detail: String { "at " + point.shown }

    package func perform(in making: Making) throws(ContainerError) { try making.conversation.await(point) }
}
