import ByteStrings
import LinuxKernel

/// Lets a change of a running container's mounts stay once the runtime has heard of it, and takes it back if it does not say
/// so: whatever becomes of the runtime, the change was made or it was not.
package struct KeepMountsStep: ChildStep {
    package static let name: StaticString = "keep-mounts"
    package var detail: String { "once the runtime says so" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        let setup = try process.rootfsSetup()
        if process.isConfirmed(.mounts) {
            setup.reversal = nil
            return
        }
        var failure = ContainerError(reason: "the runtime did not take the change of the mounts over")
        setup.takeBack(&failure)
        // There is something to say only if something is left.
        if failure.remedy.isEmpty { exitProcess(1) }
        throw failure
    }

    package func sends(_ message: Message) -> Bool { if case .meeting(.mounts) = message { true } else { false } }
}

extension RootfsSetup {
    /// Takes back what `reversal` says, and adds to a failure what could not be.
    package func takeBack(_ failure: inout ContainerError) {
        reversal.take()?(self, &failure)
    }
}
