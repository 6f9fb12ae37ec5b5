import ByteStrings
import ContainerInit
import LinuxKernel

/// Remembers what is at the root file system's path before the child comes: a container without a mount namespace leaves
/// its mounts in the runtime's own.
package struct HostRootStep: ParentStep {
    package static let name: StaticString = "note-root"

    package var path = Path()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
    }

    package var undo: [Undo] { [Undo(DetachRootMount())] }

    package func perform(in making: Making) throws(ContainerError) { making.rootMount = try HostRootMount(at: path) }
}

/// Takes the container's mounts out of the runtime's mount namespace.
package struct DetachRootMount: UndoAction {
    package static let name: StaticString = "detachRootMount"

    /// The mount of the root file system, on which all others lie; 0 before it is made.
    package var id: UInt64 = 0

    package init() {}

    package init(id: UInt64) { self.id = id }

    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("id", &id)
    }

    package func perform(in undoing: Undoing) throws(ContainerError) {
        if let mount = undoing.making?.rootMount { return mount.undo(undoing.report) }
        if id != 0 { try HostRootMount.detach(id, from: undoing.record.rootfs) }
    }
}
