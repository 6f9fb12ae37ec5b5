import ByteStrings

/// The part of a configuration that is specific to Linux: its member `linux`.
public struct LinuxConfiguration: Equatable, Sendable {
    /// The user ids of a new user namespace.
    public var uidMappings: [IDMapping]
    /// The group ids of a new user namespace.
    public var gidMappings: [IDMapping]
    /// Kernel parameters to set inside the container, such as `net.ipv4.ip_forward`.
    public var sysctl: OrderedPairs<ByteString, ByteString>
    /// The limits of the container's cgroup.
    public var resources: Resources?
    /// The path of the cgroup; with the systemd driver `slice:prefix:name`.
    public var cgroupsPath: ByteString?
    /// The namespaces to make or join. A kind that is not listed is shared with the runtime.
    public var namespaces: [Namespace]
    /// The device files to make inside.
    public var devices: [Device]
    /// The network devices to move inside, keyed by their name on the host.
    public var netDevices: OrderedPairs<ByteString, NetDevice>
    /// The filter of system calls.
    public var seccomp: SeccompProfile?
    /// The propagation of mounts between the container's root and the host.
    public var rootfsPropagation: RootfsPropagation?
    /// Absolute paths inside the container that nobody may read.
    public var maskedPaths: [Path]
    /// Absolute paths inside the container that nobody may write.
    public var readonlyPaths: [Path]
    /// The SELinux context of the mounts.
    public var mountLabel: ByteString?
    /// Cache and memory bandwidth by Intel Resource Director Technology.
    public var intelRdt: IntelRdt?
    /// The NUMA memory policy.
    public var memoryPolicy: MemoryPolicy?
    /// The execution domain of personality(2).
    public var personality: Personality?
    /// The offsets of the clocks in a new time namespace.
    public var timeOffsets: OrderedPairs<TimeOffsetClock, TimeOffset>

    /// Makes a configuration for Linux.
    public init(
        uidMappings: [IDMapping] = [], gidMappings: [IDMapping] = [],
        sysctl: OrderedPairs<ByteString, ByteString> = OrderedPairs(),
        resources: Resources? = nil, cgroupsPath: ByteString? = nil, namespaces: [Namespace] = [],
        devices: [Device] = [], netDevices: OrderedPairs<ByteString, NetDevice> = OrderedPairs(),
        seccomp: SeccompProfile? = nil,
        rootfsPropagation: RootfsPropagation? = nil, maskedPaths: [Path] = [], readonlyPaths: [Path] = [],
        mountLabel: ByteString? = nil, intelRdt: IntelRdt? = nil, memoryPolicy: MemoryPolicy? = nil,
        personality: Personality? = nil, timeOffsets: OrderedPairs<TimeOffsetClock, TimeOffset> = OrderedPairs()
    ) {
        self.uidMappings = uidMappings
        self.gidMappings = gidMappings
        self.sysctl = sysctl
        self.resources = resources
        self.cgroupsPath = cgroupsPath
        self.namespaces = namespaces
        self.devices = devices
        self.netDevices = netDevices
        self.seccomp = seccomp
        self.rootfsPropagation = rootfsPropagation
        self.maskedPaths = maskedPaths
        self.readonlyPaths = readonlyPaths
        self.mountLabel = mountLabel
        self.intelRdt = intelRdt
        self.memoryPolicy = memoryPolicy
        self.personality = personality
        self.timeOffsets = timeOffsets
    }
}

/// How mounts propagate between the container's root and the host. The forms with `r` concern the whole tree; the
/// specification names only the others, but engines write both.
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum RootfsPropagation: String, CaseIterable, Sendable {
    /// Nothing propagates.
    case `private`
    /// Mounts propagate in both directions.
    case shared
    /// Mounts propagate from the host into the container.
    case slave
    /// Nothing propagates, and the mount cannot be bound elsewhere.
    case unbindable
    /// `private` for the whole tree.
    case recursivePrivate = "rprivate"
    /// `shared` for the whole tree.
    case recursiveShared = "rshared"
    /// `slave` for the whole tree.
    case recursiveSlave = "rslave"
    /// `unbindable` for the whole tree.
    case recursiveUnbindable = "runbindable"
}

extension LinuxConfiguration: SpecObject {
    static var blank: LinuxConfiguration { LinuxConfiguration() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("uidMappings", &uidMappings)
        try visitor.member("gidMappings", &gidMappings)
        try visitor.member("sysctl", &sysctl)
        try visitor.member("resources", &resources)
        try visitor.member("cgroupsPath", &cgroupsPath)
        try visitor.member("namespaces", &namespaces)
        try visitor.member("devices", &devices)
        try visitor.member("netDevices", &netDevices)
        try visitor.member("seccomp", &seccomp)
        try visitor.member("rootfsPropagation", &rootfsPropagation)
        try visitor.member("maskedPaths", &maskedPaths)
        try visitor.member("readonlyPaths", &readonlyPaths)
        try visitor.member("mountLabel", &mountLabel)
        try visitor.member("intelRdt", &intelRdt)
        try visitor.member("memoryPolicy", &memoryPolicy)
        try visitor.member("personality", &personality)
        try visitor.member("timeOffsets", &timeOffsets)
    }
}

extension RootfsPropagation: SpecName {
    static func unknown(_ name: String) -> String { "rootfsPropagation=" + name + " is not supported" }
}
