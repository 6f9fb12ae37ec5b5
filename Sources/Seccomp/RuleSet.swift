import RuntimeSpec

/// The rules of a profile, sorted to the numbers of every architecture.
struct RuleSet {
    private let profile: SeccompProfile
    private let architectures: [SeccompArchitecture]
    private let defaultVerdict: Verdict
    /// For each architecture and slot: 0 for the default, one more than the index of a verdict, or `conditional` and
    /// the index of the last of some uses.
    private var entries: [UInt32]
    /// The verdicts of rules, as numbers.
    private var verdicts: [UInt32] = []
    /// The uses for all calls, `Use.size` numbers each.
    private var uses: [UInt32] = []
    /// For each architecture, the greatest slot of a call that the profile names, private ones aside.
    private var newest: [Int]

    private static var conditional: UInt32 { 0x8000_0000 }

    /// A rule applied to a call under conditions.
    private struct Use {
        /// One more than the number of the use before it for the same call; 0 for none.
        var previous: UInt32 = 0
        var rule: UInt32
        /// One more than the index of the rule's verdict.
        var entry: UInt32
        /// What the first argument must be, where the call is made through another one; else 0.
        var code: UInt32 = 0

        static var size: Int { 4 }
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
        // The places of a rule's names in the table.
        var calls: [UInt32] = []
        for number in profile.syscalls.indices {
            let rule = profile.syscalls[number]
            guard let verdict = Verdict(rule.action, rule.errnoRet) else {
                throw SeccompError(rule: number, "errnoRet", .numberTooLarge(rule.errnoRet ?? 0))
            }
            for place in rule.args.indices where rule.args[place].index > 5 {
                throw SeccompError(
                    rule: number, "args[" + String(place) + "].index", .noSuchArgument(rule.args[place].index))
            }
            calls.removeAll(keepingCapacity: true)
            for name in rule.names {
                if let place = name.place { calls.append(UInt32(place)) } else { unknown.append(name.text) }
            }
            // A rule that repeats the default action says nothing, except which calls the profile knows.
            let use = Use(rule: UInt32(number), entry: verdict == defaultVerdict ? 0 : entry(for: verdict))
            for place in architectures.indices {
                if rule.alwaysHolds(onWideArguments: architectures[place].hasWideArguments) {
                    decide(use, calls, on: place)
                    if architectures[place].isMultiplexing {
                        for call in calls { addMultiplexed(use, call, on: place) }
                    }
                } else {
                    add(use, calls, on: place)
                }
            }
        }
        return unknown
    }

    private mutating func entry(for verdict: Verdict) -> UInt32 {
        for index in verdicts.indices where verdicts[index] == verdict.rawValue { return UInt32(index + 1) }
        verdicts.append(verdict.rawValue)
        return UInt32(verdicts.count)
    }

    /// Applies a rule without conditions. It wins over those with some.
    private mutating func decide(_ use: Use, _ calls: [UInt32], on place: Int) {
        let numbers = architectures[place].numbers
        let first = place * SyscallTable.slotCount
        let entry = use.entry
        var newest = newest[place]
        entries.withUnsafeMutableBufferPointer { entries in
            calls.withUnsafeBufferPointer { calls in
                for call in calls {
                    guard let slot = SyscallTable.slot(Int(call), in: numbers) else { continue }
                    if slot > newest, slot < SyscallTable.privateSlot { newest = slot }
                    let old = entries[first &+ slot]
                    // That of the default action stays 0.
                    if old == 0 || entry != 0 && old & Self.conditional != 0 { entries[first &+ slot] = entry }
                }
            }
        }
        self.newest[place] = newest
    }

    /// Applies a rule with conditions.
    private mutating func add(_ use: Use, _ calls: [UInt32], on place: Int) {
        let numbers = architectures[place].numbers
        let isMultiplexing = architectures[place].isMultiplexing
        for call in calls {
            if let slot = SyscallTable.slot(Int(call), in: numbers) { add(use, to: place, slot) }
            if isMultiplexing { addMultiplexed(use, call, on: place) }
        }
    }

    /// Applies a rule to a call that can also be reached through socketcall(2) or ipc(2).
    private mutating func addMultiplexed(_ use: Use, _ call: UInt32, on place: Int) {
        guard let call = SyscallTable.multiplexed(Int(call)) else { return }
        var use = use
        use.code = UInt32(call.code)
        add(use, to: place, call.slot)
    }

    private mutating func add(_ use: Use, to place: Int, _ slot: Int) {
        if slot < SyscallTable.privateSlot, slot > newest[place] { newest[place] = slot }
        if use.entry == 0 { return }
        let position = place * SyscallTable.slotCount + slot
        let old = entries[position]
        let isConditional = old & Self.conditional != 0
        guard old == 0 || isConditional else { return }
        entries[position] = Self.conditional | UInt32(uses.count / Use.size)
        uses.append(isConditional ? (old & ~Self.conditional) + 1 : 0)
        uses.append(use.rule)
        uses.append(use.entry)
        uses.append(use.code)
    }

    private func use(_ number: Int) -> Use {
        let place = number * Use.size
        return Use(
            previous: uses[place], rule: uses[place + 1], entry: uses[place + 2], code: uses[place + 3])
    }

    private func verdict(ofEntry entry: UInt32) -> Verdict { Verdict(rawValue: verdicts[Int(entry) - 1]) }
}

extension RuleSet {
    /// The sections of all architectures.
    func table(missing: Verdict?) throws(SeccompError) -> SectionTable {
        var table = SectionTable(architectures: architectures)
        for place in architectures.indices {
            switch architectures[place] {
            case .x86_64:
                // The kernel reports the same architecture for x32.
                try append([place] + (architectures.firstIndex(of: .x32).map { [$0] } ?? []), to: &table, missing)
            case .x32:
                if architectures.contains(.x86_64) { continue }
                try append([place], to: &table, missing)
            default:
                try append([place], to: &table, missing)
            }
        }
        return table
    }

    /// Appends the ranges and decisions of architectures that share a section, in the order of their numbers.
    private func append(
        _ places: [Int], to table: inout SectionTable, _ missing: Verdict?
    ) throws(SeccompError) {
        let first = architectures[places[0]]
        table.beginSection(at: places[0])
        // Numbers without the bit of x32 belong to an architecture that is not in the filter.
        table.append(0, Target(first == .x32 ? .killThread : defaultVerdict))
        for place in places { try append(place, to: &table, missing) }
        if first == .x86_64, places.count == 1 {
            table.append(0x4000_0000, Target(.killThread))
            // A tracer sets the number to -1 to skip a call.
            table.append(.max, Target(defaultVerdict))
        }
        table.endSection()
    }

    private func append(_ place: Int, to table: inout SectionTable, _ missing: Verdict?) throws(SeccompError) {
        let architecture = architectures[place]
        let known = newest[place]
        // What knows no call, or only number 0, is not a profile for this architecture.
        let missing = known > 0 ? missing : nil
        // The last use of each decision from the first one of this architecture on.
        var shared: [Int] = []
        try append(0...max(known, 0), of: place, to: &table, at: architecture.numberBase, &shared)
        table.append(architecture.numberBase + UInt32(known + 1), Target(missing ?? defaultVerdict))
        if let missing, architecture.hasPlaceholderZero { table.replaceFirst(by: Target(missing)) }
        if architecture == .arm {
            table.append(SyscallTable.privateBase, Target(defaultVerdict))
            let slots = SyscallTable.privateSlot...(SyscallTable.slotCount - 1)
            try append(slots, of: place, to: &table, at: SyscallTable.privateBase, &shared)
        }
    }

    /// Appends slots, the first of which has the number `base`.
    private func append(
        _ slots: ClosedRange<Int>, of place: Int, to table: inout SectionTable, at base: UInt32, _ shared: inout [Int]
    ) throws(SeccompError) {
        let first = place * SyscallTable.slotCount
        var previous: UInt32?
        var next = slots.lowerBound
        while let slot = firstSlot(from: next, through: slots.upperBound, of: first, otherThan: previous) {
            let entry = entries[first + slot]
            previous = entry
            next = slot + 1
            let target = try target(of: entry, slot, at: place, in: &table, &shared)
            table.append(base + UInt32(slot - slots.lowerBound), target)
        }
    }

    private func firstSlot(from start: Int, through end: Int, of first: Int, otherThan entry: UInt32?) -> Int? {
        guard start <= end else { return nil }
        guard let entry else { return start }
        return entries.withUnsafeBufferPointer { entries in
            var slot = start
            while slot <= end {
                if entries[first &+ slot] != entry { return slot }
                slot &+= 1
            }
            return nil
        }
    }

    private func target(
        of entry: UInt32, _ slot: Int, at place: Int, in table: inout SectionTable, _ shared: inout [Int]
    ) throws(SeccompError) -> Target {
        if entry == 0 { return Target(defaultVerdict) }
        guard entry & Self.conditional != 0 else { return Target(verdict(ofEntry: entry)) }
        let last = Int(entry & ~Self.conditional)
        let first = table.decisionCount - shared.count
        for index in shared.indices where isSame(shared[index], last) { return Target(place: first + index) }
        let decision = table.appendDecision(try clauses(last, slot, on: architectures[place]), at: place)
        shared.append(last)
        return Target(place: decision)
    }

    /// Whether two calls have the same uses.
    private func isSame(_ one: Int, _ other: Int) -> Bool {
        var one = one, other = other
        while one >= 0, other >= 0 {
            if one == other { return true }
            let mine = use(one), others = use(other)
            guard mine.rule == others.rule, mine.code == others.code else { return false }
            one = Int(mine.previous) - 1
            other = Int(others.previous) - 1
        }
        return one == other
    }

    /// The clauses of the uses up to `last`, in the order they are asked.
    private func clauses(
        _ last: Int, _ slot: Int, on architecture: SeccompArchitecture
    ) throws(SeccompError) -> [Clause] {
        var order: [Int] = []
        var number = last
        while number >= 0 {
            order.append(number)
            number = Int(use(number).previous) - 1
        }
        order.reverse()
        guard order.count <= SeccompProgram.maximumCount else {
            throw SeccompError(path: "syscalls", reason: .tooLong(instructions: order.count))
        }
        var clauses: [Clause] = []
        var isMixed = false
        let lastEntry = use(last).entry
        for number in order {
            let use = use(number)
            if use.entry != lastEntry { isMixed = true }
            profile.syscalls[Int(use.rule)].appendClauses(
                to: &clauses, on: architecture, code: use.code, verdict(ofEntry: use.entry))
        }
        // The order matters only between different verdicts.
        guard isMixed else { return clauses }
        for later in clauses.indices {
            for earlier in 0..<later
            where clauses[earlier].conditions == clauses[later].conditions
                && clauses[earlier].verdict != clauses[later].verdict
            {
                let rule = order.last { verdict(ofEntry: use($0).entry) == clauses[later].verdict } ?? last
                let name = SyscallTable.names(of: architecture)[slot] ?? ""
                throw SeccompError(rule: Int(use(rule).rule), "args", .conflict(call: name))
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
        var empty = 0
        for argument in args
        where argument.op == .maskedEqual && argument.value & (isWide ? .max : 0xffff_ffff) == 0 {
            empty += 1
        }
        return namesAnArgumentTwice ? empty > 0 : empty == args.count
    }

    /// Appends the clauses of the rule, one for all its conditions or one for each.
    ///
    /// For a call made through another one, libseccomp puts its code in the place of a condition on the first argument.
    func appendClauses(
        to clauses: inout [Clause], on architecture: SeccompArchitecture, code: UInt32, _ verdict: Verdict
    ) {
        let isSplit = namesAnArgumentTwice
        var conditions: [Condition] = []
        if code != 0 { conditions.append(Condition(code: UInt64(code), on: architecture)) }
        for argument in args {
            let condition = Condition(argument, on: architecture)
            let isAsked = !condition.isEmpty && (code == 0 || condition.argument != 0)
            if isSplit {
                clauses.append(Clause(conditions: isAsked ? conditions + [condition] : conditions, verdict: verdict))
            } else if isAsked {
                // Nearly always they are in order.
                guard let last = conditions.last, last.argument > condition.argument else {
                    conditions.append(condition)
                    continue
                }
                let place = conditions.firstIndex { $0.argument > condition.argument } ?? conditions.count
                conditions.insert(condition, at: place)
            }
        }
        if !isSplit { clauses.append(Clause(conditions: conditions, verdict: verdict)) }
    }
}

extension SeccompError {
    /// An error of a property of a rule.
    fileprivate init(rule: Int, _ property: String, _ reason: Reason) {
        self.init(path: "syscalls[" + String(rule) + "]." + property, reason: reason)
    }
}
