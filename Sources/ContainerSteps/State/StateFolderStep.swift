import ByteStrings
import ContainerInit

/// Makes the state folder, locked, with the configuration and the state in it: before the first effect on the host, so that
/// whatever a killed runtime leaves can be found by the container's id.
package struct StateFolderStep: ParentStep {
    package static let name: StaticString = "state-folder"

    package var path = Path()
    /// Whether the socket on which the program says that it is ready gets a folder, which the container sees.
    package var hasNotifyFolder = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
        try visitor.field("notifyFolder", &hasNotifyFolder)
    }

    package var undo: [Undo] { [Undo(RemoveStateFolder())] }

    package func perform(in making: Making) throws(ContainerError) {
        let folder = try StateFolder.make(at: path)
        making.folder = folder
        try folder.write(making.configuration, as: "config.json")
        try folder.write(making.record.encoded, as: "state.json")
        if hasNotifyFolder { try folder.makeFolder(NotifySocket.folderName) }
    }
}

/// Removes the state folder with all that the runtime keeps in it.
package struct RemoveStateFolder: UndoAction {
    package static let name: StaticString = "removeStateFolder"

    package init() {}
    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
    }

    package func perform(in undoing: Undoing) throws(ContainerError) { try undoing.folder?.remove() }
}
