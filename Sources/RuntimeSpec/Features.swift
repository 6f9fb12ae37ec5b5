import ByteStrings

/// What a runtime supports: the document that the command `features` prints. Nil is "not known", which is not empty.
public struct Features: Equatable, Sendable {
    /// The oldest version of the runtime specification.
    public var ociVersionMin: String
    /// The newest version of the runtime specification.
    public var ociVersionMax: String
    /// The kinds of hooks.
    public var hooks: [String]?
    /// The mount options, without those of filesystems.
    public var mountOptions: [String]?
    /// What is specific to Linux.
    public var linux: LinuxFeatures?
    /// Free metadata.
    public var annotations: OrderedPairs<ByteString, ByteString>
    /// The annotations of a configuration that change what the runtime does; one that ends in a dot is a prefix.
    public var potentiallyUnsafeConfigAnnotations: [String]?

    /// Makes a document.
    public init(
        ociVersionMin: String = "1.0.0", ociVersionMax: String = Spec.currentVersion, hooks: [String]? = nil,
        mountOptions: [String]? = nil, linux: LinuxFeatures? = nil,
        annotations: OrderedPairs<ByteString, ByteString> = OrderedPairs(),
        potentiallyUnsafeConfigAnnotations: [String]? = nil
    ) {
        self.ociVersionMin = ociVersionMin
        self.ociVersionMax = ociVersionMax
        self.hooks = hooks
        self.mountOptions = mountOptions
        self.linux = linux
        self.annotations = annotations
        self.potentiallyUnsafeConfigAnnotations = potentiallyUnsafeConfigAnnotations
    }
}

/// What a runtime supports on Linux.
public struct LinuxFeatures: Equatable, Sendable {
    /// The kinds of namespaces.
    public var namespaces: [String]?
    /// The capabilities that a configuration may name.
    public var capabilities: [String]?
    /// The cgroup drivers and controllers.
    public var cgroup: CgroupFeatures?
    /// The filter of system calls.
    public var seccomp: SeccompFeatures?
    /// AppArmor.
    public var apparmor: EnabledFeature?
    /// SELinux.
    public var selinux: EnabledFeature?
    /// Intel Resource Director Technology.
    public var intelRdt: IntelRdtFeatures?
    /// The NUMA memory policy.
    public var memoryPolicy: MemoryPolicyFeatures?
    /// Extensions of mounts.
    public var mountExtensions: MountExtensions?
    /// The move of network devices.
    public var netDevices: EnabledFeature?

    /// Makes a document.
    public init(
        namespaces: [String]? = nil, capabilities: [String]? = nil, cgroup: CgroupFeatures? = nil,
        seccomp: SeccompFeatures? = nil, apparmor: EnabledFeature? = nil, selinux: EnabledFeature? = nil,
        intelRdt: IntelRdtFeatures? = nil, memoryPolicy: MemoryPolicyFeatures? = nil,
        mountExtensions: MountExtensions? = nil, netDevices: EnabledFeature? = nil
    ) {
        self.namespaces = namespaces
        self.capabilities = capabilities
        self.cgroup = cgroup
        self.seccomp = seccomp
        self.apparmor = apparmor
        self.selinux = selinux
        self.intelRdt = intelRdt
        self.memoryPolicy = memoryPolicy
        self.mountExtensions = mountExtensions
        self.netDevices = netDevices
    }
}

/// A feature that is there or not.
public struct EnabledFeature: Equatable, Sendable {
    /// Whether it is there.
    public var enabled: Bool?

    /// Makes an answer.
    public init(enabled: Bool? = nil) { self.enabled = enabled }
}

/// The cgroup drivers and controllers that a runtime supports.
public struct CgroupFeatures: Equatable, Sendable {
    /// The hierarchies of version 1.
    public var v1: Bool?
    /// The unified hierarchy.
    public var v2: Bool?
    /// Scopes of the system's systemd.
    public var systemd: Bool?
    /// Scopes of the user's systemd.
    public var systemdUser: Bool?
    /// The limits of RDMA devices.
    public var rdma: Bool?

    /// Makes an answer.
    public init(
        v1: Bool? = nil, v2: Bool? = nil, systemd: Bool? = nil, systemdUser: Bool? = nil, rdma: Bool? = nil
    ) {
        self.v1 = v1
        self.v2 = v2
        self.systemd = systemd
        self.systemdUser = systemdUser
        self.rdma = rdma
    }
}

/// What a runtime supports of seccomp.
public struct SeccompFeatures: Equatable, Sendable {
    /// Whether it is there.
    public var enabled: Bool?
    /// The actions.
    public var actions: [String]?
    /// The comparisons of arguments.
    public var operators: [String]?
    /// The architectures.
    public var archs: [String]?
    /// The flags that a configuration may name.
    public var knownFlags: [String]?
    /// The flags that have an effect on this host.
    public var supportedFlags: [String]?

    /// Makes an answer.
    public init(
        enabled: Bool? = nil, actions: [String]? = nil, operators: [String]? = nil, archs: [String]? = nil,
        knownFlags: [String]? = nil, supportedFlags: [String]? = nil
    ) {
        self.enabled = enabled
        self.actions = actions
        self.operators = operators
        self.archs = archs
        self.knownFlags = knownFlags
        self.supportedFlags = supportedFlags
    }
}

/// What a runtime supports of Intel Resource Director Technology.
public struct IntelRdtFeatures: Equatable, Sendable {
    /// Whether it is there.
    public var enabled: Bool?
    /// The property `schemata`.
    public var schemata: Bool?
    /// The property `enableMonitoring`.
    public var monitoring: Bool?

    /// Makes an answer.
    public init(enabled: Bool? = nil, schemata: Bool? = nil, monitoring: Bool? = nil) {
        self.enabled = enabled
        self.schemata = schemata
        self.monitoring = monitoring
    }
}

/// What a runtime supports of NUMA memory policies.
public struct MemoryPolicyFeatures: Equatable, Sendable {
    /// The modes.
    public var modes: [String]?
    /// The flags.
    public var flags: [String]?

    /// Makes an answer.
    public init(modes: [String]? = nil, flags: [String]? = nil) {
        self.modes = modes
        self.flags = flags
    }
}

/// The extensions of mounts that a runtime supports.
public struct MountExtensions: Equatable, Sendable {
    /// Id-mapped mounts.
    public var idmap: EnabledFeature?

    /// Makes an answer.
    public init(idmap: EnabledFeature? = nil) { self.idmap = idmap }
}

extension Features: SpecObject {
    static var blank: Features { Features(ociVersionMin: "", ociVersionMax: "") }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("ociVersionMin", &ociVersionMin, .required)
        try visitor.member("ociVersionMax", &ociVersionMax, .required)
        try visitor.member("hooks", &hooks)
        try visitor.member("mountOptions", &mountOptions)
        try visitor.member("linux", &linux)
        try visitor.member("annotations", &annotations)
        try visitor.member("potentiallyUnsafeConfigAnnotations", &potentiallyUnsafeConfigAnnotations)
    }
}

extension LinuxFeatures: SpecObject {
    static var blank: LinuxFeatures { LinuxFeatures() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("namespaces", &namespaces)
        try visitor.member("capabilities", &capabilities)
        try visitor.member("cgroup", &cgroup)
        try visitor.member("seccomp", &seccomp)
        try visitor.member("apparmor", &apparmor)
        try visitor.member("selinux", &selinux)
        try visitor.member("intelRdt", &intelRdt)
        try visitor.member("memoryPolicy", &memoryPolicy)
        try visitor.member("mountExtensions", &mountExtensions)
        try visitor.member("netDevices", &netDevices)
    }
}

extension EnabledFeature: SpecObject {
    static var blank: EnabledFeature { EnabledFeature() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("enabled", &enabled)
    }
}

extension CgroupFeatures: SpecObject {
    static var blank: CgroupFeatures { CgroupFeatures() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("v1", &v1)
        try visitor.member("v2", &v2)
        try visitor.member("systemd", &systemd)
        try visitor.member("systemdUser", &systemdUser)
        try visitor.member("rdma", &rdma)
    }
}

extension SeccompFeatures: SpecObject {
    static var blank: SeccompFeatures { SeccompFeatures() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("enabled", &enabled)
        try visitor.member("actions", &actions)
        try visitor.member("operators", &operators)
        try visitor.member("archs", &archs)
        try visitor.member("knownFlags", &knownFlags)
        try visitor.member("supportedFlags", &supportedFlags)
    }
}

extension IntelRdtFeatures: SpecObject {
    static var blank: IntelRdtFeatures { IntelRdtFeatures() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("enabled", &enabled)
        try visitor.member("schemata", &schemata)
        try visitor.member("monitoring", &monitoring)
    }
}

extension MemoryPolicyFeatures: SpecObject {
    static var blank: MemoryPolicyFeatures { MemoryPolicyFeatures() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("modes", &modes)
        try visitor.member("flags", &flags)
    }
}

extension MountExtensions: SpecObject {
    static var blank: MountExtensions { MountExtensions() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("idmap", &idmap)
    }
}
