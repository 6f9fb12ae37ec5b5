/// Decimal fractions of whole numbers, exact: what the kernel counts in small units is told in large ones.
enum DecimalText {
    /// `value` divided by ten to the power of `decimals`, without zeros at the end.
    static func text(_ value: UInt64, decimals: Int) -> String {
        var digits = Array(String(value).utf8)
        if digits.count <= decimals {
            digits.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: decimals + 1 - digits.count), at: 0)
        }
        let point = digits.count - decimals
        var fraction = digits[point...]
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        var text = ""
        for digit in digits[..<point] { text.unicodeScalars.append(Unicode.Scalar(digit)) }
        if fraction.isEmpty { return text }
        text += "."
        for digit in fraction { text.unicodeScalars.append(Unicode.Scalar(digit)) }
        return text
    }
}
