import ByteStrings

/// Reads the settings of a TOML document: tables, inline or not, arrays, and strings of every kind. See the TOML
/// specification, version 1.0.
///
/// What is no TOML is passed over up to the end of its line: an engine that reads the file says so itself.
struct TOMLReader {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var settings: [EngineSettings.Setting] = []

    /// How deep arrays and inline tables are read.
    private static let greatestDepth = 32

    init(_ text: ByteString) { bytes = Array(text.bytes) }

    mutating func read() {
        var table: [ByteString] = []
        while true {
            skipBlanks(andLines: true)
            guard next != nil else { return }
            if skip("[") {
                // That of an array of tables has two brackets.
                _ = skip("[")
                table = keys()
            } else {
                let keys = keys()
                if !keys.isEmpty, skip("=") { readSetting(table + keys, depth: 0) }
            }
            skipLine()
        }
    }

    private mutating func readSetting(_ path: [ByteString], depth: Int) {
        guard let values = value(path, depth: depth) else { return }
        settings.append(EngineSettings.Setting(path, values))
    }

    /// A value: its text, or those of an array's elements; nil for a table, whose settings are read themselves, and for what
    /// is no value.
    private mutating func value(_ path: [ByteString], depth: Int) -> [ByteString]? {
        guard depth < Self.greatestDepth else { return nil }
        skipBlanks()
        switch next {
        case UInt8(ascii: "["): return array(path, depth: depth)
        case UInt8(ascii: "{"):
            readTable(path, depth: depth)
            return nil
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return string().map { [$0] }
        default:
            let word = take { !Self.ends.contains($0) }
            return word.isEmpty ? nil : [word]
        }
    }

    /// What ends a number, a date or a word.
    private static let ends = Array(" \t\r\n,]}#".utf8)

    private mutating func array(_ path: [ByteString], depth: Int) -> [ByteString] {
        var values: [ByteString] = []
        position += 1
        while true {
            skipBlanks(andLines: true)
            if next == nil || skip("]") { return values }
            if skip(",") { continue }
            let start = position
            values += value(path, depth: depth + 1) ?? []
            // No value: what is left of the line says no more.
            if position == start { return values }
        }
    }

    private mutating func readTable(_ path: [ByteString], depth: Int) {
        position += 1
        while true {
            skipBlanks(andLines: true)
            if next == nil || skip("}") { return }
            if skip(",") { continue }
            let keys = keys()
            guard !keys.isEmpty, skip("=") else { return }
            readSetting(path + keys, depth: depth + 1)
        }
    }

    /// Names with points between them.
    private mutating func keys() -> [ByteString] {
        var keys: [ByteString] = []
        repeat {
            skipBlanks()
            let isQuoted = next == UInt8(ascii: "\"") || next == UInt8(ascii: "'")
            guard let key = isQuoted ? string() : bareKey() else { return keys }
            keys.append(key)
        } while skip(".")
        return keys
    }

    private mutating func bareKey() -> ByteString? {
        let key = take {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return key.isEmpty ? nil : key
    }

    // MARK: - Strings

    /// A string of one line or several, with escapes or without; nil if it has no end.
    private mutating func string() -> ByteString? {
        guard let mark = next else { return nil }
        let isLong = bytes[position...].starts(with: [mark, mark, mark])
        position += isLong ? 3 : 1
        // A line's end right behind the marks is not of the string.
        if isLong, let end = [[10], [13, 10]].first(where: { bytes[position...].starts(with: $0) }) {
            position += end.count
        }
        var text: [UInt8] = []
        while let byte = next {
            if byte == mark, !isLong || bytes[position...].starts(with: [mark, mark, mark]) {
                position += isLong ? 3 : 1
                return ByteString(bytes: text)
            }
            if byte == UInt8(ascii: "\n"), !isLong { return nil }
            position += 1
            if byte == UInt8(ascii: "\\"), mark == UInt8(ascii: "\"") {
                addEscape(to: &text)
            } else {
                text.append(byte)
            }
        }
        return nil
    }

    private mutating func addEscape(to text: inout [UInt8]) {
        guard let kind = next else { return }
        position += 1
        switch kind {
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = bytes[position...].prefix(kind == UInt8(ascii: "u") ? 4 : 8)
            position += digits.count
            guard let number = UInt32(Substring(decoding: digits, as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(number)
            else { return }
            text += Array(String(Character(scalar)).utf8)
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
            // It joins the line with the next word.
            _ = take { [32, 9, 13, 10].contains($0) }
        default: text.append(kind)
        }
    }

    // MARK: - Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Passes the bytes that are wanted.
    private mutating func take(_ isWanted: (UInt8) -> Bool) -> ByteString {
        let start = position
        while let byte = next, isWanted(byte) { position += 1 }
        return ByteString(bytes: bytes[start..<position])
    }

    private mutating func skipBlanks(andLines: Bool = false) {
        while let byte = next {
            switch byte {
            case 32, 9, 13: position += 1
            case 10 where andLines: position += 1
            case UInt8(ascii: "#"): skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() { _ = take { $0 != UInt8(ascii: "\n") } }

    private mutating func skipLine() {
        skipComment()
        if next != nil { position += 1 }
    }

    /// Whether the byte comes next, behind blanks of its line; then it is passed.
    private mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }
}
