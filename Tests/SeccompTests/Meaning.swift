import RuntimeSpec

@testable import Seccomp

/// What a profile says about calls, worked out rule by rule from the profile itself.
struct Meaning {
    private let defaultVerdict: UInt32
    private let architectures: [SeccompArchitecture]
    private var candidates: [UInt32: [SeccompArchitecture]] = [:]
    private var statements: [Place: [Statement]] = [:]

    private struct Place: Hashable {
        var architecture: SeccompArchitecture
        var number: UInt32
    }

    /// A rule for a call: one of the lists of conditions must hold.
    private struct Statement {
        var lists: [[SyscallArgument]]
        var verdict: UInt32
    }

    init(_ profile: SeccompProfile, nativeArchitecture: SeccompArchitecture) {
        defaultVerdict = Verdict(profile.defaultAction, profile.defaultErrnoRet)?.rawValue ?? 0
        architectures = [nativeArchitecture] + profile.architectures
        for architecture in architectures { candidates[architecture.auditValue, default: []].append(architecture) }
        for rule in profile.syscalls {
            guard let verdict = Verdict(rule.action, rule.errnoRet)?.rawValue, verdict != defaultVerdict else {
                continue
            }
            let isRepeated = Set(rule.args.map(\.index)).count < rule.args.count
            let lists = isRepeated ? rule.args.map { [$0] } : [rule.args]
            for name in rule.names {
                guard let index = name.place else { continue }
                for architecture in Set(architectures) {
                    if let slot = SyscallTable.slot(index, on: architecture) {
                        let number =
                            slot < SyscallTable.privateSlot
                            ? architecture.numberBase + UInt32(slot)
                            : SyscallTable.privateBase + UInt32(slot - SyscallTable.privateSlot)
                        add(Statement(lists: lists, verdict: verdict), architecture, number)
                    }
                    if architecture.isMultiplexing, let call = SyscallTable.multiplexed(index) {
                        let code = SyscallArgument(index: 0, value: call.code, op: .equal)
                        let lists = lists.map { [code] + $0.filter { $0.index != 0 } }
                        let number = architecture.numberBase + UInt32(call.slot)
                        add(Statement(lists: lists, verdict: verdict), architecture, number)
                    }
                }
            }
        }
    }

    private mutating func add(_ statement: Statement, _ architecture: SeccompArchitecture, _ number: UInt32) {
        statements[Place(architecture: architecture, number: number), default: []].append(statement)
    }

    /// The verdicts that the profile allows for a call: several where conditional rules contradict each other.
    func verdicts(on call: Call) -> Set<UInt32> {
        guard let candidates = candidates[call.architecture], var architecture = candidates.first else {
            return [Verdict.killThread.rawValue]
        }
        if call.architecture == SeccompArchitecture.x86_64.auditValue {
            let isX32 = call.number & 0x4000_0000 != 0 || call.number >= 0x4000_0000
            if candidates.contains(.x32), candidates.contains(.x86_64) {
                architecture = isX32 ? .x32 : .x86_64
            } else if isX32 != (architecture == .x32) {
                return [call.number == .max ? defaultVerdict : Verdict.killThread.rawValue]
            }
        }
        guard let statements = statements[Place(architecture: architecture, number: call.number)] else {
            return [defaultVerdict]
        }
        let isWide = architecture.hasWideArguments
        for statement in statements
        where statement.lists.contains(where: { $0.allSatisfy { Self.isEmpty($0, isWide) } }) {
            return [statement.verdict]
        }
        let holding = statements.filter { statement in
            statement.lists.contains { $0.allSatisfy { Self.holds($0, call.arguments, isWide) } }
        }
        return holding.isEmpty ? [defaultVerdict] : Set(holding.map(\.verdict))
    }

    /// Whether a condition looks at no bit.
    private static func isEmpty(_ condition: SyscallArgument, _ isWide: Bool) -> Bool {
        condition.op == .maskedEqual && (isWide ? condition.value : condition.value & 0xffff_ffff) == 0
    }

    private static func holds(_ condition: SyscallArgument, _ arguments: [UInt64], _ isWide: Bool) -> Bool {
        let width: UInt64 = isWide ? .max : 0xffff_ffff
        let argument = arguments[Int(condition.index)] & width
        let value = condition.value & width
        switch condition.op {
        case .equal: return argument == value
        case .notEqual: return argument != value
        case .lessThan: return argument < value
        case .lessOrEqual: return argument <= value
        case .greaterThan: return argument > value
        case .greaterOrEqual: return argument >= value
        case .maskedEqual: return argument & value == condition.valueTwo & value
        }
    }
}
