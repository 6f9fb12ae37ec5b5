import ByteStrings
import ContainerInit

/// Makes the state directory, locked, with the configuration and the state in it: before the first effect on the host, so that
/// whatever a killed runtime leaves can be found by the container's id.
package struct StateDirectoryStep: ParentStep {
    package static let name: StaticString = "state-directory"

    package var path = Path()
    /// Whether the socket on which the program says that it is ready gets a directory, which the container sees.
    package var hasNotifyDirectory = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
        try visitor.field("notifyDirectory", &hasNotifyDirectory)
    }

    package var undo: [Undo] { [Undo(RemoveStateDirectory())] }

    package func perform(in making: Making) throws(ContainerError) {
        let directory = try StateDirectory.make(at: path)
        making.directory = directory
        try directory.create(making.configuration, as: "config.json")
        // What the specification says follows with the made container: only programs outside read it.
        var record = making.record
        record.configuration.specification = nil
        try directory.write(record.encoded, as: "state.json")
        if hasNotifyDirectory { try directory.makeSubdirectory(NotifySocket.directoryName) }
    }
}

/// Removes the state directory with all that the runtime keeps in it.
package struct RemoveStateDirectory: UndoAction {
    package static let name: StaticString = "removeStateDirectory"

    package init() {}
    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
    }

    package func perform(in undoing: Undoing) throws(ContainerError) { try undoing.directory?.remove() }
}
