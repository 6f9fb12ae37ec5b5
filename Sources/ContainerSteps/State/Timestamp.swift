import ByteStrings
import ContainerInit

/// A moment as text after RFC 3339, in UTC with nanoseconds, without trailing zeros: the form of `created`.
package func timestamp(nanosecondsSince1970: UInt64) -> String {
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

    func padded(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    var text = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
    text += padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2)
    if fraction != 0 {
        var digits = padded(fraction, 9)
        while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
        text += "." + digits
    }
    return text + "Z"
}
