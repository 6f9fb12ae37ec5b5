import ByteStrings
import ContainerInit

/// Lets the child go on from a point.
package struct ReleaseStep: ParentStep {
    package static let name: StaticString = "release-init"

    package var point = MeetingPoint.identity

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("point", &point)
    }

    package var detail: String { "from " + point.shown }

    package func perform(in making: Making) throws(ContainerError) { try making.conversation.release(point) }
}
