import RuntimeSpec

/// A comparison of one argument, as wide as the architecture's arguments are.
struct Condition: Equatable {
    var argument: UInt8
    var op: SeccompOperator
    /// The bits of the argument that are compared.
    var mask: UInt64
    /// What they are compared with.
    var datum: UInt64

    /// The condition of a profile for arguments of the width of `architecture`.
    init(_ argument: SyscallArgument, on architecture: SeccompArchitecture) {
        let width: UInt64 = architecture.hasWideArguments ? .max : 0xffff_ffff
        self.argument = UInt8(truncatingIfNeeded: argument.index)
        op = argument.op
        if argument.op == .maskedEqual {
            mask = argument.value & width
            datum = argument.valueTwo & mask
        } else {
            mask = width
            datum = argument.value & width
        }
    }

    /// The first argument is `code`.
    init(code: UInt64, on architecture: SeccompArchitecture) {
        self.init(SyscallArgument(index: 0, value: code, op: .equal), on: architecture)
    }

    /// True for a comparison without a bit to compare, which libseccomp leaves out.
    var isEmpty: Bool { mask == 0 }
}

/// Conditions that must all hold, and what happens then.
struct Clause: Equatable {
    /// By argument, each of them at most once.
    var conditions: [Condition]
    var verdict: Verdict
}
