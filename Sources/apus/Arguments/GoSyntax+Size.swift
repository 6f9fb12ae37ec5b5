/// Amounts in the syntax of docker's units package and of strconv.
extension GoSyntax {
    /// Why an amount was refused, in the words of the package that runc uses.
    struct AmountError: Error {
        let text: String
    }

    /// A decimal number without a sign.
    static func unsigned(_ text: String) throws(AmountError) -> UInt64 {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { isDigit($0) }
        if isNumber, let value = UInt64(text) { return value }
        throw refusal(of: text, by: "ParseUint", isNumber ? .range : .syntax)
    }

    /// A decimal number with an optional sign.
    static func signed(_ text: String) throws(AmountError) -> Int64 {
        do throws(NumberError) {
            return Int64(try decimal(text))
        } catch {
            throw refusal(of: text, by: "ParseInt", error)
        }
    }

    /// A number of bytes: a decimal number, which may have a fraction, then a unit of `b`, `k`, `m`, `g`, `t` or `p`, in
    /// multiples of 1024, with or without `b` or `ib` and a blank in front. `-1` is no limit.
    static func size(_ text: String) throws(AmountError) -> Int64 {
        if text == "-1" { return -1 }
        let bytes = Array(text.utf8)
        guard let last = bytes.lastIndex(where: { isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: " ") })
        else { throw AmountError(text: "invalid size: '" + text + "'") }
        let number = bytes[last] == UInt8(ascii: " ") ? bytes[..<last] : bytes[...last]
        let suffix = bytes[(last + 1)...]
        guard let value = decimalFraction(number) else {
            // A part of the argument, which is text.
            throw refusal(of: String(decoding: number, as: UTF8.self), by: "ParseFloat", .syntax)
        }
        guard number.first != UInt8(ascii: "-") else { throw AmountError(text: "invalid size: '" + text + "'") }
        guard let factor = factor(suffix) else {
            // A part of the argument, which is text.
            throw AmountError(text: "invalid suffix: '" + String(decoding: suffix.map(lowercase), as: UTF8.self) + "'")
        }
        guard let size = Int64(exactly: (value * factor).rounded(.towardZero)) else {
            throw AmountError(text: "invalid size: '" + text + "'")
        }
        return size
    }

    private static func refusal(of text: String, by function: String, _ reason: NumberError) -> AmountError {
        AmountError(text: "strconv." + function + ": parsing \"" + text + "\": " + reason.text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }

    /// How many bytes the unit stands for; nil if it is none.
    private static func factor(_ suffix: ArraySlice<UInt8>) -> Double? {
        let letters = suffix.map(lowercase)
        guard let first = letters.first else { return 1 }
        if first == UInt8(ascii: "b") { return letters.count == 1 ? 1 : nil }
        guard let power = Array("kmgtp".utf8).firstIndex(of: first) else { return nil }
        guard
            letters.count == 1 || letters.dropFirst().elementsEqual("b".utf8)
                || letters.dropFirst().elementsEqual("ib".utf8)
        else { return nil }
        return Double(1 << (10 * (power + 1)))
    }

    /// The value of digits with at most one point among them, a sign in front and an exponent behind; nil for others.
    private static func decimalFraction(_ bytes: ArraySlice<UInt8>) -> Double? {
        var mantissa = bytes
        if let sign = mantissa.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            mantissa = mantissa.dropFirst()
        }
        var digits = 0
        var points = 0
        for byte in mantissa {
            if isDigit(byte) {
                digits += 1
            } else if byte == UInt8(ascii: ".") {
                points += 1
            } else if byte | 0x20 == UInt8(ascii: "e"), digits > 0 {
                break
            } else {
                return nil
            }
        }
        guard digits > 0, points <= 1 else { return nil }
        // Digits, signs, points and letters of ASCII; the standard library wants a digit on both sides of a point.
        var text = String(decoding: mantissa, as: UTF8.self)
        if text.hasPrefix(".") { text = "0" + text }
        if text.hasSuffix(".") { text += "0" }
        return Double(text)
    }
}
