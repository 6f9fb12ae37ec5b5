import ByteStrings

/// The place of a string in the bytes, without its quotes. Its form is checked, its escapes are not resolved yet.
package struct JSONText: Equatable, Sendable {
    package let start: Int
    package let end: Int
    package let isEscaped: Bool

    @usableFromInline init(start: Int, end: Int, isEscaped: Bool) {
        self.start = start
        self.end = end
        self.isEscaped = isEscaped
    }
}

extension JSONReader {
    /// Reads the string that `peek` has found.
    package mutating func readString() throws(JSONSyntaxError) -> String {
        string(of: try scanString())
    }

    /// Reads the string that `peek` has found, but makes no `String` of it.
    package mutating func readText() throws(JSONSyntaxError) -> JSONText { try scanString() }

    /// The string at a place that this reader has found.
    package func string(of text: JSONText) -> String {
        guard !text.isEscaped else { return String(decoding: unescaped(text), as: UTF8.self) }
        return bytes.withUnsafeBufferPointer {
            String(repairing: UnsafeBufferPointer(rebasing: $0[text.start..<text.end]))
        }
    }

    /// Reads the string that `peek` has found, as bytes.
    package mutating func readByteString() throws(JSONSyntaxError) -> ByteString {
        byteString(of: try scanString())
    }

    /// The string at a place that this reader has found, as bytes.
    package func byteString(of text: JSONText) -> ByteString {
        if text.isEscaped { return ByteString(bytes: unescaped(text)) }
        return bytes.withUnsafeBufferPointer {
            ByteString(bytes: UnsafeBufferPointer(rebasing: $0[text.start..<text.end]))
        }
    }

    /// Whether the key of the present member is a name.
    @inlinable @inline(__always)
    package func isKey(_ name: StaticString) -> Bool {
        // Most names already differ in their length.
        key.end &- key.start == name.utf8CodeUnitCount ? matchesKey(name) : key.isEscaped && matchesKey(name)
    }

    /// Whether the key of the present member is a name of ASCII letters, but for the case of its letters. As in Go, the
    /// Kelvin sign and the long s count as the letters that they look like.
    package func isKey(_ name: StaticString, ignoringCase: Void) -> Bool {
        let count = key.end - key.start
        // A letter takes six bytes at most, when it is escaped.
        guard count >= name.utf8CodeUnitCount, count <= 6 * name.utf8CodeUnitCount else { return false }
        let text = key.isEscaped ? unescaped(key)[...] : bytes[key.start..<key.end]
        return name.withUTF8Buffer { Self.isSame(text, $0) }
    }

    private static func isSame(_ text: ArraySlice<UInt8>, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = text
        for wanted in name {
            guard var found = rest.popFirst() else { return false }
            if found == 0xC5, rest.first == 0xBF {
                found = UInt8(ascii: "s")
                rest.removeFirst()
            } else if found == 0xE2, rest.starts(with: [0x84, 0xAA]) {
                found = UInt8(ascii: "k")
                rest.removeFirst(2)
            }
            guard folded(found) == folded(wanted) else { return false }
        }
        return rest.isEmpty
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    @usableFromInline func matchesKey(_ name: StaticString) -> Bool {
        name.withUTF8Buffer { matches(key, $0) }
    }

    /// Whether the string at a place that this reader has found is a text.
    package func isText(_ place: JSONText, _ text: String) -> Bool {
        var text = text
        // Most names already differ in their length.
        guard place.isEscaped || place.end - place.start == text.utf8.count else { return false }
        return text.withUTF8 { matches(place, $0) }
    }

    private func matches(_ text: JSONText, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !text.isEscaped else { return unescaped(text).elementsEqual(other) }
        guard text.end - text.start == other.count else { return false }
        return bytes.withUnsafeBytes {
            haveSameBytes(UnsafeRawBufferPointer(rebasing: $0[text.start..<text.end]), UnsafeRawBufferPointer(other))
        }
    }

    /// Reads the next value if it is a string without characters.
    package mutating func readEmptyStringIfNext() throws(JSONSyntaxError) -> Bool {
        guard try peek() == .string, isBeforeEmptyString else { return false }
        position += 2
        return true
    }

    /// Whether the string that `peek` has found has no characters.
    package var isBeforeEmptyString: Bool {
        position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "\"")
    }

    /// Whether the array that `peek` has found has no elements.
    package mutating func isBeforeEmptyArray() throws(JSONSyntaxError) -> Bool {
        let start = mark
        try beginArray()
        let isEmpty = try !nextElement()
        goBack(to: start)
        return isEmpty
    }

    /// Checks the string whose opening quote is the next byte, and goes behind its closing quote.
    mutating func scanString() throws(JSONSyntaxError) -> JSONText {
        let start = position + 1
        var isEscaped = false
        position = start
        while true {
            position = plainEnd(from: position)
            guard position < bytes.count else { throw end() }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return JSONText(start: start, end: position - 1, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                try scanEscape()
            case 0x80...:
                let length = utf8Length(at: position)
                guard length > 0 else { throw JSONSyntaxError(.invalidUTF8, at: position) }
                position += length
            default: throw unexpected(.inString)
            }
        }
    }

    /// The place of the first byte that is not plain: a quote, a backslash, a control character, or not ASCII.
    func plainEnd(from start: Int) -> Int {
        bytes.withUnsafeBytes { raw in
            var index = start
            let ones: UInt64 = 0x0101_0101_0101_0101
            while index &+ 8 <= raw.count {
                let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let quotes = word ^ (ones &* 0x22)
                let backslashes = word ^ (ones &* 0x5C)
                // The high bit of a byte that is not plain, and maybe of some behind it: only the first one counts.
                let found =
                    ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
                        | (word &- ones &* 0x20) & ~word | word) & (ones &* 0x80)
                if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
                index &+= 8
            }
            while index < raw.count {
                let byte = raw[index]
                if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { break }
                index &+= 1
            }
            return index
        }
    }

    /// Checks the escape whose backslash is the next byte, and goes behind it.
    private mutating func scanEscape() throws(JSONSyntaxError) {
        let start = position
        position += 1
        guard position < bytes.count else { throw end() }
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            let unit = try scanHexadecimal()
            if unit == 0 { hasSeenNUL = true }
            guard unit & 0xF800 == 0xD800 else { return }
            // The other half has to follow at once.
            guard unit < 0xDC00 else { throw JSONSyntaxError(.unpairedSurrogate, at: start) }
            for expected in [UInt8(ascii: "\\"), UInt8(ascii: "u")] {
                guard position < bytes.count else { throw end() }
                guard bytes[position] == expected else { throw JSONSyntaxError(.unpairedSurrogate, at: start) }
                position += 1
            }
            guard try scanHexadecimal() & 0xFC00 == 0xDC00 else {
                throw JSONSyntaxError(.unpairedSurrogate, at: start)
            }
        default: throw unexpected(.inEscape)
        }
    }

    private mutating func scanHexadecimal() throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw end() }
            guard let digit = hexadecimalDigit(bytes[position]) else { throw unexpected(.inUnicodeEscape) }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    /// The bytes of a string at a place that this reader has found, with its escapes resolved.
    package func unescaped(_ text: JSONText) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.end - text.start)
        var index = text.start
        while index < text.end {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            let letter = bytes[index]
            index += 1
            switch letter {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = hexadecimal(at: index)
                index += 4
                if scalar & 0xF800 == 0xD800 {
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + hexadecimal(at: index + 2) & 0x3FF
                    index += 6
                }
                result.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
            default: result.append(letter)
            }
        }
        return result
    }

    private func hexadecimal(at start: Int) -> UInt32 {
        bytes[start..<start + 4].reduce(0) { $0 << 4 | UInt32(hexadecimalDigit($1) ?? 0) }
    }

    /// The number of bytes of the well-formed UTF-8 sequence that starts at a place, after table 3-7 of the Unicode
    /// standard; 0 if it is not well-formed.
    private func utf8Length(at index: Int) -> Int {
        func isContinuation(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index + offset < bytes.count && range.contains(bytes[index + offset])
        }
        switch bytes[index] {
        case 0xC2...0xDF: return isContinuation(1) ? 2 : 0
        case 0xE0: return isContinuation(1, 0xA0...0xBF) && isContinuation(2) ? 3 : 0
        case 0xED: return isContinuation(1, 0x80...0x9F) && isContinuation(2) ? 3 : 0
        case 0xE1...0xEF: return isContinuation(1) && isContinuation(2) ? 3 : 0
        case 0xF0: return isContinuation(1, 0x90...0xBF) && isContinuation(2) && isContinuation(3) ? 4 : 0
        case 0xF1...0xF3: return isContinuation(1) && isContinuation(2) && isContinuation(3) ? 4 : 0
        case 0xF4: return isContinuation(1, 0x80...0x8F) && isContinuation(2) && isContinuation(3) ? 4 : 0
        default: return 0
        }
    }
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
