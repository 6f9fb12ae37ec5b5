import ByteStrings
import ContainerInit

/// A moment as text after RFC 3339, in UTC with nanoseconds, without trailing zeros: the form of `created`.
package func timestamp(nanosecondsSince1970: UInt64) -> ByteString {
    let seconds = nanosecondsSince1970 / 1_000_000_000
    let fraction = nanosecondsSince1970 % 1_000_000_000
    let (days, second) = seconds.quotientAndRemainder(dividingBy: 86400)
    // Days are counted from 1 March of year 0, so that the leap day is the last of its year.
    let shifted = days + 719_468
    let (era, dayOfEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)

    var text: [UInt8] = []
    text.reserveCapacity(32)
    func append(_ separator: Unicode.Scalar?, _ value: UInt64, digits: Int) {
        if let separator { text.append(UInt8(ascii: separator)) }
        let end = text.count + digits
        var rest = value
        for _ in 0..<digits { text.append(0) }
        for place in 1...digits {
            text[end - place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
    append(nil, year, digits: 4)
    append("-", month, digits: 2)
    append("-", day, digits: 2)
    append("T", second / 3600, digits: 2)
    append(":", second / 60 % 60, digits: 2)
    append(":", second % 60, digits: 2)
    if fraction != 0 {
        append(".", fraction, digits: 9)
        while text.last == UInt8(ascii: "0") { text.removeLast() }
    }
    text.append(UInt8(ascii: "Z"))
    return ByteString(bytes: text)
}
