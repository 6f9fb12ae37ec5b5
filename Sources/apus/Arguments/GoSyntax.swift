/// Numbers and words in the syntax of Go's flag and strconv packages, which the callers of runc write.
enum GoSyntax {
    /// Why a number was refused.
    enum NumberError: Error {
        case syntax
        case range

        /// The reason in the words of strconv.
        var text: String {
            switch self {
            case .syntax: "invalid syntax"
            case .range: "value out of range"
            }
        }
    }

    /// A boolean word; nil for any other text.
    static func bool(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    /// A whole number with an optional sign: decimal, or of base 16, 8 or 2 with the prefixes `0x`, `0o`, `0`, `0b`,
    /// and with `_` between digits.
    static func integer(_ text: String) throws(NumberError) -> Int {
        var digits = text.utf8[...]
        let isNegative = takeSign(&digits)
        var base = 10
        if digits.count > 1, digits.first == UInt8(ascii: "0") {
            switch digits[digits.index(after: digits.startIndex)] | 0x20 {
            case UInt8(ascii: "x"): base = 16
            case UInt8(ascii: "o"): base = 8
            case UInt8(ascii: "b"): base = 2
            default: return try magnitude(digits, base: 8, isNegative, separator: .afterDigit)
            }
            return try magnitude(digits.dropFirst(2), base: base, isNegative, separator: .afterPrefix)
        }
        return try magnitude(digits, base: base, isNegative, separator: .afterDigit)
    }

    /// A decimal number with an optional sign.
    static func decimal(_ text: String) throws(NumberError) -> Int {
        var digits = text.utf8[...]
        let isNegative = takeSign(&digits)
        return try magnitude(digits, base: 10, isNegative, separator: .refused)
    }

    private enum Separator {
        case refused
        /// `_` must stand between digits.
        case afterDigit
        /// `_` may also stand behind the prefix.
        case afterPrefix
    }

    private static func takeSign(_ digits: inout Substring.UTF8View) -> Bool {
        let first = digits.first
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        return first == UInt8(ascii: "-")
    }

    private static func magnitude(
        _ digits: Substring.UTF8View, base: Int, _ isNegative: Bool, separator: Separator
    ) throws(NumberError) -> Int {
        var result = 0
        var overflowed = false
        var hasDigits = false
        var maySeparate = separator == .afterPrefix
        var endsWithSeparator = false
        for byte in digits {
            let digit: Int
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = Int(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = Int(byte - UInt8(ascii: "a")) + 10
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = Int(byte - UInt8(ascii: "A")) + 10
            case UInt8(ascii: "_"):
                guard maySeparate else { throw .syntax }
                maySeparate = false
                endsWithSeparator = true
                continue
            default: throw .syntax
            }
            guard digit < base else { throw .syntax }
            hasDigits = true
            maySeparate = separator != .refused
            endsWithSeparator = false
            let (product, tooBig) = result.multipliedReportingOverflow(by: base)
            let (sum, tooFar) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            overflowed = overflowed || tooBig || tooFar
            result = sum
        }
        guard hasDigits, !endsWithSeparator else { throw .syntax }
        guard !overflowed else { throw .range }
        return result
    }
}
