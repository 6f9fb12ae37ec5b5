import ByteStrings
import StrictJSON

extension Bool: SpecValue {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Bool? {
        try decoder.expect(.boolean) ? try decoder.reader.readBoolean() : nil
    }

    static var absent: Bool? { false }
    var isOmitted: Bool { !self }
    func write(_ encoder: inout SpecEncoder) { encoder.writer.boolean(self) }
}

extension String: SpecValue {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> String? {
        try decoder.expect(.string) ? try decoder.reader.readString() : nil
    }

    static var absent: String? { "" }

    static func readAbsent(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Bool {
        try decoder.readEmptyString()
    }

    var isOmitted: Bool { isEmpty }
    var isAbsent: Bool { isEmpty }
    func write(_ encoder: inout SpecEncoder) { encoder.writer.string(self) }
    func findNUL(_ finder: inout NULFinder) { finder.check(self) }
}

extension ByteString: SpecValue {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> ByteString? {
        try decoder.expect(.string) ? try decoder.reader.readByteString() : nil
    }

    static var absent: ByteString? { ByteString() }

    static func readAbsent(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Bool {
        try decoder.readEmptyString()
    }

    var isOmitted: Bool { isEmpty }
    var isAbsent: Bool { isEmpty }
    func write(_ encoder: inout SpecEncoder) { encoder.writer.string(self) }
    func findNUL(_ finder: inout NULFinder) { finder.check(self) }
}

extension Path: SpecValue {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Path? {
        guard let bytes = try ByteString.read(&decoder) else { return nil }
        return Path(bytes)
    }

    static var absent: Path? { Path() }

    static func readAbsent(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Bool {
        try decoder.readEmptyString()
    }

    var isOmitted: Bool { isEmpty }
    var isAbsent: Bool { isEmpty }
    func write(_ encoder: inout SpecEncoder) { encoder.writer.string(bytes) }
    func findNUL(_ finder: inout NULFinder) { finder.check(bytes) }
}

/// An integer of a document.
protocol SpecInteger: SpecValue, FixedWidthInteger {
    init?(_ number: JSONNumber)
}

extension SpecInteger {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Self? {
        guard try decoder.expect(.number) else { return nil }
        let offset = decoder.reader.offset
        let number = try decoder.reader.readNumber()
        if let value = Self(number) { return value }
        let text = decoder.reader.text(of: number)
        if number.isInteger {
            decoder.note(text + " is out of range (" + String(min) + " to " + String(max) + ")", at: offset)
        } else {
            decoder.note("expected an integer, found " + text, at: offset)
        }
        return nil
    }

    static var absent: Self? { 0 }
    var isOmitted: Bool { self == 0 }
}

// One conversion per type: a generic one would ask the runtime for the conformances of the types.

extension Int: SpecInteger {
    init?(_ number: JSONNumber) {
        guard let value = number.signed else { return nil }
        self.init(exactly: value)
    }

    func write(_ encoder: inout SpecEncoder) { encoder.writer.integer(self) }
}

extension Int32: SpecInteger {
    init?(_ number: JSONNumber) {
        guard let value = number.signed else { return nil }
        self.init(exactly: value)
    }

    func write(_ encoder: inout SpecEncoder) { encoder.writer.integer(self) }
}

extension Int64: SpecInteger {
    init?(_ number: JSONNumber) {
        guard let value = number.signed else { return nil }
        self.init(exactly: value)
    }

    func write(_ encoder: inout SpecEncoder) { encoder.writer.integer(self) }
}

extension UInt16: SpecInteger {
    init?(_ number: JSONNumber) {
        guard let value = number.unsigned else { return nil }
        self.init(exactly: value)
    }

    func write(_ encoder: inout SpecEncoder) { encoder.writer.integer(self) }
}

extension UInt32: SpecInteger {
    init?(_ number: JSONNumber) {
        guard let value = number.unsigned else { return nil }
        self.init(exactly: value)
    }

    func write(_ encoder: inout SpecEncoder) { encoder.writer.integer(self) }
}

extension UInt64: SpecInteger {
    init?(_ number: JSONNumber) {
        guard let value = number.unsigned else { return nil }
        self.init(exactly: value)
    }

    func write(_ encoder: inout SpecEncoder) { encoder.writer.integer(self) }
}

/// A closed set of names.
protocol SpecName: SpecValue, RawRepresentable<String>, CaseIterable {
    /// What to say about a name that is not in the set. The name fits into one line.
    static func unknown(_ name: String) -> String
}

extension SpecName {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Self? {
        guard try decoder.expect(.string) else { return nil }
        let offset = decoder.reader.offset
        let place = try decoder.reader.readText()
        for name in allCases where decoder.reader.isText(place, name.rawValue) { return name }
        let text = decoder.reader.string(of: place)
        let hint = NearestName.hint(for: text, among: allCases.map(\.rawValue))
        decoder.note(unknown(oneLine(text)) + hint, at: offset)
        return nil
    }

    static func readAbsent(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Bool {
        try decoder.readEmptyString()
    }

    func write(_ encoder: inout SpecEncoder) { encoder.writer.string(rawValue) }
}

/// A text without what could break a line, and cut if it is long.
func oneLine(_ text: String) -> String { String(quotation(of: text).dropFirst().dropLast()) }
