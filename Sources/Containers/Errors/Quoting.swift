// Texts in messages and log records as readers of runc's parse them: in logfmt, with Go's quoted strings.

/// `text` in double quotes with Go's escapes, as `%q` prints it.
package func goQuoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 2)
    appendGoQuoted(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

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
