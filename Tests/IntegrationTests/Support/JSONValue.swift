/// A JSON value that a test reads or bends freely.
///
/// The tests do not use the project's own types for configurations: a broken configuration must be possible to write, and a
/// mistake in the types must not hide itself. Numbers keep their text.
@dynamicMemberLookup
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// A member of an object; `null` when there is none. Setting makes objects on the way.
    subscript(dynamicMember name: String) -> JSONValue {
        get { self[name] }
        set { self[name] = newValue }
    }

    subscript(name: String) -> JSONValue {
        get {
            guard case .object(let members) = self else { return .null }
            return members[name] ?? .null
        }
        set {
            var members: [String: JSONValue] = [:]
            if case .object(let present) = self { members = present }
            members[name] = newValue
            self = .object(members)
        }
    }

    subscript(index: Int) -> JSONValue {
        get {
            guard case .array(let items) = self, items.indices.contains(index) else { return .null }
            return items[index]
        }
        set {
            guard case .array(var items) = self, items.indices.contains(index) else { return }
            items[index] = newValue
            self = .array(items)
        }
    }

    /// Takes a member out of an object.
    mutating func remove(_ name: String) {
        guard case .object(var members) = self else { return }
        members[name] = nil
        self = .object(members)
    }

    /// Adds to the end of an array; a missing array is made.
    mutating func append(_ value: JSONValue) { self = .array(items + [value]) }

    /// Takes the elements out of an array that `unwanted` names.
    mutating func removeAll(where unwanted: (JSONValue) -> Bool) { self = .array(items.filter { !unwanted($0) }) }

    var items: [JSONValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var integer: Int? {
        guard case .number(let digits) = self else { return nil }
        return Int(digits)
    }

    init(_ strings: [String]) { self = .array(strings.map { .string($0) }) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .number("\(value)") }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    init(nilLiteral: ()) { self = .null }
    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as JSON, members sorted by name.
    var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): Self.quoted(text)
        case .array(let items): "[" + items.map(\.description).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { Self.quoted($0.key) + ":" + $0.value.description }
                .joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}

extension JSONValue {
    struct SyntaxError: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads the first JSON value of `text`; only white space may follow.
    init(parsing text: String) throws {
        var parser = Parser(bytes: Array(text.utf8))
        self = try parser.value()
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw parser.failure("something follows the value") }
    }

    private struct Parser {
        let bytes: [UInt8]
        var position = 0

        func failure(_ reason: String) -> SyntaxError {
            let start = max(0, position - 30)
            let near = String(decoding: bytes[start..<min(bytes.count, position + 30)], as: UTF8.self)
            return SyntaxError(description: "\(reason) at byte \(position), near: \(near)")
        }

        mutating func skipSpace() {
            while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        }

        mutating func take(_ literal: StaticString, as value: JSONValue) throws -> JSONValue {
            let wanted = Array(literal.description.utf8)
            guard bytes[position...].starts(with: wanted) else { throw failure("unknown word") }
            position += wanted.count
            return value
        }

        mutating func next(_ expected: UInt8) throws {
            skipSpace()
            guard position < bytes.count, bytes[position] == expected else {
                throw failure("expected \(Character(Unicode.Scalar(expected)))")
            }
            position += 1
        }

        mutating func ahead(_ byte: UInt8) -> Bool {
            skipSpace()
            return position < bytes.count && bytes[position] == byte
        }

        mutating func value() throws -> JSONValue {
            skipSpace()
            guard position < bytes.count else { throw failure("the text ends") }
            switch bytes[position] {
            case UInt8(ascii: "n"): return try take("null", as: .null)
            case UInt8(ascii: "t"): return try take("true", as: .bool(true))
            case UInt8(ascii: "f"): return try take("false", as: .bool(false))
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "["):
                position += 1
                var items: [JSONValue] = []
                while !ahead(UInt8(ascii: "]")) {
                    if !items.isEmpty { try next(UInt8(ascii: ",")) }
                    items.append(try value())
                }
                position += 1
                return .array(items)
            case UInt8(ascii: "{"):
                position += 1
                var members: [String: JSONValue] = [:]
                while !ahead(UInt8(ascii: "}")) {
                    if !members.isEmpty { try next(UInt8(ascii: ",")) }
                    skipSpace()
                    let name = try string()
                    try next(UInt8(ascii: ":"))
                    members[name] = try value()
                }
                position += 1
                return .object(members)
            default:
                let start = position
                while position < bytes.count, "+-.0123456789eE".utf8.contains(bytes[position]) { position += 1 }
                guard start < position else { throw failure("no value") }
                return .number(String(decoding: bytes[start..<position], as: UTF8.self))
            }
        }

        mutating func string() throws -> String {
            try next(UInt8(ascii: "\""))
            var units: [UInt8] = []
            while true {
                guard position < bytes.count else { throw failure("the string does not end") }
                let byte = bytes[position]
                position += 1
                if byte == UInt8(ascii: "\"") { return String(decoding: units, as: UTF8.self) }
                guard byte == UInt8(ascii: "\\") else {
                    units.append(byte)
                    continue
                }
                guard position < bytes.count else { throw failure("the string does not end") }
                let kind = bytes[position]
                position += 1
                switch kind {
                case UInt8(ascii: "n"): units.append(0x0A)
                case UInt8(ascii: "t"): units.append(0x09)
                case UInt8(ascii: "r"): units.append(0x0D)
                case UInt8(ascii: "b"): units.append(0x08)
                case UInt8(ascii: "f"): units.append(0x0C)
                case UInt8(ascii: "u"):
                    guard position + 4 <= bytes.count,
                        let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
                    else { throw failure("bad escape") }
                    position += 4
                    units.append(contentsOf: Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8))
                default: units.append(kind)
                }
            }
        }
    }
}
