import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// Takes a tree of the host's mounts for the child, whose user may not reach or map it: a copy, detached from everything.
package struct MountSourceStep: Equatable, ParentStep {
    package static let name: StaticString = "prepare-mount"

    /// Where the tree goes.
    package var slot = Slot()
    /// The file or directory of the host.
    package var path = Path()
    /// Where the container will see it, for messages.
    package var destination = Path()
    /// True to take the mounts below as well.
    package var recursively = false
    /// True when a link at the end of the path is taken itself.
    package var noFollow = false
    /// How the tree propagates, so that nothing of the container spreads to the host; empty leaves it as it is.
    package var propagation: MountFlags = []
    /// The mapping of ids.
    package var idMap: MountIDMap?
    /// True when the child takes the tree, from the container's own mounts, and the parent only maps its ids.
    package var isTakenByChild = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("slot", &slot, .hidden)
        try visitor.field("path", &path)
        try visitor.field("destination", &destination)
        try visitor.field("recursive", &recursively)
        try visitor.field("noFollow", &noFollow)
        try visitor.field("propagation", &propagation)
        try visitor.field("idMap", &idMap)
        try visitor.field("takenByChild", &isTakenByChild)
    }

    package var detail: String { path + " for " + destination + (idMap == nil ? "" : ", id-mapped") }

    /// Few are prepared in advance: each takes a descriptor of both processes, whose limits know nothing of the
    /// configuration. The child asks for the others when it comes to them.
    package func perform(in making: Making) throws(ContainerError) {
        if isTakenByChild || making.slots.count(of: .mountSource) == 16 { return }
        making.slots.fill(slot, try prepare())
    }

    /// Takes the tree.
    package func prepare() throws(ContainerError) -> FileDescriptor {
        do throws(ContainerError) {
            let tree = try clone()
            if !propagation.isEmpty {
                try ContainerInit.explained("change the propagation") { () throws(Errno) in
                    try tree.setMountAttributes(
                        MountAttributeChange(propagation: propagation.intersection(.propagation)),
                        recursively: true)
                }
            }
            try idMap?.apply(to: tree)
            return tree
        } catch {
            throw explained(error)
        }
    }

    /// Maps the ids of a tree that the child took.
    package func map(_ tree: borrowing FileDescriptor) throws(ContainerError) {
        do throws(ContainerError) {
            try idMap?.apply(to: tree)
        } catch {
            throw explained(error)
        }
    }

    private func explained(_ error: ContainerError) -> ContainerError {
        var failure = error
        failure.isOfMount = true
        failure.operation = "error mounting \"" + path + "\" to rootfs at \"" + destination + "\""
        failure.subject = ""
        return failure
    }

    private func clone() throws(ContainerError) -> FileDescriptor {
        do throws(Errno) {
            return try FileDescriptor.cloneTree(
                path, recursively: recursively, followingLinks: !noFollow)
        } catch {
            // The root comes from a property of its own.
            throw ContainerError(
                member: destination == "/" ? "" : ".source", errno: error,
                reason: "failed to fulfil mount request: open " + path,
                remedy: error == .notPermitted ? "taking a tree of the host's mounts needs CAP_SYS_ADMIN there" : "")
        }
    }
}
