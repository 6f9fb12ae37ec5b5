import RuntimeSpec

/// The numbers of the system calls by name, for every architecture of the specification.
///
/// All of it is read straight from literals in read-only memory, so a process that compiles no filter pays nothing.
enum SyscallTable {
    /// How many numbers an architecture can have here: those up to 1023, then the private ones of arm.
    static var slotCount: Int { privateSlot + 64 }
    /// The slot of the first private number.
    static var privateSlot: Int { 1024 }
    /// The first private number of arm, `__ARM_NR_BASE`.
    static var privateBase: UInt32 { 0x0f_0000 }

    /// The place of `name` in the table; nil when no architecture has such a call.
    static func index(of name: String) -> Int? {
        var name = name
        return name.withUTF8 { index(of: $0) }
    }

    private static func index(of name: UnsafeBufferPointer<UInt8>) -> Int? {
        var hash: UInt32 = 2_166_136_261
        for byte in name { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        var slot = Int(hash >> 22)
        while true {
            let entry = twoDigits(SyscallTableData.slots, slot)
            if entry == 0 { return nil }
            if isName(name, at: entry - 1) { return entry - 1 }
            slot = (slot + 1) & 1023
        }
    }

    private static func isName(_ name: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        let candidate = bytes(at: index)
        guard candidate.count == name.count else { return false }
        var place = 0
        while place < name.count {
            if candidate[place] != name[place] { return false }
            place += 1
        }
        return true
    }

    /// The name at a place of the table.
    static func name(at index: Int) -> String { String(decoding: bytes(at: index), as: UTF8.self) }

    /// The slot of the call at `index`; nil when the architecture lacks it.
    static func slot(_ index: Int, on architecture: SeccompArchitecture) -> Int? {
        let slot = twoDigits(architecture.numbers, index)
        return slot == 4095 ? nil : slot
    }

    /// The call of socketcall(2) or ipc(2) that stands for the call at `index`, where an architecture has those.
    static func multiplexed(_ index: Int) -> MultiplexedCall? {
        let code = twoDigits(SyscallTableData.codes, index)
        if code == 0 { return nil }
        return code < 64
            ? MultiplexedCall(slot: MultiplexedCall.socketcall, code: UInt64(code))
            : MultiplexedCall(slot: MultiplexedCall.ipc, code: UInt64(code - 64))
    }

    /// The names of an architecture by slot, for text.
    static func names(of architecture: SeccompArchitecture) -> [String?] {
        var names = [String?](repeating: nil, count: slotCount)
        for index in 0..<SyscallTableData.count {
            if let slot = slot(index, on: architecture) { names[slot] = name(at: index) }
        }
        return names
    }

    private static func bytes(at index: Int) -> UnsafeBufferPointer<UInt8> {
        let start = threeDigits(SyscallTableData.offsets, index)
        let end = threeDigits(SyscallTableData.offsets, index + 1)
        return UnsafeBufferPointer(start: SyscallTableData.names.utf8Start + start, count: end - start)
    }

    @inline(__always)
    private static func twoDigits(_ text: StaticString, _ index: Int) -> Int {
        let digits = text.utf8Start + 2 * index
        return Int(digits[0] &- 48) | Int(digits[1] &- 48) << 6
    }

    @inline(__always)
    private static func threeDigits(_ text: StaticString, _ index: Int) -> Int {
        let digits = text.utf8Start + 3 * index
        return Int(digits[0] &- 48) | Int(digits[1] &- 48) << 6 | Int(digits[2] &- 48) << 12
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
