import ByteStrings

/// The names of the system calls of every architecture of the specification, sorted.
///
/// All of it is read straight from literals in read-only memory, so a process that reads no profile pays nothing.
package enum SyscallNames {
    /// How many names there are.
    package static var count: Int { SyscallNameData.count }

    /// The place of a name; nil when no architecture has such a call.
    package static func place(of name: UnsafeRawBufferPointer) -> Int? {
        guard !name.isEmpty else { return nil }
        var slot = Int(truncatingIfNeeded: hash(of: name) >> 54)
        while true {
            let entry = twoDigits(SyscallNameData.slots, slot)
            if entry == 0 { return nil }
            if isName(name, at: entry &- 1) { return entry &- 1 }
            slot = (slot &+ 1) & 1023
        }
    }

    /// The name at a place.
    package static func name(at place: Int) -> String {
        String(decoding: bytes(at: place), as: UTF8.self)
    }

    /// Of the first and the last eight bytes: longer names that differ only between them share a slot.
    @inline(__always)
    private static func hash(of name: UnsafeRawBufferPointer) -> UInt64 {
        let count = name.count
        let head: UInt64
        let tail: UInt64
        if count >= 8 {
            head = UInt64(littleEndian: name.loadUnaligned(as: UInt64.self))
            tail = UInt64(littleEndian: name.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        } else if count >= 4 {
            head = UInt64(UInt32(littleEndian: name.loadUnaligned(as: UInt32.self)))
            tail = UInt64(UInt32(littleEndian: name.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)))
        } else {
            head = UInt64(name[0]) | UInt64(name[count / 2]) << 8 | UInt64(name[count &- 1]) << 16
            tail = 0
        }
        return (head ^ (tail &<< 23 | tail &>> 41) ^ UInt64(count)) &* 0x9e37_79b9_7f4a_7c15
    }

    @inline(__always)
    private static func isName(_ name: UnsafeRawBufferPointer, at place: Int) -> Bool {
        let candidate = bytes(at: place)
        return candidate.count == name.count && haveSameBytes(name, UnsafeRawBufferPointer(candidate))
    }

    @inline(__always)
    private static func bytes(at place: Int) -> UnsafeBufferPointer<UInt8> {
        let start = threeDigits(SyscallNameData.offsets, place)
        let end = threeDigits(SyscallNameData.offsets, place &+ 1)
        return UnsafeBufferPointer(start: SyscallNameData.names.utf8Start + start, count: end &- start)
    }

    @inline(__always)
    private static func twoDigits(_ text: StaticString, _ index: Int) -> Int {
        let digits = text.utf8Start + 2 &* index
        return Int(digits[0] &- 48) | Int(digits[1] &- 48) &<< 6
    }

    @inline(__always)
    private static func threeDigits(_ text: StaticString, _ index: Int) -> Int {
        let digits = text.utf8Start + 3 &* index
        return Int(digits[0] &- 48) | Int(digits[1] &- 48) &<< 6 | Int(digits[2] &- 48) &<< 12
    }
}
