import ByteStrings

/// The limits of the container's cgroup.
public struct Resources: Equatable, Sendable {
    /// The rules of access to devices, applied in order.
    public var devices: [DeviceRule]
    /// Memory limits.
    public var memory: MemoryResources?
    /// Processor shares and limits.
    public var cpu: CPUResources?
    /// The limit of the number of tasks.
    public var pids: PidsResources?
    /// Limits of block devices.
    public var blockIO: BlockIOResources?
    /// Limits of huge pages.
    public var hugepageLimits: [HugepageLimit]
    /// Classes and priorities of network traffic.
    public var network: NetworkResources?
    /// Limits of RDMA devices, keyed by the device's name.
    public var rdma: OrderedPairs<ByteString, RdmaLimit>
    /// Values for files of cgroup v2, keyed by the file's name, such as `memory.high`.
    public var unified: OrderedPairs<ByteString, ByteString>

    /// Makes limits.
    public init(
        devices: [DeviceRule] = [], memory: MemoryResources? = nil, cpu: CPUResources? = nil,
        pids: PidsResources? = nil, blockIO: BlockIOResources? = nil, hugepageLimits: [HugepageLimit] = [],
        network: NetworkResources? = nil, rdma: OrderedPairs<ByteString, RdmaLimit> = OrderedPairs(),
        unified: OrderedPairs<ByteString, ByteString> = OrderedPairs()
    ) {
        self.devices = devices
        self.memory = memory
        self.cpu = cpu
        self.pids = pids
        self.blockIO = blockIO
        self.hugepageLimits = hugepageLimits
        self.network = network
        self.rdma = rdma
        self.unified = unified
    }
}

/// One rule of access to devices. Of several that fit, the last one wins.
public struct DeviceRule: Equatable, Sendable {
    /// Whether access is allowed or denied.
    public var allow: Bool
    /// The kind of device; nil is every kind.
    public var type: DeviceRuleType?
    /// The major number; nil and -1 are every number.
    public var major: Int64?
    /// The minor number; nil and -1 are every number.
    public var minor: Int64?
    /// The kinds of access: one or more of `r` (read), `w` (write) and `m` (mknod). Other letters say nothing.
    public var access: String

    /// Makes a rule.
    public init(
        allow: Bool, type: DeviceRuleType? = nil, major: Int64? = nil, minor: Int64? = nil, access: String = "rwm"
    ) {
        self.allow = allow
        self.type = type
        self.major = major
        self.minor = minor
        self.access = access
    }
}

/// The kind of device that a rule of access concerns.
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum DeviceRuleType: String, CaseIterable, Sendable {
    /// Every device.
    case all = "a"
    /// Character devices.
    case character = "c"
    /// Block devices.
    case block = "b"
}

/// Memory limits in bytes, -1 being no limit. Nil and 0 leave a limit as it is.
public struct MemoryResources: Equatable, Sendable {
    /// The limit of memory.
    public var limit: Int64?
    /// The amount that is protected, or to which usage is brought back under pressure.
    public var reservation: Int64?
    /// The limit of memory and swap together.
    public var swap: Int64?
    /// The limit of kernel memory; without effect on newer kernels.
    public var kernel: Int64?
    /// The limit of kernel memory for TCP; without effect on newer kernels.
    public var kernelTCP: Int64?
    /// How willingly the kernel swaps, 0 to 100.
    public var swappiness: UInt64?
    /// Whether tasks wait instead of being killed when memory is out; cgroup v1 only.
    public var disableOOMKiller: Bool?
    /// Whether usage counts for the parents too; cgroup v1 only.
    public var useHierarchy: Bool?
    /// Whether an update below the present usage is refused.
    public var checkBeforeUpdate: Bool?

    /// Makes memory limits.
    public init(
        limit: Int64? = nil, reservation: Int64? = nil, swap: Int64? = nil, kernel: Int64? = nil,
        kernelTCP: Int64? = nil, swappiness: UInt64? = nil, disableOOMKiller: Bool? = nil,
        useHierarchy: Bool? = nil, checkBeforeUpdate: Bool? = nil
    ) {
        self.limit = limit
        self.reservation = reservation
        self.swap = swap
        self.kernel = kernel
        self.kernelTCP = kernelTCP
        self.swappiness = swappiness
        self.disableOOMKiller = disableOOMKiller
        self.useHierarchy = useHierarchy
        self.checkBeforeUpdate = checkBeforeUpdate
    }
}

/// Processor shares and limits.
public struct CPUResources: Equatable, Sendable {
    /// The relative share of processor time, 2 to 262144; 0 leaves it as it is.
    public var shares: UInt64?
    /// The processor time per period in microseconds; -1 is no limit.
    public var quota: Int64?
    /// The time in microseconds by which usage may exceed the quota in one period.
    public var burst: UInt64?
    /// The length of a period in microseconds, 1000 to 1000000.
    public var period: UInt64?
    /// The real-time processor time per period in microseconds; cgroup v1 only.
    public var realtimeRuntime: Int64?
    /// The length of a real-time period in microseconds; cgroup v1 only.
    public var realtimePeriod: UInt64?
    /// The list of usable CPUs, such as `0-3,7`.
    public var cpus: String?
    /// The list of usable memory nodes.
    public var mems: String?
    /// 1 to run only when others are idle, 0 for the usual.
    public var idle: Int64?

    /// Makes processor limits.
    public init(
        shares: UInt64? = nil, quota: Int64? = nil, burst: UInt64? = nil, period: UInt64? = nil,
        realtimeRuntime: Int64? = nil, realtimePeriod: UInt64? = nil, cpus: String? = nil, mems: String? = nil,
        idle: Int64? = nil
    ) {
        self.shares = shares
        self.quota = quota
        self.burst = burst
        self.period = period
        self.realtimeRuntime = realtimeRuntime
        self.realtimePeriod = realtimePeriod
        self.cpus = cpus
        self.mems = mems
        self.idle = idle
    }
}

/// The limit of the number of tasks.
public struct PidsResources: Equatable, Sendable {
    /// The limit; a negative number is none, nil leaves it as it is, 0 allows no fork.
    public var limit: Int64?

    /// Makes a limit.
    public init(limit: Int64? = nil) { self.limit = limit }
}

extension Resources: SpecObject {
    static var blank: Resources { Resources() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("devices", &devices)
        try visitor.member("memory", &memory)
        try visitor.member("cpu", &cpu)
        try visitor.member("pids", &pids)
        try visitor.member("blockIO", &blockIO)
        try visitor.member("hugepageLimits", &hugepageLimits)
        try visitor.member("network", &network)
        try visitor.member("rdma", &rdma)
        try visitor.member("unified", &unified)
    }
}

extension DeviceRule: SpecObject {
    static var blank: DeviceRule { DeviceRule(allow: false, access: "") }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("allow", &allow, .required)
        try visitor.member("type", &type)
        try visitor.member("major", &major)
        try visitor.member("minor", &minor)
        try visitor.member("access", &access, .written)
    }
}

extension MemoryResources: SpecObject {
    static var blank: MemoryResources { MemoryResources() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("limit", &limit)
        try visitor.member("reservation", &reservation)
        try visitor.member("swap", &swap)
        try visitor.member("kernel", &kernel)
        try visitor.member("kernelTCP", &kernelTCP)
        try visitor.member("swappiness", &swappiness)
        try visitor.member("disableOOMKiller", &disableOOMKiller)
        try visitor.member("useHierarchy", &useHierarchy)
        try visitor.member("checkBeforeUpdate", &checkBeforeUpdate)
    }
}

extension CPUResources: SpecObject {
    static var blank: CPUResources { CPUResources() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("shares", &shares)
        try visitor.member("quota", &quota)
        try visitor.member("burst", &burst)
        try visitor.member("period", &period)
        try visitor.member("realtimeRuntime", &realtimeRuntime)
        try visitor.member("realtimePeriod", &realtimePeriod)
        try visitor.member("cpus", &cpus)
        try visitor.member("mems", &mems)
        try visitor.member("idle", &idle)
    }
}

extension PidsResources: SpecObject {
    static var blank: PidsResources { PidsResources() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("limit", &limit)
    }
}

extension DeviceRuleType: SpecName {
    static func unknown(_ name: String) -> String { "invalid cgroup device type \"" + name + "\"" }
}
