/// One instruction of an eBPF program, in the kernel's layout. See bpf(2), `struct bpf_insn`.
struct BPFInstruction: Hashable, Sendable {
    var opcode: UInt8
    /// The target register in the low, the source register in the high half.
    var registers: UInt8
    var offset: Int16
    var immediate: Int32

    init(_ opcode: UInt8, target: UInt8 = 0, source: UInt8 = 0, offset: Int = 0, _ immediate: UInt32 = 0) {
        self.opcode = opcode
        registers = target | source << 4
        self.offset = Int16(truncatingIfNeeded: offset)
        self.immediate = Int32(bitPattern: immediate)
    }

    // The few opcodes that a device program needs.
    static let loadWord: UInt8 = 0x61
    static let moveRegister: UInt8 = 0xbf
    static let move: UInt8 = 0xb7
    static let and32: UInt8 = 0x54
    static let shiftRight32: UInt8 = 0x74
    static let jump: UInt8 = 0x05
    static let jumpIfEqual: UInt8 = 0x15
    static let jumpIfNotEqual: UInt8 = 0x55
    static let jumpIfAnySet: UInt8 = 0x45
    static let exit: UInt8 = 0x95
}

/// The eBPF program that answers for each access to a device whether it is allowed, as version 2 wants it.
///
/// It walks the rules from the last to the first. A rule that allows strikes its ways of access off those asked for, and
/// when none is left the answer is yes; a rule that denies one of those that are left makes it no. So the last rule wins
/// for every way by itself, also where a rule takes one device out of many.
struct DeviceProgram: Hashable, Sendable {
    /// The instructions.
    private(set) var instructions: [BPFInstruction] = []

    private enum Register {
        static let result: UInt8 = 0
        static let context: UInt8 = 1
        static let kind: UInt8 = 2
        static let access: UInt8 = 3
        static let major: UInt8 = 4
        static let minor: UInt8 = 5
    }

    /// Builds the program of the rules.
    init(_ rules: DeviceRules) {
        // struct bpf_cgroup_dev_ctx: access_type (the ways above, the kind below), major, minor.
        add(BPFInstruction(BPFInstruction.loadWord, target: Register.kind, source: Register.context, offset: 0))
        add(BPFInstruction(BPFInstruction.moveRegister, target: Register.access, source: Register.kind))
        add(BPFInstruction(BPFInstruction.and32, target: Register.kind, 0xffff))
        add(BPFInstruction(BPFInstruction.shiftRight32, target: Register.access, 16))
        add(BPFInstruction(BPFInstruction.loadWord, target: Register.major, source: Register.context, offset: 4))
        add(BPFInstruction(BPFInstruction.loadWord, target: Register.minor, source: Register.context, offset: 8))
        for rule in rules.rules.reversed() { add(rule) }
        answer(rules.isAllowedByDefault)
    }

    private mutating func add(_ rule: DeviceAccessRule) {
        // Comparisons extend the sign; no device has such a number, so the rule fits none.
        let limit = UInt32(Int32.max)
        if rule.selector.major ?? 0 > limit || rule.selector.minor ?? 0 > limit { return }
        let decision = Self.decision(rule)
        var tests: [(register: UInt8, value: UInt32)] = [(Register.kind, rule.selector.kind.rawValue)]
        if let major = rule.selector.major { tests.append((Register.major, major)) }
        if let minor = rule.selector.minor { tests.append((Register.minor, minor)) }
        for (index, test) in tests.enumerated() {
            let distance = tests.count - index - 1 + decision.count
            add(
                BPFInstruction(
                    BPFInstruction.jumpIfNotEqual, target: test.register, offset: distance, test.value))
        }
        instructions += decision
    }

    /// What follows when a device fits the rule.
    private static func decision(_ rule: DeviceAccessRule) -> [BPFInstruction] {
        let answer = [
            BPFInstruction(BPFInstruction.move, target: Register.result, rule.allow ? 1 : 0),
            BPFInstruction(BPFInstruction.exit),
        ]
        let ways = rule.access.rawValue
        switch (rule.access == .all, rule.allow) {
        case (true, _):
            return answer
        case (false, true):
            return [
                BPFInstruction(BPFInstruction.and32, target: Register.access, ~ways),
                BPFInstruction(BPFInstruction.jumpIfNotEqual, target: Register.access, offset: answer.count, 0),
            ] + answer
        case (false, false):
            return [
                BPFInstruction(BPFInstruction.jumpIfAnySet, target: Register.access, offset: 1, ways),
                BPFInstruction(BPFInstruction.jump, offset: answer.count),
            ] + answer
        }
    }

    private mutating func answer(_ isAllowed: Bool) {
        add(BPFInstruction(BPFInstruction.move, target: Register.result, isAllowed ? 1 : 0))
        add(BPFInstruction(BPFInstruction.exit))
    }

    private mutating func add(_ instruction: BPFInstruction) { instructions.append(instruction) }
}
