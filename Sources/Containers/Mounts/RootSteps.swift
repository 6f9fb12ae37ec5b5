import Linux

/// Makes the root file system a mount of its own that nothing of the host propagates into.
package struct RootStep: Equatable, Sendable {
    /// The root file system, as an absolute path of the host.
    package var path: Path
    /// How all mounts of the container's namespace propagate before the container's own are made.
    package var propagation: MountFlags
    /// False when the container shares the runtime's mount namespace: then no mount outside the root is changed.
    package var hasMountNamespace: Bool
    /// Whether the root goes on receiving mounts of the host, as an explicit `slave` asks for.
    package var followsHost: Bool
    /// Where the parent put the prepared tree, for a root that the container's user cannot reach.
    package var tree: Slot?

    package init(
        path: Path, propagation: MountFlags = [.slave, .recursive], hasMountNamespace: Bool = true,
        followsHost: Bool = false, tree: Slot? = nil
    ) {
        self.path = path
        self.propagation = propagation
        self.hasMountNamespace = hasMountNamespace
        self.followsHost = followsHost
        self.tree = tree
    }
}

/// Makes the root file system the root of the container.
package struct RootSwitchStep: Equatable, Sendable {
    /// How it is done.
    package var way: Way
    /// True when mounts of the old root may be shared with the host, so that taking them away must not spread.
    package var oldRootIsShared: Bool

    package init(way: Way = .pivot, oldRootIsShared: Bool = false) {
        self.way = way
        self.oldRootIsShared = oldRootIsShared
    }

    /// The ways to change a root.
    package enum Way: UInt8, Sendable, CaseIterable {
        /// pivot_root(2): the host's mounts go away.
        case pivot
        /// Moving the mount to `/` and chroot(2), for a host whose root is a ramfs.
        case move
        /// chroot(2) alone, without a mount namespace.
        case changeRoot
    }
}

/// Sets the propagation of the container's own root after the switch.
package struct RootfsPropagationStep: Equatable, Sendable {
    package var propagation: MountFlags

    package init(propagation: MountFlags) { self.propagation = propagation }
}

/// Makes the container's root read-only.
package struct ReadonlyRootStep: Equatable, Sendable {
    package init() {}
}

/// Makes mounts read-only that were kept writable for the set-up.
package struct ReadonlyMountsStep: Equatable, Sendable {
    /// The destinations, for a reader: the mounts themselves are held by descriptor.
    package var destinations: [Path]

    package init(destinations: [Path]) { self.destinations = destinations }
}

/// Hides paths of the container: files behind the null device, folders behind an empty read-only file system.
package struct MaskedPathsStep: Equatable, Sendable {
    package var paths: [Path]
    /// The SELinux context of the empty file system, or empty.
    package var label: ByteString

    package init(paths: [Path], label: ByteString = "") {
        self.paths = paths
        self.label = label
    }
}

/// Makes paths of the container read-only; one that does not exist is skipped.
package struct ReadonlyPathsStep: Equatable, Sendable {
    package var paths: [Path]

    package init(paths: [Path]) { self.paths = paths }
}

/// Writes a kernel parameter of the container's namespaces.
package struct SysctlStep: Equatable, Sendable {
    /// The key as config.json has it.
    package var key: ByteString
    /// The path below `/proc/sys`.
    package var path: Path
    package var value: ByteString

    package init(key: ByteString, path: Path, value: ByteString) {
        self.key = key
        self.path = path
        self.value = value
    }
}

/// Makes the links that programs expect in `/dev`.
package struct DeviceLinksStep: Equatable, Sendable {
    package init() {}
}

/// One device node.
package struct DeviceStep: Equatable, Sendable {
    /// The absolute, cleaned path in the container.
    package var path: Path
    package var kind: FileKind
    package var major: UInt32
    package var minor: UInt32
    package var permissions: UInt32
    package var user: UInt32
    package var group: UInt32
    /// True when a node of the host is bound, since the kernel lets no user namespace make nodes.
    package var bindsHostNode: Bool
    /// The place among the prepared nodes; the host's own node is bound when there is none.
    package var preparedIndex: Int32?

    package init(
        path: Path, kind: FileKind, major: UInt32, minor: UInt32, permissions: UInt32 = 0o666, user: UInt32 = 0,
        group: UInt32 = 0, bindsHostNode: Bool = false
    ) {
        self.path = path
        self.kind = kind
        self.major = major
        self.minor = minor
        self.permissions = permissions
        self.user = user
        self.group = group
        self.bindsHostNode = bindsHostNode
    }
}

extension RootStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(path)
        encoder.encode(propagation.rawValue)
        encoder.encode(hasMountNamespace)
        encoder.encode(followsHost)
        encoder.encode(tree?.rawValue)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        path = try decoder.decode(Path.self)
        propagation = MountFlags(rawValue: try decoder.decode(UInt32.self))
        hasMountNamespace = try decoder.decode(Bool.self)
        followsHost = try decoder.decode(Bool.self)
        tree = try decoder.decode(UInt16?.self).map { Slot(rawValue: $0) }
    }
}

extension RootSwitchStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(way)
        encoder.encode(oldRootIsShared)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        way = try decoder.decode(Way.self)
        oldRootIsShared = try decoder.decode(Bool.self)
    }
}

extension RootfsPropagationStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) { encoder.encode(propagation.rawValue) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        propagation = MountFlags(rawValue: try decoder.decode(UInt32.self))
    }
}

extension ReadonlyRootStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {}
    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {}
}

extension ReadonlyMountsStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) { encoder.encode(destinations) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        destinations = try decoder.decode([Path].self)
    }
}

extension MaskedPathsStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(paths)
        encoder.encode(label)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        paths = try decoder.decode([Path].self)
        label = try decoder.decode(ByteString.self)
    }
}

extension ReadonlyPathsStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) { encoder.encode(paths) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        paths = try decoder.decode([Path].self)
    }
}

extension SysctlStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(key)
        encoder.encode(path)
        encoder.encode(value)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        key = try decoder.decode(ByteString.self)
        path = try decoder.decode(Path.self)
        value = try decoder.decode(ByteString.self)
    }
}

extension DeviceLinksStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {}
    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {}
}

extension DeviceStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(path)
        encoder.encode(kind)
        encoder.encode(major)
        encoder.encode(minor)
        encoder.encode(permissions)
        encoder.encode(user)
        encoder.encode(group)
        encoder.encode(bindsHostNode)
        encoder.encode(preparedIndex)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        path = try decoder.decode(Path.self)
        kind = try decoder.decode(FileKind.self)
        major = try decoder.decode(UInt32.self)
        minor = try decoder.decode(UInt32.self)
        permissions = try decoder.decode(UInt32.self)
        user = try decoder.decode(UInt32.self)
        group = try decoder.decode(UInt32.self)
        bindsHostNode = try decoder.decode(Bool.self)
        preparedIndex = try decoder.decode(Int32?.self)
    }
}
