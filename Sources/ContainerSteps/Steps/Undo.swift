import ByteStrings
import ContainerInit
import StrictJSON

/// What takes one effect on the host back. It is data: it stands in the state file from before the first effect on, and is
/// run backwards when the making of the container fails, by `delete`, and for a runtime that was killed half-way.
///
/// So it finds out by itself how much there is to take back, and does nothing where nothing was done.
package protocol UndoAction: StateObject {
    /// Its name in the state file.
    static var name: StaticString { get }

    func perform(in undoing: Undoing) throws(ContainerError)
}

/// All kinds of undoing.
package enum UndoActions {
    package static let kinds: [any UndoAction.Type] = [
        RemoveStateDirectory.self, RemoveCgroup.self, StopUnit.self, KillProcesses.self, RemoveResctrlGroups.self,
        DetachRootMount.self, BringBackNetworkDevices.self,
    ]
}

/// One action of undoing, of any kind: in the state file an object with one member, the name of its kind.
package struct Undo: StateValue {
    package let action: any UndoAction

    package init(_ action: any UndoAction) { self.action = action }

    package static func == (one: Undo, other: Undo) -> Bool { one.bytes == other.bytes }

    private var bytes: [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        return writer.bytes
    }

    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> Undo? {
        guard try reader.expect(.object) else { return nil }
        var found: Undo?
        try reader.json.beginObject()
        while try reader.json.nextMember() {
            if let kind = UndoActions.kinds.first(where: { reader.json.isKey($0.name) }) {
                found = try kind.read(&reader).map { Undo($0) }
            } else {
                try reader.json.skipValue()
            }
        }
        return found
    }

    package func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key(type(of: action).name)
        action.write(&writer)
        writer.endObject()
    }

    package var isOmitted: Bool { false }
}
