import ByteStrings
import SystemdBus

/// Reads the text form of a GVariant value: `'text'`, `true`, `5`, `uint64 5`, `[1, 2]`, `@as []`.
///
/// See GLib's "GVariant Text Format". Containers other than arrays and tuples, which no property of a unit needs, are not
/// read.
struct VariantText {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    /// The whole text as one value; nil if it is none.
    mutating func parse() -> BusValue? {
        guard let value = value(type: nil, depth: 0) else { return nil }
        skipBlanks()
        return rest.isEmpty ? value : nil
    }

    private mutating func value(type: String?, depth: Int) -> BusValue? {
        skipBlanks()
        guard depth < 8, let first = rest.first else { return nil }
        switch first {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            guard let text = quoted() else { return nil }
            switch type {
            case nil, "s": return .string(text)
            case "o": return .objectPath(text)
            case "g": return .signature(text)
            default: return nil
            }
        case UInt8(ascii: "["): return array(type: type, depth: depth)
        case UInt8(ascii: "("): return tuple(type: type, depth: depth)
        case UInt8(ascii: "@"):
            rest.removeFirst()
            guard let word = word() else { return nil }
            return value(type: word, depth: depth + 1)
        default: return plain(type: type, depth: depth)
        }
    }

    /// A number, `true` or `false`, or the name of a type and its value.
    private mutating func plain(type: String?, depth: Int) -> BusValue? {
        guard let word = word() else { return nil }
        if word == "true" || word == "false" {
            return type == nil || type == "b" ? .boolean(word == "true") : nil
        }
        if let named = Self.types[word] {
            guard type == nil || type == named else { return nil }
            return value(type: named, depth: depth + 1)
        }
        return Self.number(word, type: type)
    }

    private static let types = [
        "boolean": "b", "byte": "y", "int16": "n", "uint16": "q", "int32": "i", "uint32": "u", "int64": "x",
        "uint64": "t", "double": "d", "string": "s", "objectpath": "o", "signature": "g",
    ]

    private static func number(_ word: String, type: String?) -> BusValue? {
        func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
            var digits = Substring(word)
            let isNegative = digits.hasPrefix("-")
            if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
            var radix = 10
            if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
                digits = digits.dropFirst(2)
                radix = 16
            } else if digits.hasPrefix("0"), digits.utf8.count > 1 {
                radix = 8
            }
            guard let first = digits.first, first != "-", first != "+" else { return nil }
            return Value((isNegative ? "-" : "") + digits, radix: radix)
        }
        switch type {
        case "y": return integer(UInt8.self).map { .byte($0) }
        case "n": return integer(Int16.self).map { .int16($0) }
        case "q": return integer(UInt16.self).map { .uint16($0) }
        case "i": return integer(Int32.self).map { .int32($0) }
        case "u": return integer(UInt32.self).map { .uint32($0) }
        case "x": return integer(Int64.self).map { .int64($0) }
        case "t": return integer(UInt64.self).map { .uint64($0) }
        case "d": return Double(word).map { .double($0) }
        case nil: return integer(Int32.self).map { .int32($0) } ?? Double(word).map { .double($0) }
        default: return nil
        }
    }

    private mutating func array(type: String?, depth: Int) -> BusValue? {
        if let type, !type.hasPrefix("a") { return nil }
        var element = type.map { String($0.dropFirst()) }
        guard let values = list(UInt8(ascii: "]"), depth: depth, type: { _ in element }, { element = element ?? $0 })
        else { return nil }
        // An empty array without a type could hold anything.
        guard let element, values.allSatisfy({ $0.signature == element }) else { return nil }
        return .array(element: element, values)
    }

    private mutating func tuple(type: String?, depth: Int) -> BusValue? {
        if let type, !type.hasPrefix("(") { return nil }
        guard let values = list(UInt8(ascii: ")"), depth: depth, type: { _ in nil }, { _ in }), !values.isEmpty,
            type == nil || BusValue.structure(values).signature == type
        else { return nil }
        return .structure(values)
    }

    private mutating func list(
        _ end: UInt8, depth: Int, type: (Int) -> String?, _ found: (String) -> Void
    ) -> [BusValue]? {
        rest.removeFirst()
        var values: [BusValue] = []
        while true {
            skipBlanks()
            if rest.first == end {
                rest.removeFirst()
                return values
            }
            if !values.isEmpty {
                guard rest.first == UInt8(ascii: ",") else { return nil }
                rest.removeFirst()
                skipBlanks()
                // A comma may stand before the end, as in the tuple of one.
                if rest.first == end { continue }
            }
            guard let value = value(type: type(values.count), depth: depth + 1) else { return nil }
            found(value.signature)
            values.append(value)
        }
    }

    private mutating func word() -> String? {
        let word = rest.prefix {
            ![
                UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: ","), UInt8(ascii: "]"),
                UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "'"), UInt8(ascii: "\""),
            ].contains($0)
        }
        guard !word.isEmpty else { return nil }
        rest = rest.dropFirst(word.count)
        return String(Substring(word))
    }

    private mutating func quoted() -> String? {
        let mark = rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            // A string of systemd's is text.
            if byte == mark { return String(valid: bytes[...]) }
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let next = rest.popFirst() else { return nil }
            switch next {
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "a"): bytes.append(7)
            case UInt8(ascii: "b"): bytes.append(8)
            case UInt8(ascii: "f"): bytes.append(12)
            case UInt8(ascii: "v"): bytes.append(11)
            default: bytes.append(next)
            }
        }
        return nil
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") }
    }
}
