/// The known names that somebody may have meant by an unknown one.
package enum NearestName {
    /// What to add to a message about `name`: the nearest of `known`, or nothing when none is near.
    package static func hint(for name: String, among known: [String]) -> String {
        let near = matches(for: name, among: known)
        return near.isEmpty ? "" : " (did you mean " + near.joined(separator: " or ") + "?)"
    }

    /// The nearest names, at most three, in the order of `known`: those that differ in case, lack the common prefix, are
    /// shortened, or have few wrong letters.
    package static func matches(for name: String, among known: [String]) -> [String] {
        guard (1...longest).contains(name.utf8.count) else { return [] }
        let prefix = commonPrefix(of: known)
        let wanted = core(of: name, prefix)
        guard !wanted.isEmpty else { return [] }
        // Of one or two letters every other word of that length is near.
        var best = wanted.count < 3 ? 1 : max(1, wanted.count / 3) + 1
        var result: [String] = []
        for candidate in known {
            let letters = core(of: candidate, prefix)
            var distance = distance(wanted, letters, atMost: best)
            // "net" is network and "mnt" is mount, however many letters are missing.
            if known.count <= mostShortened, wanted.count >= 3, isShortened(wanted, letters) {
                distance = min(distance, 1)
            }
            guard distance < best || (distance == best && !result.isEmpty) else { continue }
            if distance < best { result = [] }
            best = distance
            if result.count < 3 { result.append(candidate) }
        }
        return result
    }

    private static let longest = 64
    /// Among more names than this, too many have all the letters of a short one.
    private static let mostShortened = 64

    /// What all names start with, up to its last underscore.
    private static func commonPrefix(of names: [String]) -> [UInt8] {
        guard names.count > 1, let first = names.first else { return [] }
        var prefix = Array(first.utf8)
        for name in names {
            let count = zip(prefix, name.utf8).prefix { $0 == $1 }.count
            prefix.removeLast(prefix.count - count)
        }
        guard let end = prefix.lastIndex(of: UInt8(ascii: "_")) else { return [] }
        return prefix[...end].map(lowered)
    }

    /// The letters that tell a name from the others.
    private static func core(of name: String, _ prefix: [UInt8]) -> [UInt8] {
        let letters = name.utf8.map(lowered)
        return letters.starts(with: prefix) ? Array(letters.dropFirst(prefix.count)) : letters
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Whether `short` is `word` without some letters, but with its first one.
    private static func isShortened(_ short: [UInt8], _ word: [UInt8]) -> Bool {
        guard short.count < word.count, short.first == word.first else { return false }
        var rest = word[...]
        for letter in short {
            guard let place = rest.firstIndex(of: letter) else { return false }
            rest = rest[(place + 1)...]
        }
        return true
    }

    /// How many letters have to be put in, left out, changed or exchanged with their neighbour to make one word the other;
    /// more than `limit` is not counted.
    private static func distance(_ left: [UInt8], _ right: [UInt8], atMost limit: Int) -> Int {
        guard abs(left.count - right.count) <= limit else { return limit + 1 }
        var before: [Int] = []
        var previous = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    previous[column + 1] + 1, current[column] + 1, previous[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, before[column - 1] + 1)
                }
                current.append(cost)
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}
