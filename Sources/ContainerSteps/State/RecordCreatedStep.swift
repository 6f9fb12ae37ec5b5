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
        let conversation = making.conversation
        // What is known by now is written while the child still works, and shown when it is ready: nobody may enter a
        // container whose root is not there yet.
        let isKnown = !conversation.awaitsSuccessor && !conversation.plan.child.hasTerminal && making.rootMount == nil
        if isKnown { try making.directory?.prepare(try Self.state(making), as: "state.json") }
        try conversation.awaitReady()
        if !isKnown { try making.directory?.prepare(try Self.state(making), as: "state.json") }
        try making.directory?.publish("state.json")
    }

    /// The state file's bytes.
    private static func state(_ making: Making) throws(ContainerError) -> [UInt8] {
        guard let pid = making.conversation.childPID, let facts = try ProcessFacts.of(pid) else {
            throw ContainerError(.childDied, reason: "the container's init died before its start")
        }
        making.record.pid = pid
        making.record.startTime = facts.startTime
        making.record.externalDescriptors =
            making.conversation.plan.child.hasTerminal
            ? DescriptorNumber.standardStreams.map { streamName($0, of: "\(pid)") }
            : making.conversation.streamNames
        if let made = try making.rootMount?.made {
            making.replace(DetachRootMount(), by: DetachRootMount(id: made))
        }
        making.record.own.undo = making.undos
        return making.record.encoded
    }
}
