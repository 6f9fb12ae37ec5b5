import ByteStrings

/// Appends one JSON value to bytes, in the layout of Go's encoder: the same escapes, and with an indent the same line
/// breaks. The caller writes members and elements in order; commas and blanks are put in here.
package struct JSONWriter {
    /// How the value is laid out.
    package enum Indent: Equatable, Sendable {
        /// On one line, without blanks.
        case compact
        /// A line per member and element, each level by some blanks.
        case blanks(Int)
        /// A line per member and element, each level by a tab.
        case tab
    }

    /// What has been written.
    package private(set) var bytes: [UInt8]
    private let indent: Indent
    private var depth = 0
    private var isFirst = true
    private var isAfterKey = false

    /// Appends to bytes that may be there already.
    package init(indent: Indent = .compact, appendingTo bytes: [UInt8] = []) {
        self.indent = indent
        self.bytes = bytes
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes the key of the next value, which is ASCII and needs no escapes.
    package mutating func key(_ name: StaticString) {
        separate()
        appendString(ascii: name)
        endKey()
    }

    /// Writes the key of the next value.
    package mutating func key(_ name: String) {
        separate()
        appendString(name)
        endKey()
    }

    /// Writes a string of ASCII that needs no escapes.
    package mutating func string(ascii value: StaticString) {
        separate()
        appendString(ascii: value)
    }

    package mutating func string(_ value: String) {
        separate()
        appendString(value)
    }

    /// Writes the key of the next value.
    package mutating func key(_ name: ByteString) {
        separate()
        appendString(name)
        endKey()
    }

    /// Writes bytes as a string. As in Go, those that are not UTF-8 become U+FFFD: JSON knows only text.
    package mutating func string(_ value: ByteString) {
        separate()
        appendString(value)
    }

    package mutating func integer(_ value: Int) { integer(Int64(value)) }
    package mutating func integer(_ value: Int32) { integer(Int64(value)) }
    package mutating func integer(_ value: UInt16) { integer(UInt64(value)) }
    package mutating func integer(_ value: UInt32) { integer(UInt64(value)) }

    package mutating func integer(_ value: Int64) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(of: value.magnitude)
    }

    package mutating func integer(_ value: UInt64) {
        separate()
        appendDigits(of: value)
    }

    package mutating func boolean(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
    }

    package mutating func null() {
        separate()
        append("null")
    }

    /// Writes bytes that are one JSON value already, as they are.
    package mutating func value(encoded value: [UInt8]) {
        separate()
        bytes.append(contentsOf: value)
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        isFirst = true
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        if !isFirst { breakLine() }
        isFirst = false
        bytes.append(bracket)
    }

    private mutating func separate() {
        if isAfterKey {
            isAfterKey = false
            return
        }
        guard depth > 0 else { return }
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        breakLine()
    }

    private mutating func endKey() {
        bytes.append(UInt8(ascii: ":"))
        if indent != .compact { bytes.append(UInt8(ascii: " ")) }
        isAfterKey = true
    }

    private mutating func breakLine() {
        switch indent {
        case .compact: return
        case .blanks(let count):
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * count))
        case .tab:
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: "\t"), count: depth))
        }
    }

    private mutating func appendString(ascii text: StaticString) {
        bytes.append(UInt8(ascii: "\""))
        append(text)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func appendDigits(of value: UInt64) {
        var rest = value
        var count = 1
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: count))
        rest = value
        var index = bytes.count
        repeat {
            index -= 1
            bytes[index] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
    }
}

extension JSONWriter {
    private mutating func appendString(_ value: ByteString) {
        // Nearly always it needs no text in between.
        let isPlain = value[0..<value.count].withUnsafeBytes { appendPlain($0) }
        if !isPlain { appendString(value[0..<value.count].withUnsafeBufferPointer { String(repairing: $0) }) }
    }

    /// Writes a string of ASCII in which nothing has to be escaped; false for any other, of which nothing is written.
    private mutating func appendPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        guard Self.isPlain(text) else { return false }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text)
        bytes.append(UInt8(ascii: "\""))
        return true
    }

    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = 0
        while index &+ 8 <= text.count {
            let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // Zero where a byte is one of a pair that differs in one bit: " and &, < and >.
            let quotes = (word & ~(ones &* 0x04)) ^ (ones &* 0x22)
            let brackets = (word & ~(ones &* 0x02)) ^ (ones &* 0x3C)
            let backslashes = word ^ (ones &* 0x5C)
            let found =
                (quotes &- ones) & ~quotes | (brackets &- ones) & ~brackets | (backslashes &- ones) & ~backslashes
                | (word &- ones &* 0x20) & ~word | word
            if found & (ones &* 0x80) != 0 { return false }
            index &+= 8
        }
        while index < text.count {
            if text[index] >= 0x80 || needsEscape(text[index]) { return false }
            index &+= 1
        }
        return true
    }

    private mutating func appendString(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { utf8 in
            var plainStart = 0
            var index = 0
            while index < utf8.count {
                let byte = utf8[index]
                let isSeparator =
                    byte == 0xE2 && index + 2 < utf8.count && utf8[index + 1] == 0x80 && utf8[index + 2] & 0xFE == 0xA8
                guard isSeparator || Self.needsEscape(byte) else {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: utf8[plainStart..<index])
                if isSeparator {
                    append(utf8[index + 2] == 0xA8 ? "\\u2028" : "\\u2029")
                    index += 3
                } else {
                    appendEscape(of: byte)
                    index += 1
                }
                plainStart = index
            }
            bytes.append(contentsOf: utf8[plainStart...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Go also escapes what could end a script in a page.
    private static func needsEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "&"):
            true
        default: false
        }
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        default:
            append("\\u00")
            for digit in [byte >> 4, byte & 0xF] {
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
