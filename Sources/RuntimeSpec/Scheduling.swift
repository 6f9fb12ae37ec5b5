/// The scheduling policy of a process and its attributes, see sched_setattr(2).
public struct Scheduler: Equatable, Sendable {
    /// The policy.
    public var policy: SchedulerPolicy
    /// The nice value, -20 to 19, for the policies OTHER and BATCH.
    public var nice: Int32
    /// The real-time priority, 1 to 99, for the policies FIFO and RR.
    public var priority: Int32
    /// The flags of sched_setattr(2).
    public var flags: [SchedulerFlag]
    /// The run time per period in nanoseconds, for the policy DEADLINE.
    public var runtime: UInt64
    /// The deadline in nanoseconds, for the policy DEADLINE.
    public var deadline: UInt64
    /// The period in nanoseconds, for the policy DEADLINE; 0 stands for the deadline.
    public var period: UInt64

    /// Makes scheduling attributes.
    public init(
        policy: SchedulerPolicy, nice: Int32 = 0, priority: Int32 = 0, flags: [SchedulerFlag] = [],
        runtime: UInt64 = 0, deadline: UInt64 = 0, period: UInt64 = 0
    ) {
        self.policy = policy
        self.nice = nice
        self.priority = priority
        self.flags = flags
        self.runtime = runtime
        self.deadline = deadline
        self.period = period
    }
}

/// A scheduling policy of sched(7).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum SchedulerPolicy: String, CaseIterable, Sendable {
    /// The normal policy.
    case other = "SCHED_OTHER"
    /// Real time, first in first out.
    case fifo = "SCHED_FIFO"
    /// Real time, round robin.
    case roundRobin = "SCHED_RR"
    /// Batch work.
    case batch = "SCHED_BATCH"
    /// Reserved: no Linux implements it.
    case iso = "SCHED_ISO"
    /// Only when nothing else wants to run.
    case idle = "SCHED_IDLE"
    /// Real time, earliest deadline first.
    case deadline = "SCHED_DEADLINE"

    /// The number of the policy for sched_setattr(2).
    public var number: UInt32 {
        switch self {
        case .other: 0
        case .fifo: 1
        case .roundRobin: 2
        case .batch: 3
        case .iso: 4
        case .idle: 5
        case .deadline: 6
        }
    }
}

/// A flag of sched_setattr(2).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum SchedulerFlag: String, CaseIterable, Sendable {
    /// Children start with the normal policy.
    case resetOnFork = "SCHED_FLAG_RESET_ON_FORK"
    /// The policy DEADLINE may use bandwidth that others leave.
    case reclaim = "SCHED_FLAG_RECLAIM"
    /// A signal tells of an overrun of the run time.
    case deadlineOverrun = "SCHED_FLAG_DL_OVERRUN"
    /// Keep the present policy.
    case keepPolicy = "SCHED_FLAG_KEEP_POLICY"
    /// Keep the present parameters.
    case keepParameters = "SCHED_FLAG_KEEP_PARAMS"
    /// Set the lower clamp of utilization.
    case utilizationClampMinimum = "SCHED_FLAG_UTIL_CLAMP_MIN"
    /// Set the upper clamp of utilization.
    case utilizationClampMaximum = "SCHED_FLAG_UTIL_CLAMP_MAX"

    /// The bit of the flag for sched_setattr(2).
    public var bit: UInt64 {
        switch self {
        case .resetOnFork: 0x01
        case .reclaim: 0x02
        case .deadlineOverrun: 0x04
        case .keepPolicy: 0x08
        case .keepParameters: 0x10
        case .utilizationClampMinimum: 0x20
        case .utilizationClampMaximum: 0x40
        }
    }
}

/// The I/O scheduling class and priority of a process, see ioprio_set(2).
public struct IOPriority: Equatable, Sendable {
    /// The class.
    public var ioClass: IOPriorityClass
    /// The priority inside the class, 0 (highest) to 7.
    public var priority: Int32

    /// Makes an I/O priority.
    public init(ioClass: IOPriorityClass, priority: Int32 = 0) {
        self.ioClass = ioClass
        self.priority = priority
    }
}

/// An I/O scheduling class of ioprio_set(2).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum IOPriorityClass: String, CaseIterable, Sendable {
    /// Real time.
    case realTime = "IOPRIO_CLASS_RT"
    /// Best effort.
    case bestEffort = "IOPRIO_CLASS_BE"
    /// Only when nobody else wants the disk.
    case idle = "IOPRIO_CLASS_IDLE"

    /// The number of the class for ioprio_set(2).
    public var number: UInt32 {
        switch self {
        case .realTime: 1
        case .bestEffort: 2
        case .idle: 3
        }
    }
}

/// The CPUs of a process that joins a running container. The container's first process is not concerned.
public struct ExecCPUAffinity: Equatable, Sendable {
    /// The CPU list before the process enters the container's cgroup, such as `0-3,7`.
    public var initial: String?
    /// The CPU list after that.
    public var final: String?

    /// Makes an affinity.
    public init(initial: String? = nil, final: String? = nil) {
        self.initial = initial
        self.final = final
    }
}

extension Scheduler: SpecObject {
    static var blank: Scheduler { Scheduler(policy: .other) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("policy", &policy, .required)
        try visitor.member("nice", &nice)
        try visitor.member("priority", &priority)
        try visitor.member("flags", &flags)
        try visitor.member("runtime", &runtime)
        try visitor.member("deadline", &deadline)
        try visitor.member("period", &period)
    }
}

extension IOPriority: SpecObject {
    static var blank: IOPriority { IOPriority(ioClass: .bestEffort) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("class", &ioClass, .required)
        try visitor.member("priority", &priority, .written)
    }
}

extension ExecCPUAffinity: SpecObject {
    static var blank: ExecCPUAffinity { ExecCPUAffinity() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("initial", &initial)
        try visitor.member("final", &final)
    }
}

extension SchedulerPolicy: SpecName {
    static var missing: String { "scheduler policy is required" }
    static func unknown(_ name: String) -> String { "invalid scheduler policy \"" + name + "\"" }
}

extension SchedulerFlag: SpecName {
    static func unknown(_ name: String) -> String { "invalid scheduler flag \"" + name + "\"" }
}

extension IOPriorityClass: SpecName {
    static func unknown(_ name: String) -> String { "invalid ioPriority.Class: \"" + name + "\"" }
}
