import Linux
import RuntimeSpec

/// The parent's part of a mount: what needs the host's privileges or the host's view of its files.
package enum MountSource {
    /// Takes a copy of a tree of the host's mounts, detached from everything, for a child to attach.
    package static func prepare(_ step: MountSourceStep) throws(ContainerError) -> FileDescriptor {
        do throws(ContainerError) {
            let tree = try clone(step)
            if !step.propagation.isEmpty {
                try Containers.explained("change the propagation") { () throws(Errno) in
                    try setMountAttributes(
                        tree.raw, MountAttributeChange(propagation: step.propagation.intersection(.propagation)),
                        recursively: true)
                }
            }
            try map(tree.raw, step.idMap)
            return tree
        } catch {
            throw explained(error, step)
        }
    }

    /// Maps the ids of a tree that the child took.
    package static func map(_ tree: Int32, of step: MountSourceStep) throws(ContainerError) {
        do throws(ContainerError) {
            try map(tree, step.idMap)
        } catch {
            throw explained(error, step)
        }
    }

    private static func explained(_ error: ContainerError, _ step: MountSourceStep) -> ContainerError {
        var failure = error
        failure.operation = "error mounting \"" + step.path + "\" to rootfs at \"" + step.destination + "\""
        failure.subject = ""
        return failure
    }

    private static func map(_ tree: Int32, _ idMap: MountSourceStep.IDMap?) throws(ContainerError) {
        switch idMap {
        case nil:
            break
        case .ranges(let uids, let gids, let recursively):
            let namespace = try Containers.explained("make the user namespace of the mount") { () throws(Errno) in
                try makeMappingNamespace(uids: lines(uids), gids: lines(gids))
            }
            try map(tree, namespace.raw, recursively)
        case .namespace(let path, let recursively):
            let namespace = try Containers.explained("open " + path) { () throws(Errno) in
                try FileDescriptor.open(path)
            }
            try map(tree, namespace.raw, recursively)
        }
    }

    private static func clone(_ step: MountSourceStep) throws(ContainerError) -> FileDescriptor {
        do throws(Errno) {
            return try FileDescriptor.cloneTree(
                step.path, at: workingDirectory, recursively: step.recursively, followingLinks: !step.noFollow)
        } catch {
            // The root comes from a property of its own.
            throw ContainerError(
                member: step.destination == "/" ? "" : ".source", errno: error,
                reason: "failed to fulfil mount request: open " + step.path)
        }
    }

    private static func map(_ tree: Int32, _ namespace: Int32, _ recursively: Bool) throws(ContainerError) {
        do throws(Errno) {
            try setMountAttributes(
                tree, MountAttributeChange(set: .idMapped, userNamespace: namespace), recursively: recursively)
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
        mappings.reduce(into: ByteString()) {
            $0 += "\($1.containerID) \($1.hostID) \($1.size)\n"
        }
    }
}
