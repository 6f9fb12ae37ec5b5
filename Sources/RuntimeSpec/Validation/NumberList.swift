/// A list of CPUs or memory nodes as the kernel writes it: `0-3,7`. Blanks around an item are accepted.
package struct NumberList: Equatable, Sendable {
    /// The ranges in the order of the list.
    package private(set) var ranges: [ClosedRange<Int>] = []

    /// The highest number that a list may hold.
    package static let highest = 65535

    /// Parses a list; nil if it is empty or not a list.
    package init?(_ text: String) {
        for item in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let range = Self.range(item) else { return nil }
            ranges.append(range)
        }
    }

    /// The numbers in ascending order, each once.
    package var numbers: [Int] {
        // However long a list is, it names no more than so many.
        var isNamed = [Bool](repeating: false, count: (ranges.map(\.upperBound).max() ?? -1) + 1)
        for range in ranges { for number in range { isNamed[number] = true } }
        return isNamed.indices.filter { isNamed[$0] }
    }

    /// Whether a text is a list for a cpuset file, where the kernel also takes empty items, a newline at the end and
    /// groups such as `0-63:2/4`.
    static func isCpusetList(_ text: String) -> Bool {
        for item in text.utf8.split(separator: UInt8(ascii: ",")) {
            let item = trimmed(item)
            guard !item.isEmpty else { continue }
            let parts = item.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count <= 2, range(parts[0]) != nil else { return false }
            guard parts.count == 2 else { continue }
            let group = parts[1].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            guard group.count == 2, let used = number(group[0]), let size = number(group[1]), used <= size else {
                return false
            }
        }
        return true
    }

    private static func range(_ item: Substring.UTF8View) -> ClosedRange<Int>? {
        let bounds = trimmed(item).split(
            separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = number(trimmed(bounds[0])) else { return nil }
        guard bounds.count == 2 else { return first...first }
        guard let last = number(trimmed(bounds[1])), first <= last else { return nil }
        return first...last
    }

    private static func number(_ digits: Substring.UTF8View) -> Int? {
        guard !digits.isEmpty else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
            guard value <= highest else { return nil }
        }
        return value
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
