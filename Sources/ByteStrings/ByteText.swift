extension ByteString: CustomStringConvertible {
    /// The string for people. Bytes that are not UTF-8 are shown as `\xNN`, so that different strings look different;
    /// control characters stay as they are, and are the business of whoever quotes.
    public var text: String {
        guard !storage.isEmpty else { return "" }
        if let text = validText { return text }
        return self[0..<count].withUnsafeBufferPointer { Self.repaired($0) }
    }

    /// Whether every byte is one of ASCII, and so a character of its own.
    public var isASCII: Bool { storage.withUnsafeBufferPointer { String.isASCII($0) } }

    /// The string as text; nil when it is not UTF-8.
    public var validText: String? {
        String(valid: self[0..<count])
    }

    /// Whether the string is text, in UTF-8.
    public var isText: Bool { isASCII || validText != nil }

    /// The same as `text`.
    public var description: String { text }

    private static func repaired(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var result = ""
        var position = 0
        while position < bytes.count {
            var length = 1
            switch bytes[position] {
            case 0xc2...0xdf: length = 2
            case 0xe0...0xef: length = 3
            case 0xf0...0xf4: length = 4
            default: break
            }
            let end = position + length
            if end <= bytes.count,
                let text = String(valid: UnsafeBufferPointer(rebasing: bytes[position..<end]))
            {
                result += text
                position = end
            } else {
                let digits = String(bytes[position], radix: 16)
                result += digits.utf8.count == 1 ? "\\x0" + digits : "\\x" + digits
                position += 1
            }
        }
        return result
    }
}

extension String {
    /// The text of bytes; nil when they are not UTF-8.
    ///
    /// The standard library's way makes the types of its generic decoder first, even for bytes that are ASCII, as nearly all are.
    package init?(valid bytes: UnsafeBufferPointer<UInt8>) {
        if Self.isASCII(bytes) {
            self.init(ascii: bytes)
        } else {
            self.init(validating: bytes, as: UTF8.self)
        }
    }

    /// The text of bytes, of which those that are not UTF-8 become U+FFFD.
    package init(repairing bytes: UnsafeBufferPointer<UInt8>) {
        // Of longer ones the library looks for itself what they are.
        if bytes.count <= Self.mostWithin, Self.isASCII(bytes) {
            self.init(ascii: bytes)
        } else {
            self.init(decoding: bytes, as: UTF8.self)
        }
    }

    /// How many bytes a string holds without memory of its own.
    private static let mostWithin = 15

    private init(ascii bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count <= Self.mostWithin else {
            self.init(decoding: bytes, as: UTF8.self)
            return
        }
        // Made here, and not far away in the standard library.
        self.init(unsafeUninitializedCapacity: Self.mostWithin) { text in
            for index in 0..<bytes.count { text[index] = bytes[index] }
            return bytes.count
        }
    }

    fileprivate static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let (memory, count) = (UnsafeRawBufferPointer(bytes), bytes.count)
        var all: UInt64 = 0
        var place = 0
        while place &+ 8 <= count {
            all |= memory.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            place &+= 8
        }
        while place < count {
            all |= UInt64(memory[place])
            place &+= 1
        }
        return all & 0x8080_8080_8080_8080 == 0
    }

    /// The same of a part of an array.
    package init?(valid bytes: ArraySlice<UInt8>) {
        guard let text = bytes.withUnsafeBufferPointer({ String(valid: $0) }) else { return nil }
        self = text
    }
}

extension ByteString {
    /// The bytes as two hexadecimal digits each.
    public var hexadecimal: String {
        var text = ""
        for byte in self { text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return text
    }

    /// Reads bytes of two hexadecimal digits each; nil for anything else.
    public init?(hexadecimal digits: ByteString) {
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(ofDigit: digits[place]), let low = Self.value(ofDigit: digits[place + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.init(bytes: bytes)
    }

    /// The number in hexadecimal digits, of which lower case letters are some; nil for anything else, and for one of more
    /// than 64 bits.
    public var hexadecimalNumber: UInt64? {
        guard (1...16).contains(count) else { return nil }
        var number: UInt64 = 0
        for digit in self {
            guard let value = Self.value(ofDigit: digit) else { return nil }
            number = number << 4 | UInt64(value)
        }
        return number
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension ByteString: CustomDebugStringConvertible {
    /// The text in quotation marks.
    public var debugDescription: String { "\"" + text + "\"" }
}

extension Path: CustomStringConvertible {
    /// The path for people.
    public var text: String { bytes.text }
    /// The same as `text`.
    public var description: String { text }
}

extension PathComponent: CustomStringConvertible {
    /// The name for people.
    public var text: String { bytes.text }
    /// The same as `text`.
    public var description: String { text }
}

// Messages are put together from words and from names; only the names are bytes.

/// A message followed by the text of a path.
package func + (message: String, path: Path) -> String { message + path.text }
/// A message followed by the text of bytes.
package func + (message: String, bytes: ByteString) -> String { message + bytes.text }
/// The text of a path followed by a message.
package func + (path: Path, message: String) -> String { path.text + message }
