/// A list of numbers as the kernel writes it: `0-3,7`. See cpuset(7), "List format".
package enum NumberList {
    /// More than any kernel has processors or memory nodes.
    private static let maximum = 65535

    /// The numbers of `text`, blanks between them allowed; nil when it is no list.
    package static func parse(_ text: String) -> [Int]? {
        var numbers: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map { trimmed($0) }
            guard bounds.count <= 2, let first = number(bounds[0]), let last = number(bounds[bounds.count - 1]),
                first <= last
            else { return nil }
            numbers += first...last
        }
        return numbers
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.utf8.first == UInt8(ascii: " ") { text.removeFirst() }
        while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
        return text
    }

    private static func number(_ text: Substring) -> Int? {
        // Int(_:) would take a sign.
        guard let first = text.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            let value = Int(text), value <= maximum
        else { return nil }
        return value
    }
}
