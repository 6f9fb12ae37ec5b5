import ByteStrings
import StrictJSON

/// The filter of system calls, see seccomp(2).
public struct SeccompProfile: Equatable, Sendable {
    /// What happens to a system call that no rule names.
    public var defaultAction: SeccompAction
    /// The error number of the default action; nil is EPERM.
    public var defaultErrnoRet: UInt32?
    /// The architectures beside the native one.
    public var architectures: [SeccompArchitecture]
    /// The flags of seccomp(2); nil leaves the choice to the runtime, an empty list is none.
    public var flags: [SeccompFlag]?
    /// The path of the socket that gets the notification descriptor.
    public var listenerPath: Path?
    /// Text to hand on to the listener.
    public var listenerMetadata: ByteString?
    /// The rules.
    public var syscalls: [SyscallRule]

    /// Makes a profile.
    public init(
        defaultAction: SeccompAction, defaultErrnoRet: UInt32? = nil, architectures: [SeccompArchitecture] = [],
        flags: [SeccompFlag]? = nil, listenerPath: Path? = nil, listenerMetadata: ByteString? = nil,
        syscalls: [SyscallRule] = []
    ) {
        self.defaultAction = defaultAction
        self.defaultErrnoRet = defaultErrnoRet
        self.architectures = architectures
        self.flags = flags
        self.listenerPath = listenerPath
        self.listenerMetadata = listenerMetadata
        self.syscalls = syscalls
    }
}

/// A rule for some system calls.
public struct SyscallRule: Equatable, Sendable {
    /// The names of the system calls; unknown ones are skipped.
    public var names: [SyscallName]
    /// What happens.
    public var action: SeccompAction
    /// The error number of the action; nil is EPERM.
    public var errnoRet: UInt32?
    /// The conditions on the arguments; all of them have to hold.
    public var args: [SyscallArgument]

    /// Makes a rule.
    public init(
        names: [SyscallName], action: SeccompAction, errnoRet: UInt32? = nil, args: [SyscallArgument] = []
    ) {
        self.names = names
        self.action = action
        self.errnoRet = errnoRet
        self.args = args
    }
}

/// A condition on one argument of a system call.
public struct SyscallArgument: Equatable, Sendable {
    /// The number of the argument, 0 to 5.
    public var index: UInt32
    /// The value to compare with; for `maskedEqual` the mask.
    public var value: UInt64
    /// The value that the masked argument must have.
    public var valueTwo: UInt64
    /// The comparison.
    public var op: SeccompOperator

    /// Makes a condition.
    public init(index: UInt32, value: UInt64, valueTwo: UInt64 = 0, op: SeccompOperator) {
        self.index = index
        self.value = value
        self.valueTwo = valueTwo
        self.op = op
    }
}

/// What a filter does with a system call. The usual ones come first, because names are looked up in this order.
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum SeccompAction: String, CaseIterable, Sendable {
    /// Allow.
    case allow = "SCMP_ACT_ALLOW"
    /// Return an error number.
    case errno = "SCMP_ACT_ERRNO"
    /// End the thread; another name of `killThread`.
    case kill = "SCMP_ACT_KILL"
    /// End the process.
    case killProcess = "SCMP_ACT_KILL_PROCESS"
    /// End the thread.
    case killThread = "SCMP_ACT_KILL_THREAD"
    /// Send SIGSYS.
    case trap = "SCMP_ACT_TRAP"
    /// Tell the tracer.
    case trace = "SCMP_ACT_TRACE"
    /// Allow and log.
    case log = "SCMP_ACT_LOG"
    /// Ask the listener.
    case notify = "SCMP_ACT_NOTIFY"
}

/// A comparison of an argument, unsigned and with 64 bits.
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum SeccompOperator: String, CaseIterable, Sendable {
    /// Not equal.
    case notEqual = "SCMP_CMP_NE"
    /// Less than.
    case lessThan = "SCMP_CMP_LT"
    /// Less than or equal.
    case lessOrEqual = "SCMP_CMP_LE"
    /// Equal.
    case equal = "SCMP_CMP_EQ"
    /// Greater than or equal.
    case greaterOrEqual = "SCMP_CMP_GE"
    /// Greater than.
    case greaterThan = "SCMP_CMP_GT"
    /// Equal after masking.
    case maskedEqual = "SCMP_CMP_MASKED_EQ"
}

/// An architecture in the names of libseccomp.
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum SeccompArchitecture: String, CaseIterable, Sendable {
    /// x86, 32 bits.
    case x86 = "SCMP_ARCH_X86"
    /// x86-64.
    case x86_64 = "SCMP_ARCH_X86_64"
    /// The x32 interface of x86-64.
    case x32 = "SCMP_ARCH_X32"
    /// ARM, 32 bits, EABI.
    case arm = "SCMP_ARCH_ARM"
    /// ARM, 64 bits.
    case aarch64 = "SCMP_ARCH_AARCH64"
    /// LoongArch, 64 bits.
    case loongarch64 = "SCMP_ARCH_LOONGARCH64"
    /// Motorola 68000.
    case m68k = "SCMP_ARCH_M68K"
    /// MIPS, O32, big endian.
    case mips = "SCMP_ARCH_MIPS"
    /// MIPS, N64, big endian.
    case mips64 = "SCMP_ARCH_MIPS64"
    /// MIPS, N32, big endian.
    case mips64n32 = "SCMP_ARCH_MIPS64N32"
    /// MIPS, O32, little endian.
    case mipsel = "SCMP_ARCH_MIPSEL"
    /// MIPS, N64, little endian.
    case mipsel64 = "SCMP_ARCH_MIPSEL64"
    /// MIPS, N32, little endian.
    case mipsel64n32 = "SCMP_ARCH_MIPSEL64N32"
    /// PowerPC, 32 bits.
    case ppc = "SCMP_ARCH_PPC"
    /// PowerPC, 64 bits, big endian.
    case ppc64 = "SCMP_ARCH_PPC64"
    /// PowerPC, 64 bits, little endian.
    case ppc64le = "SCMP_ARCH_PPC64LE"
    /// S/390, 31 bits.
    case s390 = "SCMP_ARCH_S390"
    /// S/390, 64 bits.
    case s390x = "SCMP_ARCH_S390X"
    /// SuperH, little endian.
    case sh = "SCMP_ARCH_SH"
    /// SuperH, big endian.
    case sheb = "SCMP_ARCH_SHEB"
    /// PA-RISC, 32 bits.
    case parisc = "SCMP_ARCH_PARISC"
    /// PA-RISC, 64 bits.
    case parisc64 = "SCMP_ARCH_PARISC64"
    /// RISC-V, 64 bits.
    case riscv64 = "SCMP_ARCH_RISCV64"
}

/// A flag of seccomp(2).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum SeccompFlag: String, CaseIterable, Sendable {
    /// The filter is for all threads.
    case tsync = "SECCOMP_FILTER_FLAG_TSYNC"
    /// Actions other than `allow` are logged.
    case log = "SECCOMP_FILTER_FLAG_LOG"
    /// The mitigation of speculative store bypass stays off.
    case speculationAllow = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
    /// A process that waits for the listener can only be killed.
    case waitKillableReceive = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"

    /// The bit of the flag for seccomp(2).
    public var bit: UInt32 {
        switch self {
        case .tsync: 0x01
        case .log: 0x02
        case .speculationAllow: 0x04
        case .waitKillableReceive: 0x20
        }
    }
}

extension SeccompProfile: SpecObject {
    static var blank: SeccompProfile { SeccompProfile(defaultAction: .errno) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("defaultAction", &defaultAction, .required)
        try visitor.member("defaultErrnoRet", &defaultErrnoRet)
        try visitor.member("architectures", &architectures)
        try visitor.member("flags", &flags)
        try visitor.member("listenerPath", &listenerPath)
        try visitor.member("listenerMetadata", &listenerMetadata)
        try visitor.member("syscalls", &syscalls)
    }
}

extension SyscallRule: SpecObject {
    static var blank: SyscallRule { SyscallRule(names: [], action: .errno) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("names", &names, .required)
        try visitor.member("action", &action, .required)
        try visitor.member("errnoRet", &errnoRet)
        try visitor.member("args", &args)
    }
}

extension SyscallArgument: SpecObject {
    static var blank: SyscallArgument { SyscallArgument(index: 0, value: 0, op: .equal) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("index", &index, .required)
        try visitor.member("value", &value, .required)
        try visitor.member("valueTwo", &valueTwo)
        try visitor.member("op", &op, .required)
    }
}

extension SeccompProfile {
    /// A profile without a default action and without rules is none. Encoders of Go write it for an empty structure.
    static func readAbsent(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Bool {
        guard try decoder.reader.peek() == .object else { return false }
        let mark = decoder.reader.mark
        try decoder.reader.beginObject()
        while try decoder.reader.nextMember() {
            let kind = try decoder.reader.peek()
            let isEmpty =
                switch kind {
                case .string: decoder.reader.isBeforeEmptyString
                case .array: try decoder.reader.isBeforeEmptyArray()
                case .null: true
                case .object, .number, .boolean: false
                }
            if !isEmpty, decoder.reader.isKey("defaultAction") || decoder.reader.isKey("syscalls") {
                decoder.reader.goBack(to: mark)
                return false
            }
            try decoder.reader.skipValue()
        }
        return true
    }
}

extension SeccompAction: SpecName {
    static func unknown(_ name: String) -> String { "string " + name + " is not a valid action for seccomp" }
}

extension SeccompOperator: SpecName {
    static func unknown(_ name: String) -> String { "string " + name + " is not a valid operator for seccomp" }
}

extension SeccompArchitecture: SpecName {
    static func unknown(_ name: String) -> String { "string " + name + " is not a valid arch for seccomp" }
}

extension SeccompFlag: SpecName {
    static func unknown(_ name: String) -> String { "seccomp flag " + name + " is not known" }
}
