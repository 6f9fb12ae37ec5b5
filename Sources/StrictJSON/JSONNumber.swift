/// A number as it stands in the bytes. It never goes through a floating-point value, so every 64-bit integer is exact.
package struct JSONNumber: Equatable, Sendable {
    /// Whether it has neither a fraction nor an exponent.
    package let isInteger: Bool
    let isNegative: Bool
    /// The digits as a value; nil if they do not fit.
    let magnitude: UInt64?
    let start: Int
    let end: Int

    /// The number as an integer of any type, if it is one and fits. Reading many numbers of one type goes faster through
    /// `signed` and `unsigned`.
    package func value<Integer: FixedWidthInteger>(as type: Integer.Type = Integer.self) -> Integer? {
        if let signed { return Integer(exactly: signed) }
        return unsigned.flatMap { Integer(exactly: $0) }
    }

    /// The number, if it is an integer and fits.
    package var signed: Int64? {
        guard isInteger, let magnitude else { return nil }
        guard isNegative else { return Int64(exactly: magnitude) }
        return magnitude == Int64.min.magnitude ? Int64.min : Int64(exactly: magnitude).map { -$0 }
    }

    /// The number, if it is an integer, not negative, and fits.
    package var unsigned: UInt64? {
        guard isInteger, let magnitude else { return nil }
        return isNegative && magnitude != 0 ? nil : magnitude
    }
}

extension JSONReader {
    /// Reads the number that `peek` has found.
    package mutating func readNumber() throws(JSONSyntaxError) -> JSONNumber {
        let start = position
        var isInteger = true
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        guard let first = nextByte else { throw end() }
        var magnitude: UInt64? = 0
        switch first {
        case UInt8(ascii: "0"): position += 1
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            while let digit = nextDigit {
                magnitude = magnitude.flatMap { value in
                    let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
                    let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
                    return overflow || carry ? nil : sum
                }
                position += 1
            }
        default: throw unexpected(.inNumber)
        }
        if nextByte == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try skipDigits(.afterDecimalPoint)
        }
        if let byte = nextByte, byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if let sign = nextByte, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try skipDigits(.inExponent)
        }
        return JSONNumber(
            isInteger: isInteger, isNegative: isNegative, magnitude: magnitude, start: start, end: position)
    }

    /// The characters of a number that this reader has read, at most 40 of them.
    package func text(of number: JSONNumber) -> String {
        let text = bytes[number.start..<number.end]
        return String(decoding: text.prefix(40), as: UTF8.self) + (text.count > 40 ? "…" : "")
    }

    private var nextByte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var nextDigit: UInt8? {
        guard let byte = nextByte, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        return byte - UInt8(ascii: "0")
    }

    private mutating func skipDigits(_ context: JSONSyntaxError.Context) throws(JSONSyntaxError) {
        guard nextByte != nil else { throw end() }
        guard nextDigit != nil else { throw unexpected(context) }
        while nextDigit != nil { position += 1 }
    }
}
