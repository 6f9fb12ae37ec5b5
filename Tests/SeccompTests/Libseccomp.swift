import CLinuxKernel
import CSeccomp
import LinuxKernel
import RuntimeSpec

@testable import Seccomp

/// The same profile compiled by libseccomp, with the calls that runc makes.
enum Libseccomp {
    /// The program; nil when libseccomp refuses the profile.
    static func program(_ profile: SeccompProfile, nativeArchitecture: SeccompArchitecture) -> [UInt64]? {
        guard let verdict = Verdict(profile.defaultAction, profile.defaultErrnoRet),
            let context = seccomp_init(verdict.rawValue)
        else { return nil }
        defer { seccomp_release(context) }
        let architectures = [nativeArchitecture] + profile.architectures
        // The context starts with the architecture of this machine and has only one byte order.
        if !architectures.contains(.native) {
            guard seccomp_arch_remove(context, SeccompArchitecture.native.auditValue) == 0 else { return nil }
        }
        for architecture in architectures {
            let result = seccomp_arch_add(context, token(of: architecture))
            guard result == 0 || result == -EEXIST else { return nil }
        }
        // The list that it makes otherwise forgets to load the number when its first call is one that the architecture
        // lacks; the tree needs at least one rule.
        if !profile.syscalls.isEmpty {
            guard seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 else { return nil }
        }
        for rule in profile.syscalls where !add(rule, to: context, unless: verdict) { return nil }
        return export(context)?.map { instruction in
            // The program is written in the byte order of its architectures, but for some verdicts.
            let foreign = Instruction(rawValue: instruction)
            guard foreign.code > 0xff else { return instruction }
            let code = foreign.code.byteSwapped
            var k = foreign.k.byteSwapped
            if code == Instruction.giveBack, !isVerdict(k) { k = foreign.k }
            return Instruction(code: code, ifTrue: foreign.ifTrue, ifFalse: foreign.ifFalse, k: k).rawValue
        }
    }

    private static func isVerdict(_ value: UInt32) -> Bool {
        switch value & 0xffff_0000 {
        case 0x0005_0000: value & 0xffff <= 4095
        case 0x7ff0_0000: true
        case 0x0000_0000, 0x8000_0000, 0x0003_0000, 0x7fc0_0000, 0x7ffc_0000, 0x7fff_0000: value & 0xffff == 0
        default: false
        }
    }

    /// libseccomp's name for an architecture.
    static func token(of architecture: SeccompArchitecture) -> UInt32 {
        architecture == .x32 ? 0x4000_003e : architecture.auditValue
    }

    /// Whether libseccomp has a table for an architecture.
    static func knows(_ architecture: SeccompArchitecture) -> Bool {
        switch architecture {
        case .loongarch64, .m68k, .sh, .sheb: false
        default: true
        }
    }

    /// The number of a call; nil where the architecture has none.
    static func number(of name: String, on architecture: SeccompArchitecture) -> Int? {
        let number = Int(seccomp_syscall_resolve_name_arch(token(of: architecture), name))
        return number >= 0 ? number : nil
    }

    private static func add(
        _ rule: SyscallRule, to context: scmp_filter_ctx, unless defaultVerdict: Verdict
    ) -> Bool {
        guard let verdict = Verdict(rule.action, rule.errnoRet) else { return false }
        if verdict == defaultVerdict { return true }
        var conditions: [scmp_arg_cmp] = []
        for argument in rule.args {
            conditions.append(
                scmp_arg_cmp(
                    arg: argument.index, op: comparison(argument.op), datum_a: argument.value,
                    datum_b: argument.valueTwo))
        }
        let isRepeated = Set(rule.args.map(\.index)).count < rule.args.count
        for name in rule.names {
            let number = seccomp_syscall_resolve_name(name.text)
            if number == -1 { continue }
            for list in isRepeated ? conditions.map({ [$0] }) : [conditions] {
                let result = seccomp_rule_add_array(context, verdict.rawValue, number, UInt32(list.count), list)
                if result != 0 { return false }
            }
        }
        return true
    }

    private static func comparison(_ op: SeccompOperator) -> scmp_compare {
        switch op {
        case .notEqual: SCMP_CMP_NE
        case .lessThan: SCMP_CMP_LT
        case .lessOrEqual: SCMP_CMP_LE
        case .equal: SCMP_CMP_EQ
        case .greaterOrEqual: SCMP_CMP_GE
        case .greaterThan: SCMP_CMP_GT
        case .maskedEqual: SCMP_CMP_MASKED_EQ
        }
    }

    private static func export(_ context: scmp_filter_ctx) -> [UInt64]? {
        // A pipe holds 64 KiB, twice what the largest program needs.
        guard let pipe = try? FileDescriptor.pipe(), seccomp_export_bpf(context, pipe.write.number.rawValue) == 0,
            let bytes = try? pipe.read.read(count: 1 << 16)
        else { return nil }
        return bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
    }
}
