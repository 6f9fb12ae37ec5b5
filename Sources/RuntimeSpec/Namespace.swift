import ByteStrings

/// A namespace of the container: a new one, or one to join.
public struct Namespace: Equatable, Sendable {
    /// The kind.
    public var type: NamespaceType
    /// The absolute path of the namespace to join; nil makes a new one.
    public var path: Path?

    /// Makes a namespace.
    public init(type: NamespaceType, path: Path? = nil) {
        self.type = type
        self.path = path
    }
}

/// A kind of namespace, see namespaces(7).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum NamespaceType: String, CaseIterable, Sendable {
    /// Process ids.
    case pid
    /// Network devices, addresses, ports.
    case network
    /// Mount points.
    case mount
    /// System V and POSIX message queues, semaphores and shared memory.
    case ipc
    /// Host name and domain name.
    case uts
    /// User and group ids.
    case user
    /// The root of the cgroup tree.
    case cgroup
    /// The monotonic and the boot time clock.
    case time
}

/// A clock that a time namespace can move, see time_namespaces(7).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum TimeOffsetClock: String, CaseIterable, Sendable {
    /// CLOCK_MONOTONIC.
    case monotonic
    /// CLOCK_BOOTTIME.
    case boottime
}

/// The offset of a clock in a new time namespace.
public struct TimeOffset: Equatable, Sendable {
    /// Whole seconds; may be negative.
    public var secs: Int64
    /// Nanoseconds in addition, below 1000000000.
    public var nanosecs: UInt32

    /// Makes an offset.
    public init(secs: Int64 = 0, nanosecs: UInt32 = 0) {
        self.secs = secs
        self.nanosecs = nanosecs
    }
}

extension Namespace: SpecObject {
    static var blank: Namespace { Namespace(type: .mount) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("type", &type, .required)
        try visitor.member("path", &path)
    }
}

extension TimeOffset: SpecObject {
    static var blank: TimeOffset { TimeOffset() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("secs", &secs)
        try visitor.member("nanosecs", &nanosecs)
    }
}

extension NamespaceType: SpecName {
    static func unknown(_ name: String) -> String { "namespace {\"" + name + "\" \"\"} does not exist" }
}

extension TimeOffsetClock: SpecKey {
    init?(key: ByteString) {
        guard let clock = Self.allCases.first(where: { key == ByteString($0.rawValue) }) else { return nil }
        self = clock
    }
    var key: ByteString { ByteString(rawValue) }
    static func unknown(_ name: String) -> String {
        "unknown clock \"" + name + "\"" + NearestName.hint(for: name, among: allCases.map(\.rawValue))
    }
}
