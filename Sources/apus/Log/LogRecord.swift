import ContainerRuntime
import LinuxKernel
import StrictJSON

/// How important a log record is.
enum LogLevel: Int, Comparable, Sendable {
    case debug, info, warning, error

    static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }

    /// The word in records.
    var name: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    /// The four letters shown on a terminal, in their colour.
    var badge: StaticString {
        switch self {
        case .debug: "\u{1b}[37mDEBU"
        case .info: "\u{1b}[36mINFO"
        case .warning: "\u{1b}[33mWARN"
        case .error: "\u{1b}[31mERRO"
        }
    }
}

/// One log record, before it is given a form.
struct LogRecord: Sendable {
    var level: LogLevel
    var message: String
    /// Further parts, shown by the JSON form only.
    var fields: [Field] = []
    /// The function that logged it.
    var function: StaticString?
    /// The file and line it was logged at.
    var place: String?

    /// A further part of a record.
    struct Field: Sendable {
        let key: StaticString
        let value: Value

        enum Value: Sendable {
            case text(String)
            case texts([String])
        }
    }
}

extension LogRecord {
    /// The record in logfmt: `time="…" level=error msg="…"`.
    func text(at time: LocalTime) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(64 + message.utf8.count)
        append("time=", to: &line)
        appendLogValue(time.rfc3339, to: &line)
        append(" level=", to: &line)
        append(level.name, to: &line)
        append(" msg=", to: &line)
        appendLogValue(message, to: &line)
        if let function {
            append(" func=", to: &line)
            appendLogValue(function.description, to: &line)
        }
        if let place {
            append(" file=", to: &line)
            appendLogValue(place, to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// The record as a JSON object in one line, its keys sorted.
    func json(at time: LocalTime) -> [UInt8] {
        var members = fields
        members.append(Field(key: "level", value: .text(level.name.description)))
        members.append(Field(key: "msg", value: .text(message)))
        members.append(Field(key: "time", value: .text(time.rfc3339)))
        if let function { members.append(Field(key: "func", value: .text(function.description))) }
        if let place { members.append(Field(key: "file", value: .text(place))) }
        members.sort { $0.key.precedes($1.key) }
        var writer = JSONWriter()
        writer.beginObject()
        for member in members {
            writer.key(member.key)
            switch member.value {
            case .text(let text): writer.string(text)
            case .texts(let texts):
                writer.beginArray()
                for text in texts { writer.string(text) }
                writer.endArray()
            }
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// The record in the short form for people at a terminal; `seconds` is the time since the program's start.
    func colored(afterSeconds seconds: Int) -> [UInt8] {
        var line: [UInt8] = []
        append(level.badge, to: &line)
        append("\u{1b}[0m[", to: &line)
        let digits = String(seconds)
        for _ in digits.utf8.count..<max(4, digits.utf8.count) { line.append(UInt8(ascii: "0")) }
        line += digits.utf8
        line.append(UInt8(ascii: "]"))
        if let place, let function {
            line += place.utf8
            line.append(UInt8(ascii: " "))
            append(function, to: &line)
        }
        line.append(UInt8(ascii: " "))
        line += message.utf8
        for _ in message.unicodeScalars.count..<max(44, message.unicodeScalars.count) { line.append(UInt8(ascii: " ")) }
        append(" \n", to: &line)
        return line
    }

    private func append(_ text: StaticString, to line: inout [UInt8]) {
        text.withUTF8Buffer { line.append(contentsOf: $0) }
    }
}

extension StaticString {
    /// Whether the text comes first in the order of its bytes.
    fileprivate func precedes(_ other: StaticString) -> Bool {
        withUTF8Buffer { mine in other.withUTF8Buffer { mine.lexicographicallyPrecedes($0) } }
    }
}

extension LocalTime {
    /// The moment as RFC 3339 writes it, with `Z` for UTC.
    var rfc3339: String {
        var text: [UInt8] = []
        text.reserveCapacity(25)
        func number(_ value: Int, _ width: Int, then separator: Unicode.Scalar?) {
            let digits = String(value)
            for _ in digits.utf8.count..<max(width, digits.utf8.count) { text.append(UInt8(ascii: "0")) }
            text += digits.utf8
            if let separator { text.append(UInt8(ascii: separator)) }
        }
        number(year, 4, then: "-")
        number(month, 2, then: "-")
        number(day, 2, then: "T")
        number(hour, 2, then: ":")
        number(minute, 2, then: ":")
        number(second, 2, then: nil)
        if offset == 0 {
            text.append(UInt8(ascii: "Z"))
        } else {
            text.append(UInt8(ascii: offset < 0 ? "-" : "+"))
            let minutes = abs(offset) / 60
            number(minutes / 60, 2, then: ":")
            number(minutes % 60, 2, then: nil)
        }
        // Digits.
        return String(decoding: text, as: UTF8.self)
    }
}
