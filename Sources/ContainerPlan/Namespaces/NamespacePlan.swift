import ByteStrings
import Cgroups
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// How the child gets into the namespaces of linux.namespaces.
///
/// The usual case is one clone3 with all new ones. A second process is needed where a joined pid namespace only holds
/// for children, and where new namespaces must belong to a user namespace that is joined, or that may only be made after
/// others were joined with the host's privileges.
package struct NamespacePlan: Sendable {
    /// A namespace to join by its path.
    package struct Join: Sendable {
        package var index: Int
        package var slot: Slot
        package var path: Path
        package var flags: CloneFlags
        package var type: NamespaceType
    }

    package private(set) var joins: [Join] = []
    package private(set) var spawn = SpawnStep()
    /// Whether the second process is made last, to enter a pid namespace of others; see `PlanBuilder.addEntry`.
    package private(set) var entersLate = false
    /// What the second process is made with, or what the first makes when the second comes last.
    package private(set) var forkFlags: CloneFlags = []
    package private(set) var mappings: IDMappingStep?
    /// The host's user id of the container's user, if the cgroup is to be theirs.
    package private(set) var cgroupOwner: UInt32?
    /// Whether the IPC namespace is made by the root of the new user namespace: whoever makes it owns its message queues.
    package private(set) var unsharesIPCLate = false
    private var new: CloneFlags = []

    package init(spec: Spec, facts: HostFacts) throws(ContainerError) {
        for (index, namespace) in (spec.linux?.namespaces ?? []).enumerated() {
            let flags = namespace.type.cloneFlags
            if let path = namespace.path, !path.isEmpty {
                joins.append(
                    Join(index: index, slot: .namespace(index), path: path, flags: flags, type: namespace.type))
            } else {
                new.insert(flags)
            }
        }
        // With the host's privileges the others are joined first, since they are gone inside the user namespace;
        // without them, only the user namespace gives the privileges to join the others.
        if let user = joins.firstIndex(where: { $0.type == .user }) {
            let join = joins.remove(at: user)
            joins.insert(join, at: facts.isRootless ? 0 : joins.count)
        }
        var atClone = new.subtracting(.newCgroup.union(.newTime))
        unsharesIPCLate = new.contains(.newUser.union(.newIPC))
        if unsharesIPCLate { atClone.remove(.newIPC) }
        let isStaged =
            joins.contains { $0.type == .pid || $0.type == .user } || (new.contains(.newUser) && !joins.isEmpty)
        spawn.namespaces = isStaged ? [] : atClone
        spawn.isStaged = isStaged
        spawn.waitsForMappings = !isStaged && new.contains(.newUser)
        if isStaged { forkFlags = atClone }
        entersLate =
            joins.contains { $0.type == .pid }
            && (facts.canNameNamespaceOfProcfs || !spec.mounts.contains { $0.type == "proc" })
        if new.contains(.newUser) {
            let users = spec.linux?.uidMappings ?? []
            let groups = spec.linux?.gidMappings ?? []
            guard Self.maps(0, in: users), Self.maps(0, in: groups) else {
                throw ContainerError(
                    .invalidConfiguration, origin: Origin(Self.maps(0, in: users) ? .gidMappings : .uidMappings),
                    reason: "the container's root (containerID 0) is not mapped",
                    remedy: "map containerID 0: the set-up inside the user namespace runs as its root")
            }
            mappings = IDMappingStep {
                $0.users = users
                $0.groups = groups
            }
        }
        cgroupOwner = Self.cgroupOwner(spec, facts, isNew: new.contains(.newCgroup))
    }

    /// Whether the container gets a namespace of its own of this kind.
    package func isNew(_ type: NamespaceType) -> Bool { new.contains(type.cloneFlags) }

    /// Whether the container's mounts are not the runtime's.
    package var hasMountNamespace: Bool { isNew(.mount) || isJoined(.mount) }

    /// Whether the container joins a namespace of this kind.
    package func isJoined(_ type: NamespaceType) -> Bool { joins.contains { $0.type == type } }

    /// Whether the container has a user namespace, new or joined.
    package var hasUserNamespace: Bool { isNew(.user) || isJoined(.user) }

    /// Whether the process that is to be the container's first must still become root of its user namespace.
    package var becomesRootInside: Bool { spawn.isStaged && hasUserNamespace }

    /// Whether the child can hide only after its mappings are written: a rootless runtime may not write them for a
    /// process that hides.
    package var hidesLate: Bool { spawn.isStaged && isNew(.user) }

    private static func maps(_ id: UInt32, in mappings: [IDMapping]) -> Bool { host(id, in: mappings) != nil }

    /// The id on the host of an id in the container.
    package static func host(_ id: UInt32, in mappings: [IDMapping]) -> UInt32? {
        for mapping in mappings where id >= mapping.containerID && id - mapping.containerID < mapping.size {
            return mapping.hostID &+ (id - mapping.containerID)
        }
        return nil
    }

    /// The host's ids of the container's root; without mappings the host's root itself.
    package static func rootOwner(_ spec: Spec) -> (user: UInt32, group: UInt32) {
        guard let linux = spec.linux, linux.namespaces.contains(where: { $0.type == .user }) else { return (0, 0) }
        return (host(0, in: linux.uidMappings) ?? 0, host(0, in: linux.gidMappings) ?? 0)
    }

    /// The cgroup belongs to the container's user when the container sees it, may write it, and sees nothing else.
    /// See config-linux.md, "Cgroup ownership".
    private static func cgroupOwner(_ spec: Spec, _ facts: HostFacts, isNew: Bool) -> UInt32? {
        guard isNew, facts.cgroup != nil, facts.cgroupLayout?.kind == .unified else { return nil }
        let isWritable = spec.mounts.contains {
            $0.source == "cgroup" && $0.destination == "/sys/fs/cgroup" && !$0.options.contains("ro")
        }
        guard isWritable, let user = spec.process?.user.uid else { return nil }
        return host(user, in: spec.linux?.uidMappings ?? []) ?? user
    }
}
