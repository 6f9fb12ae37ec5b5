import RuntimeSpec

/// A filter as the kernel takes it, ready to be carried to another process and loaded there.
public struct SeccompProgram: Equatable, Sendable {
    /// The instructions, each with the eight bytes of `struct sock_filter`.
    public let instructions: [UInt64]
    /// The flags that the profile asks for.
    public let flags: SeccompFilterFlags
    /// The flags that are dropped where the kernel does not know them.
    public let optionalFlags: SeccompFilterFlags
    /// Whether calls are handed to a listener, which is then the result of loading.
    public let notifies: Bool

    /// The kernel's limit, `BPF_MAXINSNS`.
    public static let maximumCount = 4096
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

extension SeccompProgram {
    /// The program as words: the flags, then the instructions.
    package var words: [UInt64] {
        let head = UInt64(flags.rawValue) << 32 | UInt64(optionalFlags.rawValue) << 1 | (notifies ? 1 : 0)
        return [head] + instructions
    }

    /// The program of `words`; nil for what has no instruction.
    package init?(words: [UInt64]) {
        guard words.count > 1 else { return nil }
        self.init(
            instructions: Array(words[1...]), flags: SeccompFilterFlags(rawValue: UInt32(words[0] >> 32)),
            optionalFlags: SeccompFilterFlags(rawValue: UInt32(words[0] & 0xffff_ffff) >> 1),
            notifies: words[0] & 1 != 0)
    }
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
        var next = Assembler.Target.verdict(.killThread)
        // The first section is the native one; written last, it is the nearest to the start.
        for section in sections.reversed() {
            let start = assembler.write(section, otherwise: defaultVerdict)
            next = assembler.branch(Instruction.jumpEqual, section.architectures[0].auditValue, start, else: next)
            guard assembler.reversed.count <= SeccompProgram.maximumCount else { break }
        }
        _ = assembler.load(4, then: next)
        guard assembler.reversed.count <= SeccompProgram.maximumCount else {
            throw SeccompError(path: "syscalls", reason: .tooLong(instructions: assembler.reversed.count))
        }
        var wanted = SeccompFilterFlags()
        for flag in flags ?? [] { wanted.insert(SeccompFilterFlags(rawValue: flag.bit)) }
        guard notifies || !wanted.contains(.waitKillableReceive) else {
            let place = flags?.firstIndex { $0.bit == SeccompFilterFlags.waitKillableReceive.rawValue } ?? 0
            throw SeccompError(path: "flags[" + String(place) + "]", reason: .flagWithoutListener)
        }
        return SeccompProgram(
            instructions: assembler.program, flags: wanted,
            optionalFlags: flags == nil ? .speculationAllow : [], notifies: notifies)
    }
}

extension Assembler {
    /// Writes the search for the number of a call.
    fileprivate mutating func write(_ section: SeccompFilter.Section, otherwise: Verdict) -> Target {
        var targets: [Target] = []
        targets.reserveCapacity(section.decisions.count)
        for decision in section.decisions {
            targets.append(decide(decision.clauses, on: decision.architecture, otherwise: otherwise))
        }
        let search = search(section.ranges, cells(of: section.ranges)[...], targets)
        if case .verdict = search { return search }
        return load(0, then: search)
    }

    /// Ranges that one search leads to: equal ones and, between them, single numbers, which cost one comparison each
    /// instead of two.
    private func cells(of ranges: [SeccompFilter.Range]) -> [Cell] {
        func isSingle(_ index: Int) -> Bool {
            index + 1 < ranges.count && ranges[index + 1].start - ranges[index].start == 1
                && ranges[index + 1].target == ranges[index - 1].target
        }
        var cells: [Cell] = []
        cells.reserveCapacity(ranges.count)
        var index = 0
        while index < ranges.count {
            let first = index
            while index - first < 6, isSingle(index + 1) { index += 2 }
            cells.append(Cell(first: first, last: index))
            // The range behind the last single number begins the next cell, if that has single numbers too.
            if index == first || !isSingle(index + 1) { index += 1 }
        }
        return cells
    }

    /// Ranges from `first` to `last`, of which every second one is a single number.
    private struct Cell {
        var first: Int
        var last: Int
    }

    private mutating func search(
        _ ranges: [SeccompFilter.Range], _ cells: ArraySlice<Cell>, _ decisions: [Target]
    ) -> Target {
        if cells.count == 1 {
            let cell = cells[cells.startIndex]
            var next = resolve(ranges[cell.first].target, decisions)
            for index in stride(from: cell.last - 1, to: cell.first, by: -2) {
                let other = resolve(ranges[index].target, decisions)
                next = branch(Instruction.jumpEqual, ranges[index].start, other, else: next)
            }
            return next
        }
        let middle = cells.startIndex + cells.count / 2
        let high = search(ranges, cells[middle...], decisions)
        let low = search(ranges, cells[..<middle], decisions)
        return branch(Instruction.jumpGreaterOrEqual, ranges[cells[middle].first].start, high, else: low)
    }

    private func resolve(_ target: SeccompFilter.Target, _ decisions: [Target]) -> Target {
        switch target {
        case .verdict(let verdict): .verdict(verdict)
        case .decision(let index): decisions[index]
        }
    }
}
