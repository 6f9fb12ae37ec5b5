import ByteStrings
import LinuxKernel

/// Brings the loopback device of a new network namespace up.
package struct LoopbackStep: ChildStep {
    package static let name: StaticString = "loopback-up"
    package var detail: String { "lo" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("ioctl(SIOCSIFFLAGS)", "lo") { () throws(Errno) in
            // Closed together with all that the file system is made with, or by the exec.
            try bringUpLoopback().leaveOpen()
        }
    }
}
