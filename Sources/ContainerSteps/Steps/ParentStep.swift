import ByteStrings
import ContainerInit

/// A step of the runtime.
package protocol ParentStep: Step {
    /// What takes the effects of the step back, as far as it is known before it has any.
    var undo: [Undo] { get }

    /// Remembers in the state file, before the first effect of any step, what the step is about to do.
    func note(in record: inout StateRecord)

    func perform(in making: Making) throws(ContainerError)

    /// In which part of a command the step fails when there is a child already.
    var context: StaticString { get }
}

extension ParentStep {
    package var undo: [Undo] { [] }
    package func note(in record: inout StateRecord) {}
    package var context: StaticString { "unable to start container process: " }
}
