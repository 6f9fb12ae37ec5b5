/// One resource limit of setrlimit(2).
public struct Rlimit: Equatable, Sendable {
    /// The limited resource.
    public var type: RlimitType
    /// The limit that may not be exceeded by raising `soft`; 2^64-1 is infinity.
    public var hard: UInt64
    /// The limit that the kernel enforces; 2^64-1 is infinity.
    public var soft: UInt64

    /// Makes a limit.
    public init(type: RlimitType, soft: UInt64, hard: UInt64) {
        self.type = type
        self.hard = hard
        self.soft = soft
    }
}

/// A resource of setrlimit(2).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum RlimitType: String, CaseIterable, Sendable {
    /// Processor time in seconds.
    case cpu = "RLIMIT_CPU"
    /// The size of a file in bytes.
    case fsize = "RLIMIT_FSIZE"
    /// The data segment in bytes.
    case data = "RLIMIT_DATA"
    /// The stack in bytes.
    case stack = "RLIMIT_STACK"
    /// A core dump in bytes.
    case core = "RLIMIT_CORE"
    /// The resident set in bytes, without effect since Linux 2.4.30.
    case rss = "RLIMIT_RSS"
    /// The number of processes of the user.
    case nproc = "RLIMIT_NPROC"
    /// One more than the highest descriptor.
    case nofile = "RLIMIT_NOFILE"
    /// Locked memory in bytes.
    case memlock = "RLIMIT_MEMLOCK"
    /// The address space in bytes.
    case addressSpace = "RLIMIT_AS"
    /// The number of file locks, without effect since Linux 2.4.25.
    case locks = "RLIMIT_LOCKS"
    /// The number of queued signals.
    case sigpending = "RLIMIT_SIGPENDING"
    /// POSIX message queues in bytes.
    case msgqueue = "RLIMIT_MSGQUEUE"
    /// The ceiling of the nice value, as 20 - nice.
    case nice = "RLIMIT_NICE"
    /// The ceiling of the real-time priority.
    case rtprio = "RLIMIT_RTPRIO"
    /// Real-time processor time without a blocking call, in microseconds.
    case rttime = "RLIMIT_RTTIME"

    /// The number of the resource for prlimit(2) in the generic Linux interface.
    public var number: Int32 {
        switch self {
        case .cpu: 0
        case .fsize: 1
        case .data: 2
        case .stack: 3
        case .core: 4
        case .rss: 5
        case .nproc: 6
        case .nofile: 7
        case .memlock: 8
        case .addressSpace: 9
        case .locks: 10
        case .sigpending: 11
        case .msgqueue: 12
        case .nice: 13
        case .rtprio: 14
        case .rttime: 15
        }
    }
}

extension Rlimit: SpecObject {
    static var blank: Rlimit { Rlimit(type: .cpu, soft: 0, hard: 0) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("type", &type, .required)
        try visitor.member("hard", &hard, .required)
        try visitor.member("soft", &soft, .required)
    }
}

extension RlimitType: SpecName {
    static func unknown(_ name: String) -> String { "wrong rlimit value: " + name }
}
