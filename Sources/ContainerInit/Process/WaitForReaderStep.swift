import ByteStrings
import LinuxKernel

/// Waits until somebody opens a fifo of the host for reading.
///
/// The fifo is opened by its number, since its path is the host's. The container's own /proc is all that is left to do
/// that with: it must be a whole procfs, and lead to the fifo.
package struct WaitForReaderStep: ChildStep {
    package static let name: StaticString = "wait-for-reader"
    package var detail: String { "of the fifo" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        guard let fifo = process.slots.take(.waitFifo) else {
            throw ContainerError(reason: "the runtime passed no fifo to wait on")
        }
        try explained("failed to open exec wait fifo") { () throws(Errno) in
            let procfs = try Procfs.openForeign()
            _ = try Procfs.reopen(fifo, in: procfs, .writeOnly)
        }
    }
}
