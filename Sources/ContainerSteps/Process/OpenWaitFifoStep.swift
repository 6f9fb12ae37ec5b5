import ByteStrings
import ContainerInit
import LinuxKernel

/// Opens the fifo of the caller whose reader the process waits for.
package struct OpenWaitFifoStep: ParentStep {
    package static let name: StaticString = "open-wait-fifo"

    package var path = Path()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
    }

    package func perform(in making: Making) throws(ContainerError) {
        let fifo = try explained("failed to open exec wait fifo " + quoted(path)) { () throws(Errno) in
            try FileDescriptor.open(path, .path)
        }
        let status = try attempt("stat", path) { () throws(Errno) in try fifo.status() }
        guard status.kind == .fifo else {
            throw ContainerError(reason: "exec wait fifo " + quoted(path) + " is not a fifo")
        }
        making.slots.fill(.waitFifo, fifo)
    }
}
