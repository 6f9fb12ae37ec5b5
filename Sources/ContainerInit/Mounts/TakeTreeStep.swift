import ByteStrings
import LinuxKernel

/// Takes a tree of the host's mounts for a container that runs, where the runtime has not the privileges for it: in a
/// mount namespace of the child's own, which the container's user namespace gives it. See mount_namespaces(7).
package struct TakeTreeStep: ChildStep {
    package static let name: StaticString = "take-tree"

    /// Where the tree goes.
    package var slot = Slot()
    /// The file or directory of the host.
    package var path = Path()
    /// True to take the mounts below as well.
    package var recursively = false
    /// True when a link at the end of the path is taken itself.
    package var noFollow = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("slot", &slot, .hidden)
        try visitor.field("path", &path)
        try visitor.field("recursive", &recursively)
        try visitor.field("noFollow", &noFollow)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        do throws(Errno) {
            process.slots.fill(
                slot,
                try FileDescriptor.cloneTree(
                    path, recursively: recursively, followingLinks: !noFollow))
        } catch {
            throw ContainerError(
                member: ".source", value: quoted(path), errno: error, reason: "open_tree",
                remedy: error == .invalidArgument
                    ? "a tree with mounts below it, which this user namespace may not uncover, is bound with rbind" : ""
            )
        }
    }
}
