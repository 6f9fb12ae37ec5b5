import Linux

/// One mount of the container, fully resolved: what the child needs and nothing it would have to decide.
package struct MountStep: Equatable, Sendable {
    /// How the mount is made.
    package var kind: Kind
    /// What is mounted, as the kernel takes it; for a bind an absolute path of the host.
    package var source: Path
    /// Where, as an absolute, cleaned path inside the container.
    package var destination: Path
    /// The name of the file system.
    package var type: ByteString
    /// The flags that the options set.
    package var flags: MountFlags
    /// The flags that the options clear, which matters where the source has them.
    package var cleared: MountFlags
    /// The options of the file system itself, joined by commas.
    package var data: ByteString
    /// The changes of propagation, in order.
    package var propagation: [MountFlags]
    /// Attributes that the whole tree gets.
    package var recursivelySet: MountAttributes
    /// Attributes that the whole tree loses.
    package var recursivelyCleared: MountAttributes
    /// The SELinux context, or empty.
    package var label: ByteString
    /// Where the parent put the prepared tree of a bind.
    package var tree: Slot?
    /// What can only be decided when the mount is made.
    package var rules: Rules
    /// For a mount of kind `cgroup1`: the hierarchies in it.
    package var hierarchies: [CgroupHierarchy]

    package init(
        kind: Kind, source: Path, destination: Path, type: ByteString, flags: MountFlags = [],
        cleared: MountFlags = [], data: ByteString = "", propagation: [MountFlags] = [],
        recursivelySet: MountAttributes = [], recursivelyCleared: MountAttributes = [], label: ByteString = "",
        tree: Slot? = nil, rules: Rules = [], hierarchies: [CgroupHierarchy] = []
    ) {
        self.kind = kind
        self.source = source
        self.destination = destination
        self.type = type
        self.flags = flags
        self.cleared = cleared
        self.data = data
        self.propagation = propagation
        self.recursivelySet = recursivelySet
        self.recursivelyCleared = recursivelyCleared
        self.label = label
        self.tree = tree
        self.rules = rules
        self.hierarchies = hierarchies
    }

    /// How a mount is made.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// A folder or file of the host, or a tree that the parent prepared.
        case bind
        /// A change of an existing mount.
        case remount
        case proc, sysfs, tmpfs, devpts, mqueue
        /// A tmpfs with the hierarchies of cgroup v1 in it.
        case cgroup1
        /// A new mount of the unified hierarchy, showing the container's cgroup namespace.
        case cgroup2
        /// The host's mount of the unified hierarchy again, which costs less than a new one and keeps its options.
        case cgroup2Bind
        /// Any other file system.
        case other
    }

    /// What is decided when the mount is made.
    package struct Rules: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The files that the new tmpfs covers are copied into it.
        package static let copyUp = Rules(rawValue: 0x1)
        /// A link as the source of a bind is bound itself.
        package static let sourceNoFollow = Rules(rawValue: 0x2)
        /// A link at the destination is mounted on itself.
        package static let destinationNoFollow = Rules(rawValue: 0x4)
        /// A link as the source of a bind is made again at the destination instead of a mount.
        package static let copySymbolicLink = Rules(rawValue: 0x8)
        /// The mount stays writable for the set-up; `ReadonlyMountsStep` makes it read-only.
        package static let readOnlyLater = Rules(rawValue: 0x10)
        /// The mount may lie inside of /proc.
        package static let insideProc = Rules(rawValue: 0x20)
        /// The source of the bind must be the root of a procfs.
        package static let sourceIsProc = Rules(rawValue: 0x40)
        /// The container has a user namespace: the kernel may refuse what a fall-back can replace.
        package static let userNamespace = Rules(rawValue: 0x80)
        /// The source lies in the container's root and is looked for there, with the mounts that are made already.
        package static let sourceInRoot = Rules(rawValue: 0x100)
    }
}

/// One hierarchy of cgroup v1 as a container sees it.
package struct CgroupHierarchy: Hashable, Sendable {
    /// The name of its folder, such as `cpu,cpuacct`.
    package var name: Path
    /// The folder of the host that is bound; empty to make a new mount, which shows the container's cgroup namespace.
    package var source: Path
    /// The folder that is bound where `source` could not be made: a rootless runtime stays in its own cgroup. Else empty.
    package var ownSource: Path
    /// The options of a new mount, such as `cpu,cpuacct` or `none,name=systemd`.
    package var data: ByteString
    /// Names that become links to the folder, such as `cpu`.
    package var links: [Path]
    /// The unified hierarchy of a hybrid host.
    package var isUnified: Bool

    package init(
        name: Path, source: Path, ownSource: Path = "", data: ByteString, links: [Path] = [],
        isUnified: Bool = false
    ) {
        self.name = name
        self.source = source
        self.ownSource = ownSource
        self.data = data
        self.links = links
        self.isUnified = isUnified
    }
}

extension MountStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(kind)
        encoder.encode(source)
        encoder.encode(destination)
        encoder.encode(type)
        encoder.encode(flags.rawValue)
        encoder.encode(cleared.rawValue)
        encoder.encode(data)
        encoder.encode(propagation.map(\.rawValue))
        encoder.encode(recursivelySet.rawValue)
        encoder.encode(recursivelyCleared.rawValue)
        encoder.encode(label)
        encoder.encode(tree?.rawValue)
        encoder.encode(rules.rawValue)
        encoder.encode(hierarchies)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        kind = try decoder.decode(Kind.self)
        source = try decoder.decode(Path.self)
        destination = try decoder.decode(Path.self)
        type = try decoder.decode(ByteString.self)
        flags = MountFlags(rawValue: try decoder.decode(UInt32.self))
        cleared = MountFlags(rawValue: try decoder.decode(UInt32.self))
        data = try decoder.decode(ByteString.self)
        propagation = try decoder.decode([UInt32].self).map { MountFlags(rawValue: $0) }
        recursivelySet = MountAttributes(rawValue: try decoder.decode(UInt64.self))
        recursivelyCleared = MountAttributes(rawValue: try decoder.decode(UInt64.self))
        label = try decoder.decode(ByteString.self)
        tree = try decoder.decode(UInt16?.self).map { Slot(rawValue: $0) }
        rules = Rules(rawValue: try decoder.decode(UInt16.self))
        hierarchies = try decoder.decode([CgroupHierarchy].self)
    }
}

extension CgroupHierarchy: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(name)
        encoder.encode(source)
        encoder.encode(ownSource)
        encoder.encode(data)
        encoder.encode(links)
        encoder.encode(isUnified)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        name = try decoder.decode(Path.self)
        source = try decoder.decode(Path.self)
        ownSource = try decoder.decode(Path.self)
        data = try decoder.decode(ByteString.self)
        links = try decoder.decode([Path].self)
        isUnified = try decoder.decode(Bool.self)
    }
}
