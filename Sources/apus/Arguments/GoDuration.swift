import ContainerRuntime

/// Durations in the syntax of Go's time package: `1.5h`, `1m30s`, `500ms`.
enum GoDuration {
    /// Why a text is no duration, in the words of the package.
    struct Malformed: Error {
        let message: String
    }

    /// The duration in nanoseconds.
    static func nanoseconds(_ text: String) throws(Malformed) -> Int64 {
        let invalid = Malformed(message: "time: invalid duration " + quoted(text))
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if rest.elementsEqual("0".utf8) { return 0 }
        guard !rest.isEmpty else { throw invalid }
        var total: Int64 = 0
        while !rest.isEmpty {
            let whole = rest.prefix(while: isDigit)
            rest = rest.dropFirst(whole.count)
            var fraction = rest[rest.startIndex..<rest.startIndex]
            if rest.first == UInt8(ascii: ".") {
                rest = rest.dropFirst()
                fraction = rest.prefix(while: isDigit)
                rest = rest.dropFirst(fraction.count)
            }
            guard !whole.isEmpty || !fraction.isEmpty else { throw invalid }
            let name = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
            rest = rest.dropFirst(name.count)
            if name.isEmpty { throw Malformed(message: "time: missing unit in duration " + quoted(text)) }
            guard let unit = unit(name) else {
                let shown = quoted(String(Substring(name)))
                throw Malformed(message: "time: unknown unit " + shown + " in duration " + quoted(text))
            }
            guard let part = part(whole, fraction, unit) else { throw invalid }
            let (sum, isTooLong) = total.addingReportingOverflow(part)
            if isTooLong { throw invalid }
            total = sum
        }
        return isNegative ? -total : total
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func unit(_ name: Substring.UTF8View) -> Int64? {
        let units: [(StaticString, Int64)] = [
            ("ns", 1), ("us", 1000), ("\u{B5}s", 1000), ("\u{3BC}s", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
            ("m", 60_000_000_000), ("h", 3_600_000_000_000),
        ]
        return units.first { unit in unit.0.withUTF8Buffer { name.elementsEqual($0) } }?.1
    }

    /// The nanoseconds of a number with its fraction; nil if they are too many.
    private static func part(_ whole: Substring.UTF8View, _ fraction: Substring.UTF8View, _ unit: Int64) -> Int64? {
        var value: Int64 = 0
        for digit in whole {
            let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooFar) = product.addingReportingOverflow(Int64(digit) - 48)
            if tooBig || tooFar { return nil }
            value = sum
        }
        let (nanoseconds, isTooLong) = value.multipliedReportingOverflow(by: unit)
        if isTooLong { return nil }
        // What is less than a nanosecond is cut off; no unit has more than 13 digits of them.
        var below: Int64 = 0
        var scale: Int64 = 1
        for digit in fraction.prefix(14) {
            below = below * 10 + Int64(digit) - 48
            scale *= 10
        }
        let (high, low) = below.multipliedFullWidth(by: unit)
        let (sum, isTooFar) = nanoseconds.addingReportingOverflow(scale.dividingFullWidth((high, low)).quotient)
        return isTooFar ? nil : sum
    }
}
