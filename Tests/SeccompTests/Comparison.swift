import RuntimeSpec
import Testing

@testable import Seccomp

/// A call on which two programs differ.
struct Difference: CustomStringConvertible {
    var call: Call
    var ours: UInt32
    var other: UInt32

    var description: String {
        let arguments = call.arguments.map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
        return "architecture 0x\(String(call.architecture, radix: 16)) number \(call.number) (\(arguments)): "
            + "\(Verdict(rawValue: ours).text) instead of \(Verdict(rawValue: other).text)"
    }
}

/// Runs programs on the calls that could tell them apart.
struct Comparison {
    var profile: SeccompProfile
    var nativeArchitecture: SeccompArchitecture
    var generator: SeededGenerator
    /// Whether to try every number from 0 to 600, or those near the numbers of the profile.
    var isExhaustive = false
    /// How many lists of arguments each call with conditions gets.
    var samples = 24

    /// What came out.
    struct Outcome {
        /// Where our program is not what the profile says.
        var wrong: Difference?
        /// Where libseccomp's program is another, although the profile leaves no choice.
        var deviation: Difference?
        /// Where libseccomp's program is another, and the profile contradicts itself.
        var choice: Difference?
        /// Whether libseccomp compiles the profile.
        var isRefused = false
    }

    private var architectures: [SeccompArchitecture] { [nativeArchitecture] + profile.architectures }

    mutating func run() throws -> Outcome {
        var outcome = Outcome()
        let filter = try SeccompFilter(profile, nativeArchitecture: nativeArchitecture, missingCallsFail: false)
        let ours = try Interpreter(try filter.program().instructions)
        var theirs: Interpreter?
        if Libseccomp.knows(nativeArchitecture) {
            let program = Libseccomp.program(profile, nativeArchitecture: nativeArchitecture)
            if let program { theirs = try Interpreter(program) }
            outcome.isRefused = program == nil
        }
        let meaning = Meaning(profile, nativeArchitecture: nativeArchitecture)
        let bigEndian = nativeArchitecture.isBigEndian
        for (number, architecture, samples) in calls() {
            for arguments in samples {
                let call = Call(number: number, architecture: architecture, arguments: arguments)
                let mine = ours.run(call, bigEndian: bigEndian)
                let allowed = meaning.verdicts(on: call)
                if !allowed.contains(mine), let right = allowed.first {
                    outcome.wrong = Difference(call: call, ours: mine, other: right)
                }
                guard let their = theirs?.run(call, bigEndian: bigEndian), their != mine else { continue }
                let difference = Difference(call: call, ours: mine, other: their)
                if allowed.count > 1 { outcome.choice = difference } else { outcome.deviation = difference }
            }
        }
        return outcome
    }

    private mutating func calls() -> [(UInt32, UInt32, [[UInt64]])] {
        var calls: [(UInt32, UInt32, [[UInt64]])] = []
        let plain: [[UInt64]] = [[0, 0, 0, 0, 0, 0]]
        var named: [UInt32: [UInt32: [[UInt64]]]] = [:]
        for rule in profile.syscalls {
            for name in rule.names {
                guard let index = name.place else { continue }
                for architecture in architectures {
                    var slots: [Int] = []
                    if let slot = SyscallTable.slot(index, on: architecture), slot < SyscallTable.privateSlot {
                        slots.append(slot)
                    }
                    if architecture.isMultiplexing, let call = SyscallTable.multiplexed(index) {
                        slots.append(call.slot)
                    }
                    for slot in slots {
                        let number = architecture.numberBase + UInt32(slot)
                        if named[architecture.auditValue]?[number] == nil {
                            named[architecture.auditValue, default: [:]][number] = arguments(for: name)
                        }
                    }
                }
            }
        }
        for (architecture, numbers) in named {
            for (number, samples) in numbers {
                calls.append((number, architecture, samples))
                calls.append((number &+ 1, architecture, plain))
                calls.append((number &- 1, architecture, plain))
            }
        }
        let edges: [UInt32] = [
            0, 1, 4000, 5000, 6000, 0x3fff_ffff, 0x4000_0000, 0x4000_0223, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, .max,
            0xf_0000, 0xf_0001, 0xf_0006, 0xf_0007,
        ]
        for architecture in Set(architectures.map(\.auditValue) + [0, 0xdead_beef, 0x4000_003e, 0xc000_003e]) {
            for number in edges { calls.append((number, architecture, plain)) }
            guard isExhaustive else { continue }
            var bases = Set(architectures.filter { $0.auditValue == architecture }.map(\.numberBase))
            if architecture == SeccompArchitecture.x86_64.auditValue { bases.insert(0x4000_0000) }
            for base in bases {
                for number in 0...600 { calls.append((base + UInt32(number), architecture, plain)) }
            }
        }
        return calls
    }

    /// Lists of arguments near the values that the rules for a call compare with.
    private mutating func arguments(for name: SyscallName) -> [[UInt64]] {
        var pools = [[UInt64]](repeating: [0, 1, .max, 0x1_0000_0000], count: 6)
        var isConditional = false
        for rule in profile.syscalls where rule.names.contains(where: { related($0, name) }) {
            for argument in rule.args {
                isConditional = true
                let value = argument.op == .maskedEqual ? argument.valueTwo & argument.value : argument.value
                var near = [
                    value, value, value, value &- 1, value &+ 1, value &+ 0x1_0000_0000, value &- 0x1_0000_0000,
                ]
                near += [value ^ (1 << 63), value & 0xffff_ffff, value | 0xffff_ffff_0000_0000]
                if argument.op == .maskedEqual {
                    near += [value | ~argument.value, argument.value, value ^ (argument.value & (0 &- argument.value))]
                }
                pools[Int(argument.index)] += near
            }
        }
        if name.place.flatMap({ SyscallTable.multiplexed($0) }) != nil {
            pools[0] += [1, 2, 3, 5, 9, 11, 13, 18, 20, 21, 24]
            isConditional = true
        }
        guard isConditional else { return [[0, 0, 0, 0, 0, 0]] }
        return (0..<samples).map { _ in pools.map { $0.randomElement(using: &generator) ?? 0 } }
    }

    /// Whether two names are the same call, or share a multiplexer.
    private func related(_ one: SyscallName, _ other: SyscallName) -> Bool {
        if one == other { return true }
        guard let first = one.place, let second = other.place,
            let mine = SyscallTable.multiplexed(first), let others = SyscallTable.multiplexed(second)
        else { return false }
        return mine.slot == others.slot
    }
}
