/// Why bytes are not one JSON value, and where the reader noticed.
///
/// It holds no text: the message is made when somebody asks. The wordings are those of Go's decoder, which people who
/// know runc have seen before.
package struct JSONSyntaxError: Error, Equatable {
    /// What is wrong.
    package enum Reason: Equatable, Sendable {
        /// There is no value at all.
        case noValue
        /// The bytes end inside the value.
        case unexpectedEnd
        /// A byte that cannot stand here.
        case invalidCharacter(UInt8, Context)
        /// The bytes of a string are not UTF-8.
        case invalidUTF8
        /// Half of a surrogate pair.
        case unpairedSurrogate
        /// More containers inside each other than the limit.
        case tooDeep(limit: Int)
        /// More bytes than the limit.
        case tooLarge(limit: Int)
    }

    /// What the reader was doing when it met a byte that cannot stand there.
    package enum Context: Equatable, Sendable {
        case beginningOfValue
        case beginningOfKey
        case afterKey
        case afterMember
        case afterElement
        case afterValue
        case inString
        case inEscape
        case inUnicodeEscape
        case inNumber
        case afterDecimalPoint
        case inExponent
        case inLiteral(StaticString, expecting: UInt8)

        package static func == (a: Context, b: Context) -> Bool { a.text == b.text }

        var text: String {
            switch self {
            case .beginningOfValue: "looking for beginning of value"
            case .beginningOfKey: "looking for beginning of object key string"
            case .afterKey: "after object key"
            case .afterMember: "after object key:value pair"
            case .afterElement: "after array element"
            case .afterValue: "after top-level value"
            case .inString: "in string literal"
            case .inEscape: "in string escape code"
            case .inUnicodeEscape: "in \\u hexadecimal character escape"
            case .inNumber: "in numeric literal"
            case .afterDecimalPoint: "after decimal point in numeric literal"
            case .inExponent: "in exponent of numeric literal"
            case .inLiteral(let literal, let expected):
                "in literal " + literal.description + " (expecting " + quoted(expected) + ")"
            }
        }
    }

    package let reason: Reason
    /// The number of bytes before the place.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// The text without the place, such as `invalid character ']' looking for beginning of object key string`.
    package var message: String {
        switch reason {
        case .noValue: "EOF"
        case .unexpectedEnd: "unexpected EOF"
        case .invalidCharacter(let byte, let context): "invalid character " + quoted(byte) + " " + context.text
        case .invalidUTF8: "invalid UTF-8 in string literal"
        case .unpairedSurrogate: "unpaired surrogate in \\u hexadecimal character escape"
        case .tooDeep(let limit): "exceeded max depth of " + String(limit)
        case .tooLarge(let limit): "larger than " + String(limit) + " bytes"
        }
    }
}

/// A byte in quotes, as Go's decoder shows it: one above 127 stands for the character of that number.
private func quoted(_ byte: UInt8) -> String {
    switch byte {
    case 0x07: return "'\\a'"
    case 0x08: return "'\\b'"
    case 0x09: return "'\\t'"
    case 0x0A: return "'\\n'"
    case 0x0B: return "'\\v'"
    case 0x0C: return "'\\f'"
    case 0x0D: return "'\\r'"
    case UInt8(ascii: "'"): return "'\\''"
    case UInt8(ascii: "\\"): return "'\\\\'"
    case 0x00..<0x20, 0x7F: return "'\\x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16) + "'"
    case 0x80..<0xA0, 0xAD: return "'\\u00" + String(byte, radix: 16) + "'"
    default: return "'" + String(Character(Unicode.Scalar(byte))) + "'"
    }
}

/// A place in a text as people count it.
package struct TextLocation: Equatable, Sendable {
    /// The line, from 1.
    package let line: Int
    /// The character in the line, from 1.
    package let column: Int

    /// The place that has a number of bytes before it.
    package init(of offset: Int, in bytes: [UInt8]) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }
}
