import ByteStrings
import ContainerInit

/// Makes the fifo of the state folder in which the child waits for `start`.
package struct StartFifoStep: ParentStep {
    package static let name: StaticString = "start-fifo"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in making: Making) throws(ContainerError) {
        if let folder = making.folder { making.slots.fill(.start, try folder.makeStartFifo()) }
    }
}
