import ByteStrings
import ContainerInit
import LinuxKernel

/// Connects to a socket of the caller that gets a descriptor in the end, before anything is made.
package struct ConnectSocketStep: ParentStep {
    package static let name: StaticString = "connect-socket"

    package var slot = Slot.consoleSocket
    package var path = Path()
    /// Where a relative path starts if nothing is at it in the working directory.
    package var bundle = Path()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("slot", &slot, .hidden)
        try visitor.field("path", &path)
        try visitor.field("bundle", &bundle, .hidden)
    }

    package func perform(in making: Making) throws(ContainerError) {
        making.slots.fill(slot, try ConsoleSocket.connect(to: path, bundle: bundle))
    }
}
