import RuntimeSpec

extension SeccompProgram {
    /// Whether this process goes on after each of these calls of its own architecture, whatever they are answered: no
    /// call kills it, sends it a signal or waits for somebody. Conditions on arguments are asked with zeros.
    package func survives(_ calls: [SyscallName]) -> Bool {
        calls.allSatisfy { name in
            guard let place = name.place, let slot = SyscallTable.slot(place, on: .native) else { return true }
            let verdict = verdict(on: SeccompArchitecture.native.number(ofSlot: slot))
            return Self.harmless.contains(verdict & 0xffff_0000)
        }
    }

    /// SECCOMP_RET_ERRNO, SECCOMP_RET_LOG and SECCOMP_RET_ALLOW.
    private static let harmless: [UInt32] = [0x0005_0000, 0x7ffc_0000, 0x7fff_0000]

    /// What the kernel answers to the call `number` with arguments of 0. Jumps only lead forwards, so this ends.
    private func verdict(on number: UInt32) -> UInt32 {
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
                accumulator = k == 0 ? number : k == 4 ? SeccompArchitecture.native.auditValue : 0
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
