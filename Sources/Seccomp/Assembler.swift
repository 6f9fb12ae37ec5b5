/// One instruction of classic BPF with the layout of `struct sock_filter`, see linux/filter.h.
package struct Instruction: RawRepresentable, Hashable, Sendable {
    /// The eight bytes as they lie in memory.
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(code: UInt16, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0, k: UInt32) {
        #if _endian(little)
            rawValue = UInt64(code) | UInt64(ifTrue) << 16 | UInt64(ifFalse) << 24 | UInt64(k) << 32
        #else
            rawValue = UInt64(code) << 48 | UInt64(ifTrue) << 40 | UInt64(ifFalse) << 32 | UInt64(k)
        #endif
    }

    package var code: UInt16 {
        #if _endian(little)
            UInt16(truncatingIfNeeded: rawValue)
        #else
            UInt16(truncatingIfNeeded: rawValue >> 48)
        #endif
    }
    package var ifTrue: UInt8 {
        #if _endian(little)
            UInt8(truncatingIfNeeded: rawValue >> 16)
        #else
            UInt8(truncatingIfNeeded: rawValue >> 40)
        #endif
    }
    package var ifFalse: UInt8 {
        #if _endian(little)
            UInt8(truncatingIfNeeded: rawValue >> 24)
        #else
            UInt8(truncatingIfNeeded: rawValue >> 32)
        #endif
    }
    package var k: UInt32 {
        #if _endian(little)
            UInt32(truncatingIfNeeded: rawValue >> 32)
        #else
            UInt32(truncatingIfNeeded: rawValue)
        #endif
    }

    // The codes that seccomp(2) accepts and this compiler uses.
    package static var loadWord: UInt16 { 0x20 }
    package static var and: UInt16 { 0x54 }
    package static var jump: UInt16 { 0x05 }
    package static var jumpEqual: UInt16 { 0x15 }
    package static var jumpGreater: UInt16 { 0x25 }
    package static var jumpGreaterOrEqual: UInt16 { 0x35 }
    package static var jumpAnySet: UInt16 { 0x45 }
    package static var giveBack: UInt16 { 0x06 }
}

/// Writes a program from its end to its start: BPF jumps only forwards, so every target is known when it is needed.
///
/// The place of a target is that of an instruction, counted from the end.
struct Assembler {
    /// The instructions in reverse, the two halves of each.
    private var halves: [UInt32] = []
    /// The verdicts that have a return, and where the nearest one of each is.
    private var returned: [UInt32] = []
    private var returns: [Int] = []

    init(capacity: Int) { halves.reserveCapacity(2 * capacity) }

    /// How many instructions there are.
    var count: Int { halves.count / 2 }

    /// The instructions in their order, each with the eight bytes of `struct sock_filter`.
    var bytes: [UInt8] {
        let count = count
        return [UInt8](unsafeUninitializedCapacity: 8 * count) { bytes, size in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            for index in 0..<count {
                let place = 2 * (count - 1 - index)
                let value = UInt64(halves[place]) | UInt64(halves[place + 1]) << 32
                raw.storeBytes(of: value, toByteOffset: 8 * index, as: UInt64.self)
            }
            size = 8 * count
        }
    }

    @discardableResult
    private mutating func append(_ instruction: Instruction) -> Int {
        halves.append(UInt32(truncatingIfNeeded: instruction.rawValue))
        halves.append(UInt32(truncatingIfNeeded: instruction.rawValue >> 32))
        return count - 1
    }

    /// Loads the word of `struct seccomp_data` at `offset` and goes on to `next`.
    mutating func load(_ offset: UInt32, then next: Target) -> Target {
        fall(to: next)
        return Target(place: append(Instruction(code: Instruction.loadWord, k: offset)))
    }

    /// Keeps the bits of `mask` and goes on to `next`.
    mutating func mask(_ mask: UInt32, then next: Target) -> Target {
        fall(to: next)
        return Target(place: append(Instruction(code: Instruction.and, k: mask)))
    }

    /// Goes to one of two targets. Equal targets need no instruction.
    mutating func branch(_ code: UInt16, _ k: UInt32, _ ifTrue: Target, else ifFalse: Target) -> Target {
        if ifTrue == ifFalse { return ifTrue }
        // The nearer target is reached last, since reaching the other may put an instruction in between.
        let trueFirst = distance(ifTrue) >= distance(ifFalse)
        let first = reach(trueFirst ? ifTrue : ifFalse)
        let second = reach(trueFirst ? ifFalse : ifTrue)
        let here = count
        let offsets = (UInt8(here - first - 1), UInt8(here - second - 1))
        return Target(
            place: append(
                Instruction(
                    code: code, ifTrue: trueFirst ? offsets.0 : offsets.1, ifFalse: trueFirst ? offsets.1 : offsets.0,
                    k: k)))
    }

    private func distance(_ target: Target) -> Int {
        if let place = target.place { return count - place }
        return nearestReturn(target.verdict).map { count - $0 } ?? .max
    }

    private func nearestReturn(_ verdict: Verdict) -> Int? {
        for index in returned.indices where returned[index] == verdict.rawValue { return returns[index] }
        return nil
    }

    /// A place with the effect of `target` that a conditional jump can reach, even behind one more instruction.
    private mutating func reach(_ target: Target) -> Int {
        if let place = target.place {
            let distance = count - place
            if distance <= 254 { return place }
            return append(Instruction(code: Instruction.jump, k: UInt32(distance - 1)))
        }
        if let place = nearestReturn(target.verdict), count - place <= 254 { return place }
        return appendReturn(target.verdict)
    }

    private mutating func appendReturn(_ verdict: Verdict) -> Int {
        let place = append(Instruction(code: Instruction.giveBack, k: verdict.rawValue))
        for index in returned.indices where returned[index] == verdict.rawValue {
            returns[index] = place
            return place
        }
        returned.append(verdict.rawValue)
        returns.append(place)
        return place
    }

    /// Makes the instruction that is written next be followed by `target`.
    private mutating func fall(to target: Target) {
        if let place = target.place {
            let distance = count - place
            if distance > 1 { append(Instruction(code: Instruction.jump, k: UInt32(distance - 1))) }
        } else {
            if let place = nearestReturn(target.verdict), count - place == 1 { return }
            _ = appendReturn(target.verdict)
        }
    }
}
