import ByteStrings
import ContainerInit

/// Makes the fifo of the state directory in which the child waits for `start`.
package struct StartFifoStep: ParentStep {
    package static let name: StaticString = "start-fifo"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in making: Making) throws(ContainerError) {
        if let directory = making.directory { making.slots.fill(.start, try directory.makeStartFifo()) }
    }
}
