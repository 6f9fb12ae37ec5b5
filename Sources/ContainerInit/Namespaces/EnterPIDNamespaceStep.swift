import ByteStrings
import LinuxKernel

/// Goes on in a new process, in the pid namespace that was joined and with nothing of the host's left.
///
/// From here on others see the process, and those among them with CAP_SYS_PTRACE can become it.
package struct EnterPIDNamespaceStep: ChildStep {
    package static let name: StaticString = "fork"
    package var detail: String { "into the joined pid namespace" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        try process.closeHostDescriptors()
        try process.stayHidden()
        // To copy its memory would take longer than all that the new process does up to its exec.
        try attempt("clone3") { () throws(Errno) in try moveToSibling([], takesMemory: true) }
        try process.tell(.forked)
    }

    package func sends(_ message: Message) -> Bool { if case .forked = message { true } else { false } }
}
