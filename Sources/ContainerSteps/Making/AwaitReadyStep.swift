import ByteStrings
import ContainerInit

/// Waits until the child has done all that comes before its start.
package struct AwaitReadyStep: ParentStep {
    package static let name: StaticString = "await-init"
    package var detail: String { "ready to start" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in making: Making) throws(ContainerError) { try making.conversation.awaitReady() }
}
