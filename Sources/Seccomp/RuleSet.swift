import RuntimeSpec

/// The rules of a profile, sorted to the numbers of every architecture.
struct RuleSet {
    private let profile: SeccompProfile
    private let architectures: [SeccompArchitecture]
    private let defaultVerdict: Verdict
    /// For each architecture and slot: 0 for the default, one more than the index of a verdict, or `conditional` and
    /// the index of a list of uses.
    private var entries: [UInt32]
    private var verdicts: [Verdict] = []
    private var uses: [[Use]] = []
    /// For each architecture, the greatest slot of a call that the profile names, private ones aside.
    private var newest: [Int]

    private static var conditional: UInt32 { 0x8000_0000 }

    /// A rule applied to a call under conditions.
    private struct Use: Equatable {
        var rule: Int
        /// One more than the index of the rule's verdict.
        var entry: UInt32
        /// What the first argument must be, where the call is made through another one.
        var code: UInt64?
    }

    init(_ profile: SeccompProfile, architectures: [SeccompArchitecture], defaultVerdict: Verdict) {
        self.profile = profile
        self.architectures = architectures
        self.defaultVerdict = defaultVerdict
        entries = [UInt32](repeating: 0, count: architectures.count * SyscallTable.slotCount)
        newest = [Int](repeating: -1, count: architectures.count)
    }

    /// Reads all rules and returns the names that no architecture knows.
    mutating func collect() throws(SeccompError) -> [String] {
        var unknown: [String] = []
        for number in profile.syscalls.indices {
            let rule = profile.syscalls[number]
            guard let verdict = Verdict(rule.action, rule.errnoRet) else {
                throw SeccompError(rule: number, "errnoRet", .numberTooLarge(rule.errnoRet ?? 0))
            }
            for place in rule.args.indices where rule.args[place].index > 5 {
                throw SeccompError(
                    rule: number, "args[" + String(place) + "].index", .noSuchArgument(rule.args[place].index))
            }
            // A rule that repeats the default action says nothing, except which calls the profile knows.
            let use = Use(rule: number, entry: verdict == defaultVerdict ? 0 : entry(for: verdict))
            let onWide = rule.alwaysHolds(onWideArguments: true)
            let onNarrow = rule.alwaysHolds(onWideArguments: false)
            for name in rule.names {
                guard let index = SyscallTable.index(of: name) else {
                    unknown.append(name)
                    continue
                }
                for place in architectures.indices {
                    let architecture = architectures[place]
                    let alwaysHolds = architecture.hasWideArguments ? onWide : onNarrow
                    if let slot = SyscallTable.slot(index, on: architecture) {
                        apply(use, always: alwaysHolds, to: place, slot)
                    }
                    if architecture.isMultiplexing, let call = SyscallTable.multiplexed(index) {
                        var use = use
                        use.code = call.code
                        apply(use, always: false, to: place, call.slot)
                    }
                }
            }
        }
        return unknown
    }

    private mutating func entry(for verdict: Verdict) -> UInt32 {
        for index in verdicts.indices where verdicts[index] == verdict { return UInt32(index + 1) }
        verdicts.append(verdict)
        return UInt32(verdicts.count)
    }

    @inline(__always)
    private mutating func apply(_ use: Use, always: Bool, to place: Int, _ slot: Int) {
        if slot < SyscallTable.privateSlot, slot > newest[place] { newest[place] = slot }
        if use.entry == 0 { return }
        let position = place * SyscallTable.slotCount + slot
        let old = entries[position]
        let isConditional = old & Self.conditional != 0
        if always {
            if old == 0 || isConditional { entries[position] = use.entry }
        } else if isConditional {
            uses[Int(old & ~Self.conditional)].append(use)
        } else if old == 0 {
            entries[position] = Self.conditional | UInt32(uses.count)
            uses.append([use])
        }
    }
}

extension RuleSet {
    /// The ranges and decisions of architectures that share a section, in the order of their numbers.
    func section(_ places: [Int], missing: Verdict?) throws(SeccompError) -> SeccompFilter.Section {
        var section = SeccompFilter.Section(architectures: places.map { architectures[$0] })
        // Numbers without the bit of x32 belong to an architecture that is not in the filter.
        section.append(0, .verdict(section.architectures == [.x32] ? .killThread : defaultVerdict))
        for place in places { try append(place, to: &section, missing: missing) }
        if section.architectures == [.x86_64] {
            section.append(0x4000_0000, .verdict(.killThread))
            // A tracer sets the number to -1 to skip a call.
            section.append(.max, .verdict(defaultVerdict))
        }
        return section
    }

    private func append(
        _ place: Int, to section: inout SeccompFilter.Section, missing: Verdict?
    ) throws(SeccompError) {
        let architecture = architectures[place]
        let known = newest[place]
        // What knows no call, or only number 0, is not a profile for this architecture.
        let missing = known > 0 ? missing : nil
        var shared: [(uses: Int, target: SeccompFilter.Target)] = []
        try append(0...max(known, 0), of: place, to: &section, at: architecture.numberBase, &shared)
        section.append(architecture.numberBase + UInt32(known + 1), .verdict(missing ?? defaultVerdict))
        if let missing, architecture.hasPlaceholderZero { section.replaceFirst(by: .verdict(missing)) }
        if architecture == .arm {
            section.append(SyscallTable.privateBase, .verdict(defaultVerdict))
            let slots = SyscallTable.privateSlot...(SyscallTable.slotCount - 1)
            try append(slots, of: place, to: &section, at: SyscallTable.privateBase, &shared)
        }
    }

    /// Appends slots, the first of which has the number `base`.
    private func append(
        _ slots: ClosedRange<Int>, of place: Int, to section: inout SeccompFilter.Section, at base: UInt32,
        _ shared: inout [(uses: Int, target: SeccompFilter.Target)]
    ) throws(SeccompError) {
        let first = place * SyscallTable.slotCount
        var previous: UInt32?
        for slot in slots {
            let entry = entries[first + slot]
            if entry == previous { continue }
            previous = entry
            let target = try target(of: entry, slot, on: architectures[place], in: &section, &shared)
            section.append(base + UInt32(slot - slots.lowerBound), target)
        }
    }

    private func target(
        of entry: UInt32, _ slot: Int, on architecture: SeccompArchitecture, in section: inout SeccompFilter.Section,
        _ shared: inout [(uses: Int, target: SeccompFilter.Target)]
    ) throws(SeccompError) -> SeccompFilter.Target {
        if entry == 0 { return .verdict(defaultVerdict) }
        guard entry & Self.conditional != 0 else { return .verdict(verdicts[Int(entry) - 1]) }
        let list = Int(entry & ~Self.conditional)
        for other in shared where uses[other.uses] == uses[list] { return other.target }
        let clauses = try clauses(uses[list], slot, on: architecture)
        let target = SeccompFilter.Target.decision(section.decisions.count)
        section.decisions.append(SeccompFilter.Decision(clauses: clauses, architecture: architecture))
        shared.append((list, target))
        return target
    }

    /// The clauses of some uses, in the order they are asked.
    private func clauses(
        _ uses: [Use], _ slot: Int, on architecture: SeccompArchitecture
    ) throws(SeccompError) -> [Clause] {
        var entries: [(rule: Int, clause: Clause)] = []
        var isMixed = false
        for use in uses {
            let verdict = verdicts[Int(use.entry) - 1]
            if use.entry != uses[0].entry { isMixed = true }
            for conditions in profile.syscalls[use.rule].alternatives(on: architecture, code: use.code) {
                entries.append((use.rule, Clause(conditions: conditions, verdict: verdict)))
            }
        }
        guard entries.count <= SeccompProgram.maximumCount else {
            throw SeccompError(path: "syscalls", reason: .tooLong(instructions: entries.count))
        }
        // The order matters only between different verdicts.
        if isMixed {
            for later in entries.indices {
                for earlier in 0..<later
                where entries[earlier].clause.conditions == entries[later].clause.conditions
                    && entries[earlier].clause.verdict != entries[later].clause.verdict
                {
                    let name = SyscallTable.names(of: architecture)[slot] ?? ""
                    throw SeccompError(rule: entries[later].rule, "args", .conflict(call: name))
                }
            }
            let order = ClauseOrder(entries.map { $0.clause }, on: architecture)
            return entries.indices.sorted { order.precedes($0, $1) }.map { entries[$0].clause }
        }
        return entries.map { $0.clause }
    }
}

extension SyscallRule {
    /// Whether an argument has two conditions; then each condition of the rule is an alternative, as runc has it.
    private var namesAnArgumentTwice: Bool {
        var seen: UInt8 = 0
        for argument in args {
            let bit = UInt8(1) << UInt8(argument.index & 7)
            if seen & bit != 0 { return true }
            seen |= bit
        }
        return false
    }

    /// Whether the rule has no condition that compares a bit.
    func alwaysHolds(onWideArguments isWide: Bool) -> Bool {
        if args.isEmpty { return true }
        let empty = args.filter { argument in
            argument.op == .maskedEqual && argument.value & (isWide ? .max : 0xffff_ffff) == 0
        }
        return namesAnArgumentTwice ? !empty.isEmpty : empty.count == args.count
    }

    /// The lists of conditions, each of which is enough for the rule to hold.
    ///
    /// For a call made through another one, libseccomp puts its code in the place of a condition on the first argument.
    func alternatives(on architecture: SeccompArchitecture, code: UInt64?) -> [[Condition]] {
        let all = args.map { Condition($0, on: architecture) }
        let lists = namesAnArgumentTwice ? all.map { [$0] } : [all.sorted { $0.argument < $1.argument }]
        return lists.map { list in
            guard let code else { return list.filter { !$0.isEmpty } }
            return [Condition(code: code, on: architecture)] + list.filter { $0.argument != 0 && !$0.isEmpty }
        }
    }
}

extension SeccompFilter.Section {
    /// Adds a range; one that starts where the last one does takes its place.
    mutating func append(_ start: UInt32, _ target: SeccompFilter.Target) {
        if let last = ranges.last, last.start == start { ranges.removeLast() }
        if ranges.last?.target != target { ranges.append(SeccompFilter.Range(start: start, target: target)) }
    }

    /// Gives number 0 a target of its own.
    fileprivate mutating func replaceFirst(by target: SeccompFilter.Target) {
        let first = ranges[0].target
        ranges[0].target = target
        if ranges.count == 1 || ranges[1].start > 1 {
            ranges.insert(SeccompFilter.Range(start: 1, target: first), at: 1)
        }
    }
}

extension SeccompError {
    /// An error of a property of a rule.
    fileprivate init(rule: Int, _ property: String, _ reason: Reason) {
        self.init(path: "syscalls[" + String(rule) + "]." + property, reason: reason)
    }
}
