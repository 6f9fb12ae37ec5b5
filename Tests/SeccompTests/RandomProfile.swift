import RuntimeSpec

@testable import Seccomp

/// Profiles made of seeded random numbers.
struct RandomProfile {
    /// What the rules for one call have in common.
    enum Kind: CaseIterable {
        /// Each call has one rule.
        case singleRules
        /// The rules for a call have the same action and one condition each.
        case alternatives
        /// The rules for a call have the same action and several conditions each.
        case longAlternatives
        /// The rules for a call have different actions; some have no condition.
        case conflicts
        /// A rule names an argument twice.
        case repeatedArguments
    }

    var generator: SeededGenerator
    var kind: Kind

    /// Sets of architectures that share a byte order; the first one is native.
    static let families: [[SeccompArchitecture]] = [
        [.x86_64], [.x86_64, .x86], [.x86_64, .x32], [.x86_64, .x86, .x32], [.x86_64, .x32, .x86, .aarch64, .arm],
        [.x86], [.x32], [.aarch64, .arm], [.arm], [.riscv64], [.ppc64le], [.mipsel, .mipsel64, .mipsel64n32],
        [.s390x, .s390], [.s390], [.ppc64, .ppc], [.mips64, .mips, .mips64n32], [.parisc64, .parisc],
    ]

    static let names: [SyscallName] = (0..<SyscallNames.count).map { SyscallName(SyscallNames.name(at: $0)) }

    mutating func make() -> (profile: SeccompProfile, nativeArchitecture: SeccompArchitecture) {
        let family = Self.families.randomElement(using: &generator) ?? [.x86_64]
        var profile = SeccompProfile(defaultAction: .allow)
        (profile.defaultAction, profile.defaultErrnoRet) = action()
        if profile.defaultAction == .notify { profile.defaultAction = .errno }
        profile.architectures = Array(family.dropFirst())
        profile.listenerPath = "/listener"
        let count = Int.random(in: 0...24, using: &generator)
        let pool = (0..<12).map { _ in name(family) }
        for _ in 0..<count {
            let names =
                kind == .singleRules
                ? [name(family)]
                : (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                    pool.randomElement(using: &generator) ?? "read"
                }
            if kind == .singleRules, profile.syscalls.contains(where: { $0.names == names }) { continue }
            // With more long rules for one call, libseccomp may not come to an end.
            if kind == .longAlternatives, !hasRoom(for: names, in: profile) { continue }
            var rule = SyscallRule(names: names, action: .allow)
            (rule.action, rule.errnoRet) = action()
            rule.args = arguments()
            if kind == .alternatives || kind == .longAlternatives || kind == .repeatedArguments,
                let first = profile.syscalls.first
            {
                (rule.action, rule.errnoRet) = (first.action, first.errnoRet)
            }
            profile.syscalls.append(rule)
        }
        return (profile, family[0])
    }

    /// Whether no call of `names` has more than one rule.
    private func hasRoom(for names: [SyscallName], in profile: SeccompProfile) -> Bool {
        Set(names).count == names.count
            && names.allSatisfy { name in profile.syscalls.count { $0.names.contains(name) } < 2 }
    }

    private mutating func name(_ family: [SeccompArchitecture]) -> SyscallName {
        // Names that libseccomp does not know would have another meaning there.
        while true {
            let name = Self.names.randomElement(using: &generator) ?? "read"
            if Self.isShared(name, family) { return name }
        }
    }

    /// Whether we and libseccomp know a name on the same architectures.
    static func isShared(_ name: SyscallName, _ family: [SeccompArchitecture]) -> Bool {
        guard let index = name.place else { return false }
        return family.allSatisfy { architecture in
            if architecture.isMultiplexing, SyscallTable.multiplexed(index) != nil { return true }
            return (SyscallTable.slot(index, on: architecture) != nil)
                == (Libseccomp.number(of: name.text, on: architecture) != nil)
        }
    }

    private mutating func action() -> (SeccompAction, UInt32?) {
        let action = SeccompAction.allCases.randomElement(using: &generator) ?? .allow
        guard action == .errno || action == .trace, Bool.random(using: &generator) else { return (action, nil) }
        return (action, UInt32.random(in: 0...40, using: &generator))
    }

    private mutating func arguments() -> [SyscallArgument] {
        switch kind {
        case .singleRules, .longAlternatives:
            let count = Int.random(in: 0...(kind == .singleRules ? 4 : 2), using: &generator)
            return (UInt32(0)...5).shuffled(using: &generator).prefix(count).map { argument($0) }
        case .alternatives:
            return [argument(UInt32.random(in: 0...2, using: &generator))]
        case .conflicts:
            if Int.random(in: 0..<8, using: &generator) == 0 { return [] }
            return [argument(UInt32.random(in: 0...1, using: &generator))]
        case .repeatedArguments:
            let index = UInt32.random(in: 0...2, using: &generator)
            return [argument(index), argument(index)]
        }
    }

    private mutating func argument(_ index: UInt32) -> SyscallArgument {
        let op = SeccompOperator.allCases.randomElement(using: &generator) ?? .equal
        return SyscallArgument(index: index, value: value(), valueTwo: op == .maskedEqual ? value() : 0, op: op)
    }

    private mutating func value() -> UInt64 {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: 0
        case 1: UInt64.max
        case 2: UInt64(1) << UInt64.random(in: 0..<64, using: &generator)
        case 3: UInt64.random(in: 0...UInt64.max, using: &generator)
        case 4: 0xffff_ffff
        case 5: UInt64.random(in: 0...3, using: &generator) << 32 | UInt64.random(in: 0...3, using: &generator)
        default: UInt64.random(in: 0...9, using: &generator)
        }
    }
}
