import ByteStrings
import LinuxKernel
import Seccomp

/// Loads the filter of system calls. See seccomp(2).
package struct SeccompStep: ChildStep {
    package static let name: StaticString = "seccomp"

    package var program = SeccompProgram(bytes: [], flags: [])
    /// Whether a listener comes with it.
    package var listens = false
    /// Whether it may keep the child from saying why it failed.
    package var mutes = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("program", &program, .hidden)
        try visitor.field("listens", &listens)
        try visitor.field("mutes", &mutes)
    }

    package var detail: String {
        program.shown + (listens ? ", with a listener" : "") + (mutes ? ", denies what the child fails with" : "")
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        guard program.count > 0 else {
            throw ContainerError(operation: "seccomp(SECCOMP_SET_MODE_FILTER)", reason: "the filter is empty")
        }
        try attempt("sigaction") { () throws(Errno) in try endByFaults() }
        let listener = try attempt("seccomp(SECCOMP_SET_MODE_FILTER)") { () throws(Errno) in try program.load() }
        process.values.filter = program
        guard let listener else { return }
        try process.tell(.seccompListener, with: listener)
        try process.awaitProceed()
    }

    package func sends(_ message: Message) -> Bool {
        if case .seccompListener = message { listens } else { false }
    }
}
