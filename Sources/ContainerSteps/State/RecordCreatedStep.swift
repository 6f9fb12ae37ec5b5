import ByteStrings
import ContainerInit
import LinuxKernel

/// Writes the state of the made container, once its first process waits for the start.
package struct RecordCreatedStep: ParentStep {
    package static let name: StaticString = "record-created"
    package var detail: String { "state.json" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package var context: StaticString { "" }

    package func perform(in making: Making) throws(ContainerError) {
        try making.conversation.awaitReady()
        guard let pid = making.conversation.childPID, let facts = try ProcessFacts.of(pid) else {
            throw ContainerError(.childDied, reason: "the container's init died before its start")
        }
        making.record.pid = pid
        making.record.startTime = facts.startTime
        making.record.noteStreams(of: pid)
        if let made = try making.rootMount?.made {
            making.replace(DetachRootMount(), by: DetachRootMount(id: made))
        }
        making.record.own.undo = making.undos
        try making.directory?.write(making.record.encoded, as: "state.json")
    }
}
