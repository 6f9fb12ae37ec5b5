import ByteStrings

/// Cache and memory bandwidth by Intel Resource Director Technology, through the resctrl filesystem.
public struct IntelRdt: Equatable, Sendable {
    /// The name of the class of service; nil takes the container's id, `/` is the default class.
    public var closID: ByteString?
    /// Lines to write to the schemata file, in order, after the two below.
    public var schemata: [ByteString]
    /// The schema of the level 3 cache, such as `L3:0=f;1=f0`.
    public var l3CacheSchema: ByteString?
    /// The schema of the memory bandwidth, such as `MB:0=20;1=70`.
    public var memBwSchema: ByteString?
    /// Whether to make a monitoring group for the container.
    public var enableMonitoring: Bool

    /// Makes a setting.
    public init(
        closID: ByteString? = nil, schemata: [ByteString] = [], l3CacheSchema: ByteString? = nil,
        memBwSchema: ByteString? = nil,
        enableMonitoring: Bool = false
    ) {
        self.closID = closID
        self.schemata = schemata
        self.l3CacheSchema = l3CacheSchema
        self.memBwSchema = memBwSchema
        self.enableMonitoring = enableMonitoring
    }
}

extension IntelRdt: SpecObject {
    static var blank: IntelRdt { IntelRdt() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("closID", &closID)
        try visitor.member("schemata", &schemata)
        try visitor.member("l3CacheSchema", &l3CacheSchema)
        try visitor.member("memBwSchema", &memBwSchema)
        try visitor.member("enableMonitoring", &enableMonitoring)
    }
}
