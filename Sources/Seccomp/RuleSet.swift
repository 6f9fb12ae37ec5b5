import RuntimeSpec

/// The rules of a profile, sorted to the numbers of every architecture.
struct RuleSet {
    private let profile: SeccompProfile
    private let architectures: [SeccompArchitecture]
    private let defaultVerdict: Verdict
    /// For each architecture and slot: 0 for the default, one more than the index of a verdict, or `conditional` and
    /// the index of the last of some uses.
    private var entries: [UInt32]
    private var verdicts: [Verdict] = []
    // The uses for all calls in one array: each type of array costs the first user of it its metadata.
    private var uses: [Use] = []
    /// For each architecture, the greatest slot of a call that the profile names, private ones aside.
    private var newest: [Int]

    private static var conditional: UInt32 { 0x8000_0000 }

    /// A rule applied to a call under conditions.
    private struct Use {
        /// The one before it for the same call; -1 for none.
        var previous = -1
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
        } else if old == 0 || isConditional {
            var use = use
            if isConditional { use.previous = Int(old & ~Self.conditional) }
            entries[position] = Self.conditional | UInt32(uses.count)
            uses.append(use)
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
        // The last use of each decision from the first one of this architecture on.
        var shared: [Int] = []
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
        _ shared: inout [Int]
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
        _ shared: inout [Int]
    ) throws(SeccompError) -> SeccompFilter.Target {
        if entry == 0 { return .verdict(defaultVerdict) }
        guard entry & Self.conditional != 0 else { return .verdict(verdicts[Int(entry) - 1]) }
        let last = Int(entry & ~Self.conditional)
        let first = section.decisions.count - shared.count
        for index in shared.indices where isSame(shared[index], last) { return .decision(first + index) }
        let clauses = try clauses(last, slot, on: architecture)
        section.decisions.append(SeccompFilter.Decision(clauses: clauses, architecture: architecture))
        shared.append(last)
        return .decision(section.decisions.count - 1)
    }

    /// Whether two calls have the same uses.
    private func isSame(_ one: Int, _ other: Int) -> Bool {
        var one = one, other = other
        while one >= 0, other >= 0 {
            if one == other { return true }
            guard uses[one].rule == uses[other].rule, uses[one].code == uses[other].code else { return false }
            one = uses[one].previous
            other = uses[other].previous
        }
        return one == other
    }

    /// The clauses of the uses up to `last`, in the order they are asked.
    private func clauses(
        _ last: Int, _ slot: Int, on architecture: SeccompArchitecture
    ) throws(SeccompError) -> [Clause] {
        var order: [Int] = []
        var use = last
        while use >= 0 {
            order.append(use)
            use = uses[use].previous
        }
        order.reverse()
        guard order.count <= SeccompProgram.maximumCount else {
            throw SeccompError(path: "syscalls", reason: .tooLong(instructions: order.count))
        }
        var clauses: [Clause] = []
        var isMixed = false
        for use in order {
            let verdict = verdicts[Int(uses[use].entry) - 1]
            if uses[use].entry != uses[last].entry { isMixed = true }
            let rule = profile.syscalls[uses[use].rule]
            rule.appendClauses(to: &clauses, on: architecture, code: uses[use].code, verdict)
        }
        // The order matters only between different verdicts.
        guard isMixed else { return clauses }
        for later in clauses.indices {
            for earlier in 0..<later
            where clauses[earlier].conditions == clauses[later].conditions
                && clauses[earlier].verdict != clauses[later].verdict
            {
                let rule = order.last { verdicts[Int(uses[$0].entry) - 1] == clauses[later].verdict } ?? last
                let name = SyscallTable.names(of: architecture)[slot] ?? ""
                throw SeccompError(rule: uses[rule].rule, "args", .conflict(call: name))
            }
        }
        let places = ClauseOrder(clauses, on: architecture)
        return clauses.indices.sorted { places.precedes($0, $1) }.map { clauses[$0] }
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

    /// Appends the clauses of the rule, one for all its conditions or one for each.
    ///
    /// For a call made through another one, libseccomp puts its code in the place of a condition on the first argument.
    func appendClauses(
        to clauses: inout [Clause], on architecture: SeccompArchitecture, code: UInt64?, _ verdict: Verdict
    ) {
        let isSplit = namesAnArgumentTwice
        var conditions: [Condition] = []
        if let code { conditions.append(Condition(code: code, on: architecture)) }
        for argument in args {
            let condition = Condition(argument, on: architecture)
            let isAsked = !condition.isEmpty && (code == nil || condition.argument != 0)
            if isSplit {
                clauses.append(Clause(conditions: isAsked ? conditions + [condition] : conditions, verdict: verdict))
            } else if isAsked {
                let place = conditions.firstIndex { $0.argument > condition.argument } ?? conditions.count
                conditions.insert(condition, at: place)
            }
        }
        if !isSplit { clauses.append(Clause(conditions: conditions, verdict: verdict)) }
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
