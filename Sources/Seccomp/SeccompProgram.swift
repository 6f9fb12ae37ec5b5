import RuntimeSpec

/// A filter as the kernel takes it, ready to be carried to another process and loaded there.
public struct SeccompProgram: Equatable, Sendable {
    /// The instructions one behind the other, each with the eight bytes of `struct sock_filter`.
    package let bytes: [UInt8]
    /// The flags that the profile asks for.
    public let flags: SeccompFilterFlags
    /// The flags that are dropped where the kernel does not know them.
    public let optionalFlags: SeccompFilterFlags
    /// Whether calls are handed to a listener, which is then the result of loading.
    public let notifies: Bool

    /// The kernel's limit, `BPF_MAXINSNS`.
    public static let maximumCount = 4096

    /// Makes a program of its instructions.
    package init(
        bytes: [UInt8], flags: SeccompFilterFlags, optionalFlags: SeccompFilterFlags = [], notifies: Bool = false
    ) {
        self.bytes = bytes
        self.flags = flags
        self.optionalFlags = optionalFlags
        self.notifies = notifies
    }

    /// How many instructions there are.
    public var count: Int { bytes.count / 8 }

    /// The instructions, each with the eight bytes of `struct sock_filter`.
    public var instructions: [UInt64] { (0..<count).map { instruction($0) } }

    func instruction(_ index: Int) -> UInt64 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) }
    }
}

/// How seccomp(2) loads a filter, `SECCOMP_FILTER_FLAG_…`.
public struct SeccompFilterFlags: OptionSet, Hashable, Sendable {
    /// The bits as seccomp(2) takes them.
    public let rawValue: UInt32
    /// Makes flags of the bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Every thread of the process gets the filter: `SECCOMP_FILTER_FLAG_TSYNC`.
    public static let threadSync = SeccompFilterFlags(rawValue: 0x01)
    /// The kernel logs what the filter does, but what it allows: `SECCOMP_FILTER_FLAG_LOG`.
    public static let log = SeccompFilterFlags(rawValue: 0x02)
    /// The processor may go on guessing: `SECCOMP_FILTER_FLAG_SPEC_ALLOW`.
    public static let speculationAllow = SeccompFilterFlags(rawValue: 0x04)
    /// The result is a listener: `SECCOMP_FILTER_FLAG_NEW_LISTENER`.
    public static let newListener = SeccompFilterFlags(rawValue: 0x08)
    /// A thread that cannot get the filter makes an error: `SECCOMP_FILTER_FLAG_TSYNC_ESRCH`.
    public static let threadSyncFailsWithErrno = SeccompFilterFlags(rawValue: 0x10)
    /// Once a listener has taken a call only a deadly signal ends its wait: `SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV`.
    public static let waitKillableReceive = SeccompFilterFlags(rawValue: 0x20)
}

extension SeccompFilter {
    /// Compiles the seccomp profile of a configuration, `linux.seccomp`, into a BPF program for seccomp(2).
    ///
    /// The filter gives the same verdict as one of libseccomp for every call and every argument. A call that is newer than
    /// the newest one of the profile gives ENOSYS instead of a prohibiting default action.
    ///
    /// - Parameters:
    ///   - profile: what the program lets through.
    ///   - nativeArchitecture: the architecture that the filter is for, besides those of the profile.
    /// - Returns: at most 4096 instructions, each the eight bytes of a `struct sock_filter`, and the flags to load it with.
    /// - Throws: what is wrong with the profile, and where in it.
    public static func compile(
        _ profile: SeccompProfile, nativeArchitecture: SeccompArchitecture = .native
    ) throws(SeccompError) -> SeccompProgram {
        try SeccompFilter(profile, nativeArchitecture: nativeArchitecture).program()
    }

    /// The program with this meaning.
    package func program() throws(SeccompError) -> SeccompProgram {
        var assembler = Assembler(capacity: 512)
        var next = Target(.killThread)
        // The first section is the native one; written last, it is the nearest to the start.
        for section in table.places.indices.reversed() {
            let start = assembler.write(section, of: table, otherwise: defaultVerdict)
            let architecture = table.architectures[table.places[section]]
            next = assembler.branch(Instruction.jumpEqual, architecture.auditValue, start, else: next)
            guard assembler.count <= SeccompProgram.maximumCount else { break }
        }
        _ = assembler.load(4, then: next)
        guard assembler.count <= SeccompProgram.maximumCount else {
            throw SeccompError(path: "syscalls", reason: .tooLong(instructions: assembler.count))
        }
        return SeccompProgram(
            bytes: assembler.bytes, flags: flags ?? [],
            optionalFlags: flags == nil ? .speculationAllow : [], notifies: notifies)
    }
}

extension Assembler {
    /// Writes the search for the number of a call; of a program that is too long only so much as says so.
    fileprivate mutating func write(_ section: Int, of table: SectionTable, otherwise: Verdict) -> Target {
        let decisions = table.decisions(of: section)
        var targets: [UInt32] = []
        for decision in decisions {
            let target = decide(
                table.clauses(of: decision), of: table.clauses, on: table.architecture(of: decision),
                otherwise: otherwise)
            targets.append(target.rawValue)
            guard count <= SeccompProgram.maximumCount else { return target }
        }
        let search = NumberSearch(
            table: table, ranges: table.ranges(of: section), firstDecision: decisions.lowerBound, decisions: targets)
        let start = search.write(to: &self)
        return start.place == nil ? start : load(0, then: start)
    }
}
