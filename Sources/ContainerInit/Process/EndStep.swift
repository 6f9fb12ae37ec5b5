import ByteStrings
import LinuxKernel

/// Tells the runtime that all is done, and ends: the child of a plan that has no program.
package struct EndStep: ChildStep {
    package static let name: StaticString = "end"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        try process.tell(.ready)
        exitProcess(0)
    }

    package func sends(_ message: Message) -> Bool { if case .ready = message { true } else { false } }
}
