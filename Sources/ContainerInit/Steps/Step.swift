import ByteStrings
import LinuxKernel

/// One thing that is done to make a container: a value with everything resolved, flags as numbers, paths split, programs
/// compiled.
///
/// A step stands in one file: what it holds, how it is shown, and how it is done.
package protocol Step: FieldRecord {
    /// What `explain` calls it.
    static var name: StaticString { get }

    /// To what it is done, and how, in words.
    var detail: String { get }

    /// What is too long for a line and shown only to those who ask for it.
    var listing: [String] { get }
}

extension Step {
    package var detail: String { shown }
    package var listing: [String] { [] }
}

/// A step of the child: what it does to itself on its way to become the program.
package protocol ChildStep: Step {
    func perform(in process: InitProcess) throws(ContainerError)

    /// Whether the child sends this message because of the step.
    func sends(_ message: Message) -> Bool
}

extension ChildStep {
    package func sends(_ message: Message) -> Bool { false }
}

/// A step of the child that changes its view of the file system.
package protocol RootfsStep: ChildStep {
    func perform(in setup: RootfsSetup) throws(ContainerError)
}

extension RootfsStep {
    package func perform(in process: InitProcess) throws(ContainerError) {
        try perform(in: try process.rootfsSetup())
    }
}

/// A step with what caused it.
package struct Planned<Kind: Sendable>: Sendable {
    package var step: Kind
    package var origin: Origin

    package init(_ step: Kind, _ origin: Origin) {
        self.step = step
        self.origin = origin
    }
}

extension Planned where Kind == any ChildStep {
    /// The same for the child's steps, of which there are many: the general way looks the type up for each.
    package init(_ step: any ChildStep, _ origin: Origin) {
        self.step = step
        self.origin = origin
    }
}

extension [Planned<any ChildStep>] {
    /// Whether there is a step of a kind.
    package func contains<Kind: ChildStep>(_ kind: Kind.Type) -> Bool { contains { type(of: $0.step) == kind } }
}
