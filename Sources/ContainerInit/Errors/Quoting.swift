import ByteStrings

// Texts in messages and log records as readers of runc's parse them: in logfmt, with Go's quoted strings.

/// `text` in double quotes with Go's escapes, as `%q` prints it.
package func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 2)
    appendGoQuoted(text, to: &bytes)
    // Made of a text, for people.
    return String(decoding: bytes, as: UTF8.self)
}

/// Bytes in double quotes with Go's escapes.
package func quoted(_ bytes: ByteString) -> String { quoted(bytes.text) }

/// A path in double quotes with Go's escapes.
package func quoted(_ path: Path) -> String { quoted(path.text) }

/// Appends a value of a logfmt record: bare when it has only letters, digits and `-._/@^+`, otherwise quoted.
package func appendLogValue(_ text: String, to bytes: inout [UInt8]) {
    let isBare = text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: "^"), UInt8(ascii: "+"):
            true
        default: false
        }
    }
    if isBare { bytes += text.utf8 } else { appendGoQuoted(text, to: &bytes) }
}

/// Appends `text` in double quotes with Go's escapes.
package func appendGoQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": bytes += "\\\"".utf8
        case "\\": bytes += "\\\\".utf8
        case "\u{07}": bytes += "\\a".utf8
        case "\u{08}": bytes += "\\b".utf8
        case "\u{0c}": bytes += "\\f".utf8
        case "\n": bytes += "\\n".utf8
        case "\r": bytes += "\\r".utf8
        case "\t": bytes += "\\t".utf8
        case "\u{0b}": bytes += "\\v".utf8
        case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        case "\u{00}"..."\u{1f}", "\u{7f}":
            bytes += "\\x".utf8
            appendHex(scalar.value, digits: 2, to: &bytes)
        default:
            if isPrintable(scalar) {
                bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            } else if scalar.value < 0x10000 {
                bytes += "\\u".utf8
                appendHex(scalar.value, digits: 4, to: &bytes)
            } else {
                bytes += "\\U".utf8
                appendHex(scalar.value, digits: 8, to: &bytes)
            }
        }
    }
    bytes.append(UInt8(ascii: "\""))
}

/// What Go's `unicode.IsPrint` says of a scalar that is not ASCII.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator, .paragraphSeparator:
        false
    default: true
    }
}

private func appendHex(_ value: UInt32, digits: Int, to bytes: inout [UInt8]) {
    for shift in stride(from: (digits - 1) * 4, through: 0, by: -4) {
        let digit = UInt8(truncatingIfNeeded: value >> UInt32(shift) & 0xf)
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
}

/// `text` as a part of a message of one line: control characters as escapes, and the middle of what is longer than
/// `limit` bytes left out.
package func oneLine(_ text: String, limit: Int = 1200) -> String {
    let isPlain = text.utf8.count <= limit && !text.unicodeScalars.contains { isControl($0) }
    if isPlain { return text }
    var result = ""
    for scalar in shortened(text, limit).unicodeScalars {
        switch scalar {
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case _ where isControl(scalar):
            var bytes: [UInt8] = []
            appendHex(scalar.value, digits: scalar.value > 0xff ? 4 : 2, to: &bytes)
            // Hexadecimal digits.
            result += (scalar.value > 0xff ? "\\u" : "\\x") + String(decoding: bytes, as: UTF8.self)
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// What a terminal or a reader of lines would not just show: C0, DEL, C1 and the separators of lines.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029: true
    default: false
    }
}

private func shortened(_ text: String, _ limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    let bytes = text.utf8
    // For people; a character that is cut in two is shown as such.
    let head = String(decoding: bytes.prefix(limit * 3 / 4), as: UTF8.self)
    let tail = String(decoding: bytes.suffix(limit / 4), as: UTF8.self)  // for people, too
    return head + "…" + tail
}

extension String {
    /// The lines of a text on one, with commas between them, for people.
    package var replacingLineFeeds: String {
        utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }.joined(separator: ", ")
    }
}
