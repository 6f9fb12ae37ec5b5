import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// A mapping of the ids of a tree of mounts. See mount_setattr(2), "ID-mapped mounts".
package struct MountIDMap: Equatable, FieldRecord {
    /// The user namespace whose mapping it is, which the container joins; empty for ranges of its own.
    package var namespace = Path()
    /// A container's id is the one on the disk, a host's id the one that the host sees.
    package var uids: [IDMapping] = []
    package var gids: [IDMapping] = []
    /// Whether the mounts below are mapped, too.
    package var recursively = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("namespace", &namespace)
        try visitor.field("uids", &uids)
        try visitor.field("gids", &gids)
        try visitor.field("recursive", &recursively)
    }

    /// Gives the mapping to a tree that is attached nowhere.
    package func apply(to tree: borrowing FileDescriptor) throws(ContainerError) {
        let namespace: FileDescriptor
        if self.namespace.isEmpty {
            namespace = try explained("make the user namespace of the mount") { () throws(Errno) in
                try makeMappingNamespace(uids: Self.lines(uids), gids: Self.lines(gids))
            }
        } else {
            namespace = try explained("open " + self.namespace) { () throws(Errno) in
                try FileDescriptor.open(self.namespace)
            }
        }
        do throws(Errno) {
            try tree.mapMountIDs(by: namespace, recursively: recursively)
        } catch {
            let remedy =
                switch error {
                case .invalidArgument: "the file system cannot be mounted with mapped ids, or it is mapped already"
                case .noSuchSystemCall: "mounts with mapped ids need Linux 5.12"
                case .notPermitted: "mapping ids needs CAP_SYS_ADMIN in the user namespace of the file system"
                case .badFileDescriptor: "the mapping is that of the file system itself"
                default: ""
                }
            throw ContainerError(errno: error, reason: "mount_setattr(MOUNT_ATTR_IDMAP)", remedy: remedy)
        }
    }

    private static func lines(_ mappings: [IDMapping]) -> ByteString {
        mappings.reduce(into: ByteString()) { $0 += "\($1.containerID) \($1.hostID) \($1.size)\n" }
    }
}
