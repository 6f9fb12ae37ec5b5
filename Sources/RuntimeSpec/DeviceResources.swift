/// Limits of block devices.
public struct BlockIOResources: Equatable, Sendable {
    /// The share of the cgroup, 10 to 1000; 0 leaves it as it is.
    public var weight: UInt16?
    /// The share of tasks in the cgroup against its children; cgroup v1 only.
    public var leafWeight: UInt16?
    /// Shares per device.
    public var weightDevice: [WeightDevice]
    /// Limits of reading in bytes per second.
    public var throttleReadBpsDevice: [ThrottleDevice]
    /// Limits of writing in bytes per second.
    public var throttleWriteBpsDevice: [ThrottleDevice]
    /// Limits of reading in operations per second.
    public var throttleReadIOPSDevice: [ThrottleDevice]
    /// Limits of writing in operations per second.
    public var throttleWriteIOPSDevice: [ThrottleDevice]

    /// Makes limits of block devices.
    public init(
        weight: UInt16? = nil, leafWeight: UInt16? = nil, weightDevice: [WeightDevice] = [],
        throttleReadBpsDevice: [ThrottleDevice] = [], throttleWriteBpsDevice: [ThrottleDevice] = [],
        throttleReadIOPSDevice: [ThrottleDevice] = [], throttleWriteIOPSDevice: [ThrottleDevice] = []
    ) {
        self.weight = weight
        self.leafWeight = leafWeight
        self.weightDevice = weightDevice
        self.throttleReadBpsDevice = throttleReadBpsDevice
        self.throttleWriteBpsDevice = throttleWriteBpsDevice
        self.throttleReadIOPSDevice = throttleReadIOPSDevice
        self.throttleWriteIOPSDevice = throttleWriteIOPSDevice
    }
}

/// The share of one block device.
public struct WeightDevice: Equatable, Sendable {
    /// The major number.
    public var major: Int64
    /// The minor number.
    public var minor: Int64
    /// The share, 10 to 1000.
    public var weight: UInt16?
    /// The share of tasks in the cgroup against its children; cgroup v1 only.
    public var leafWeight: UInt16?

    /// Makes a share.
    public init(major: Int64, minor: Int64, weight: UInt16? = nil, leafWeight: UInt16? = nil) {
        self.major = major
        self.minor = minor
        self.weight = weight
        self.leafWeight = leafWeight
    }
}

/// The limit of one block device.
public struct ThrottleDevice: Equatable, Sendable {
    /// The major number.
    public var major: Int64
    /// The minor number.
    public var minor: Int64
    /// Bytes or operations per second; 0 is no limit.
    public var rate: UInt64

    /// Makes a limit.
    public init(major: Int64, minor: Int64, rate: UInt64) {
        self.major = major
        self.minor = minor
        self.rate = rate
    }
}

/// The limit of huge pages of one size.
public struct HugepageLimit: Equatable, Sendable {
    /// The size, such as `2MB`.
    public var pageSize: String
    /// The limit in bytes.
    public var limit: UInt64

    /// Makes a limit.
    public init(pageSize: String, limit: UInt64) {
        self.pageSize = pageSize
        self.limit = limit
    }
}

/// Classes and priorities of network traffic; cgroup v1 only.
public struct NetworkResources: Equatable, Sendable {
    /// The class of the traffic; 0 leaves it as it is.
    public var classID: UInt32?
    /// The priority of the traffic per network interface.
    public var priorities: [InterfacePriority]

    /// Makes network settings.
    public init(classID: UInt32? = nil, priorities: [InterfacePriority] = []) {
        self.classID = classID
        self.priorities = priorities
    }
}

/// The priority of traffic through one network interface.
public struct InterfacePriority: Equatable, Sendable {
    /// The interface in the runtime's network namespace.
    public var name: String
    /// The priority.
    public var priority: UInt32

    /// Makes a priority.
    public init(name: String, priority: UInt32) {
        self.name = name
        self.priority = priority
    }
}

/// The limits of one RDMA device.
public struct RdmaLimit: Equatable, Sendable {
    /// The number of handles.
    public var hcaHandles: UInt32?
    /// The number of objects.
    public var hcaObjects: UInt32?

    /// Makes limits.
    public init(hcaHandles: UInt32? = nil, hcaObjects: UInt32? = nil) {
        self.hcaHandles = hcaHandles
        self.hcaObjects = hcaObjects
    }
}

extension BlockIOResources: SpecObject {
    static var blank: BlockIOResources { BlockIOResources() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("weight", &weight)
        try visitor.member("leafWeight", &leafWeight)
        try visitor.member("weightDevice", &weightDevice)
        try visitor.member("throttleReadBpsDevice", &throttleReadBpsDevice)
        try visitor.member("throttleWriteBpsDevice", &throttleWriteBpsDevice)
        try visitor.member("throttleReadIOPSDevice", &throttleReadIOPSDevice)
        try visitor.member("throttleWriteIOPSDevice", &throttleWriteIOPSDevice)
    }
}

extension WeightDevice: SpecObject {
    static var blank: WeightDevice { WeightDevice(major: 0, minor: 0) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("major", &major, .required)
        try visitor.member("minor", &minor, .required)
        try visitor.member("weight", &weight)
        try visitor.member("leafWeight", &leafWeight)
    }
}

extension ThrottleDevice: SpecObject {
    static var blank: ThrottleDevice { ThrottleDevice(major: 0, minor: 0, rate: 0) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("major", &major, .required)
        try visitor.member("minor", &minor, .required)
        try visitor.member("rate", &rate, .written)
    }
}

extension HugepageLimit: SpecObject {
    static var blank: HugepageLimit { HugepageLimit(pageSize: "", limit: 0) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("pageSize", &pageSize, .required)
        try visitor.member("limit", &limit, .required)
    }
}

extension NetworkResources: SpecObject {
    static var blank: NetworkResources { NetworkResources() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("classID", &classID)
        try visitor.member("priorities", &priorities)
    }
}

extension InterfacePriority: SpecObject {
    static var blank: InterfacePriority { InterfacePriority(name: "", priority: 0) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("name", &name, .required)
        try visitor.member("priority", &priority, .required)
    }
}

extension RdmaLimit: SpecObject {
    static var blank: RdmaLimit { RdmaLimit() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("hcaHandles", &hcaHandles)
        try visitor.member("hcaObjects", &hcaObjects)
    }
}
