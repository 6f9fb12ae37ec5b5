import RuntimeSpec

/// The numbers of the system calls, for every architecture of the specification, by the places of their names.
///
/// All of it is read straight from literals in read-only memory, so a process that compiles no filter pays nothing.
enum SyscallTable {
    /// How many numbers an architecture can have here: those up to 575, then the private ones of arm.
    static var slotCount: Int { privateSlot + 64 }
    /// The slot of the first private number.
    static var privateSlot: Int { 576 }
    /// The first private number of arm, `__ARM_NR_BASE`.
    static var privateBase: UInt32 { 0x0f_0000 }

    /// The slot of the call at a place in a column of numbers; nil when the architecture lacks it.
    @inline(__always)
    static func slot(_ place: Int, in numbers: StaticString) -> Int? {
        let slot = twoDigits(numbers, place)
        return slot == 4095 ? nil : slot
    }

    /// The slot of the call at a place; nil when the architecture lacks it.
    static func slot(_ place: Int, on architecture: SeccompArchitecture) -> Int? {
        slot(place, in: architecture.numbers)
    }

    /// The call of socketcall(2) or ipc(2) that stands for the call at a place, where an architecture has those.
    static func multiplexed(_ place: Int) -> MultiplexedCall? {
        let code = twoDigits(SyscallTableData.codes, place)
        if code == 0 { return nil }
        return code < 64
            ? MultiplexedCall(slot: MultiplexedCall.socketcall, code: UInt64(code))
            : MultiplexedCall(slot: MultiplexedCall.ipc, code: UInt64(code - 64))
    }

    /// The names of an architecture by slot, for text.
    static func names(of architecture: SeccompArchitecture) -> [String?] {
        var names = [String?](repeating: nil, count: slotCount)
        for place in 0..<SyscallNames.count {
            if let slot = slot(place, on: architecture) { names[slot] = SyscallNames.name(at: place) }
        }
        return names
    }

    @inline(__always)
    private static func twoDigits(_ text: StaticString, _ index: Int) -> Int {
        let digits = text.utf8Start + 2 &* index
        return Int(digits[0] &- 48) | Int(digits[1] &- 48) &<< 6
    }
}

/// A call that old 32-bit interfaces reach through another one, whose first argument tells them apart.
struct MultiplexedCall: Equatable {
    /// The slot of the call that is really made.
    var slot: Int
    /// Its first argument.
    var code: UInt64

    // All architectures that have the two gave them the same numbers.
    static var socketcall: Int { 102 }
    static var ipc: Int { 117 }
}
