/// The fields of a line of /proc/PID/stat, from the front to the back. See proc_pid_stat(5).
///
/// The name of the program may hold blanks and parentheses, so fields count from the last one.
struct StatusFields {
    private let line: UnsafeRawBufferPointer
    /// Where the name is.
    let name: Range<Int>
    /// The field that begins at `position`, as the manual page counts.
    private var field = 3
    private var position: Int

    /// Finds the name; nil where there is none.
    init?(_ line: UnsafeRawBufferPointer) {
        var open = 0
        while open < line.count, line[open] != UInt8(ascii: "(") { open &+= 1 }
        guard let close = Self.lastParenthesis(line, from: open), close + 2 < line.count else { return nil }
        self.line = line
        name = (open + 1)..<close
        position = close + 2
    }

    private static func lastParenthesis(_ line: UnsafeRawBufferPointer, from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var end = line.count
        // Eight bytes at a time, as long as none of them is one.
        while end &- start > 8 {
            let word = line.loadUnaligned(fromByteOffset: end &- 8, as: UInt64.self)
            let differences = word ^ (ones &* UInt64(UInt8(ascii: ")")))
            if (differences &- ones) & ~differences & (ones &* 0x80) != 0 { break }
            end &-= 8
        }
        while end > start {
            end &-= 1
            if line[end] == UInt8(ascii: ")") { return end }
        }
        return nil
    }

    /// The letter of the process's state.
    var state: UInt8 { line[name.upperBound + 2] }

    /// Goes on to a field and reads it; nil if there is none, or no number without a sign.
    mutating func number(_ wanted: Int) -> UInt64? {
        var index = position
        while field < wanted {
            while index < line.count, line[index] != UInt8(ascii: " ") { index &+= 1 }
            guard index < line.count else { return nil }
            index &+= 1
            field &+= 1
        }
        position = index
        var value: UInt64 = 0
        while index < line.count, line[index] != UInt8(ascii: " "), line[index] != UInt8(ascii: "\n") {
            let digit = line[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt64(digit)
            index &+= 1
        }
        return index > position ? value : nil
    }
}
