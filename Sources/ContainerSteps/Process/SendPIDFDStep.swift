import ByteStrings
import ContainerInit
import LinuxKernel

/// Sends a pidfd of the process over the pidfd socket.
package struct SendPIDFDStep: ParentStep {
    package static let name: StaticString = "send-pidfd"
    package var detail: String { "to the pidfd socket" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package var context: StaticString { "" }

    package func perform(in making: Making) throws(ContainerError) {
        guard let socket = making.slots.take(.pidfdSocket) else { return }
        try making.conversation.withChild { (child) throws(ContainerError) in
            try attempt("sendmsg", "the pidfd socket") { () throws(Errno) in
                try socket.send(Array("pidfd".utf8), with: child.descriptor)
            }
        }
    }
}
