import RuntimeSpec

extension SeccompProgram {
    /// Whether this process goes on after each of these calls of its own architecture, whatever they are answered: no
    /// call kills it, sends it a signal or waits for somebody. Conditions on arguments are asked with zeros.
    package func survives(_ calls: [SyscallName]) -> Bool {
        calls.allSatisfy { name in
            guard let verdict = verdict(on: name, argument: 0) else { return true }
            return verdict == Self.error || Self.isPassage(verdict)
        }
    }

    /// Whether each of these calls of its own architecture goes through, whatever its arguments are.
    package func permits(_ calls: [SyscallName]) -> Bool {
        calls.allSatisfy { name in
            guard let verdict = verdict(on: name, argument: nil) else { return true }
            return Self.isPassage(verdict)
        }
    }

    /// SECCOMP_RET_ERRNO.
    private static let error: UInt32 = 0x0005_0000

    /// Whether it is SECCOMP_RET_LOG or SECCOMP_RET_ALLOW.
    private static func isPassage(_ verdict: UInt32) -> Bool { verdict == 0x7ffc_0000 || verdict == 0x7fff_0000 }

    /// What the kernel does on a call, without the data of that; nil for one that the architecture does not have.
    private func verdict(on name: SyscallName, argument: UInt32?) -> UInt32? {
        guard let place = name.place, let slot = SyscallTable.slot(place, on: .native) else { return nil }
        return verdict(on: SeccompArchitecture.native.number(ofSlot: slot), argument: argument) & 0xffff_0000
    }

    /// What the kernel answers to the call `number` with arguments of this value; with nil, a look at one is death. Jumps only
    /// lead forwards, so this ends.
    private func verdict(on number: UInt32, argument: UInt32?) -> UInt32 {
        var accumulator: UInt32 = 0
        var place = 0
        while place < count {
            let instruction = Instruction(rawValue: instruction(place))
            let k = instruction.k
            let (yes, no) = (Int(instruction.ifTrue), Int(instruction.ifFalse))
            place += 1
            switch instruction.code {
            case Instruction.giveBack: return k
            case Instruction.loadWord:
                switch k {
                case 0: accumulator = number
                case 4: accumulator = SeccompArchitecture.native.auditValue
                default:
                    guard let argument else { return 0 }
                    accumulator = argument
                }
            case Instruction.and: accumulator &= k
            case Instruction.jump: place += Int(k)
            case Instruction.jumpEqual: place += accumulator == k ? yes : no
            case Instruction.jumpGreater: place += accumulator > k ? yes : no
            case Instruction.jumpGreaterOrEqual: place += accumulator >= k ? yes : no
            case Instruction.jumpAnySet: place += accumulator & k != 0 ? yes : no
            default: return 0
            }
        }
        return 0
    }
}

extension SeccompFilter {
    /// Known calls that may have been meant by an unknown name.
    package static func calls(near name: String) -> [String] {
        NearestName.matches(for: name, among: (0..<SyscallNames.count).map { SyscallNames.name(at: $0) })
    }
}
