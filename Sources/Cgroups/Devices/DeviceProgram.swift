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
///
/// The kernel checks each instruction on every path, which is most of what the program costs a container: neighbours share
/// the tests that they have in common, and all share the two answers at the end.
struct DeviceProgram: Hashable, Sendable {
    /// The instructions.
    private(set) var instructions: [BPFInstruction] = []
    /// The jumps to each of the answers, whose place is not known yet.
    private var jumpsToYes: [Int] = []
    private var jumpsToNo: [Int] = []
    /// The end of the last answers.
    private var lastAnswers = 0

    // A jump leads over 32,767 instructions at most, and a rule takes up to six.
    private static let longestRun = 1000
    private static let farthestAnswers = 16_384

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
        let possible = rules.rules.reversed().filter(\.selector.isPossible)
        var rest = possible[...]
        while let first = rest.first {
            // The same said of every device of both kinds takes no test at all.
            if let second = rest.dropFirst().first, first.saysOfAll(likewise: second) {
                rest = rest.dropFirst(2)
                // What comes behind an answer to everything is never reached, which the kernel refuses.
                if decide(first) {
                    addAnswers(nil)
                    return
                }
                continue
            }
            let run = rest.prefix(Self.longestRun).prefix { $0.selector.kind == first.selector.kind }
            rest = rest.dropFirst(run.count)
            let test = addJump(BPFInstruction.jumpIfNotEqual, Register.kind, first.selector.kind.rawValue)
            addRun(run)
            landHere(test)
            if instructions.count - lastAnswers > Self.farthestAnswers { addAnswersBetween() }
        }
        addAnswers(rules.isAllowedByDefault)
    }

    /// The rules of one kind of device.
    private mutating func addRun(_ run: ArraySlice<DeviceAccessRule>) {
        var rest = run
        while let first = rest.first {
            guard let major = first.selector.major else {
                rest = rest.dropFirst()
                if addTail(first) { return }
                continue
            }
            let group = rest.prefix { $0.selector.major == major }
            rest = rest.dropFirst(group.count)
            if first.selector.minor == nil, first.access == .all {
                // Those behind it in the group are never asked.
                addJump(to: first.allow, BPFInstruction.jumpIfEqual, Register.major, major)
                continue
            }
            let test = addJump(BPFInstruction.jumpIfNotEqual, Register.major, major)
            for rule in group { if addTail(rule) { break } }
            landHere(test)
        }
    }

    /// A rule but for its kind and its major number. True if nothing comes past it.
    private mutating func addTail(_ rule: DeviceAccessRule) -> Bool {
        guard let minor = rule.selector.minor else { return decide(rule) }
        if rule.access == .all {
            addJump(to: rule.allow, BPFInstruction.jumpIfEqual, Register.minor, minor)
        } else {
            let test = addJump(BPFInstruction.jumpIfNotEqual, Register.minor, minor)
            _ = decide(rule)
            landHere(test)
        }
        return false
    }

    /// What follows when a device fits the rule. True if nothing comes past it.
    private mutating func decide(_ rule: DeviceAccessRule) -> Bool {
        let ways = rule.access.rawValue
        if rule.access == .all {
            addJump(to: rule.allow, BPFInstruction.jump, 0, 0)
            return true
        }
        if rule.allow {
            add(BPFInstruction(BPFInstruction.and32, target: Register.access, ~ways))
            addJump(to: true, BPFInstruction.jumpIfEqual, Register.access, 0)
        } else {
            addJump(to: false, BPFInstruction.jumpIfAnySet, Register.access, ways)
        }
        return false
    }

    /// The answers that something leads to, that for what no rule fits first; nil if there is no such.
    private mutating func addAnswers(_ fallThrough: Bool?) {
        for answer in fallThrough == true ? [true, false] : [false, true] {
            let jumps = answer ? jumpsToYes : jumpsToNo
            if jumps.isEmpty, answer != fallThrough { continue }
            for jump in jumps { landHere(jump) }
            add(BPFInstruction(BPFInstruction.move, target: Register.result, answer ? 1 : 0))
            add(BPFInstruction(BPFInstruction.exit))
        }
        jumpsToYes = []
        jumpsToNo = []
        lastAnswers = instructions.count
    }

    /// Answers on the way, for jumps that could not come to the end.
    private mutating func addAnswersBetween() {
        let over = addJump(BPFInstruction.jump, 0, 0)
        addAnswers(nil)
        landHere(over)
    }

    private mutating func add(_ instruction: BPFInstruction) { instructions.append(instruction) }

    private mutating func addJump(to answer: Bool, _ opcode: UInt8, _ register: UInt8, _ value: UInt32) {
        let jump = addJump(opcode, register, value)
        if answer { jumpsToYes.append(jump) } else { jumpsToNo.append(jump) }
    }

    /// A jump whose end is still to come; gives its place.
    private mutating func addJump(_ opcode: UInt8, _ register: UInt8, _ value: UInt32) -> Int {
        add(BPFInstruction(opcode, target: register, value))
        return instructions.count - 1
    }

    private mutating func landHere(_ jump: Int) {
        instructions[jump].offset = Int16(truncatingIfNeeded: instructions.count - jump - 1)
    }
}

extension DeviceSelector {
    /// Comparisons extend the sign; no device has such a number, so the rule fits none.
    fileprivate var isPossible: Bool {
        let limit = UInt32(Int32.max)
        return major ?? 0 <= limit && minor ?? 0 <= limit
    }
}

extension DeviceAccessRule {
    /// Whether it says of every device of its kind what `other` says of every device of the other kind.
    fileprivate func saysOfAll(likewise other: DeviceAccessRule) -> Bool {
        selector.major == nil && selector.minor == nil && other.selector.major == nil && other.selector.minor == nil
            && selector.kind != other.selector.kind && allow == other.allow && access == other.access
    }
}
