import ByteStrings
import ContainerInit
import LinuxKernel

/// Sends the master of the program's terminal over the console socket.
package struct SendTerminalStep: ParentStep {
    package static let name: StaticString = "send-terminal"
    package var detail: String { "to the console socket" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package var context: StaticString { "" }

    package func perform(in making: Making) throws(ContainerError) {
        guard let socket = making.slots.take(.consoleSocket) else { return }
        guard let terminal = making.conversation.takeTerminal() else {
            throw ContainerError(origin: Origin(.terminal), reason: "the container's init made no terminal")
        }
        try ConsoleSocket.send(terminal.file, over: socket)
    }
}
