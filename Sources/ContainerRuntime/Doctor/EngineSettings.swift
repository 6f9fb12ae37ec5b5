import LinuxKernel
import StrictJSON

/// The settings of a file, each with the names that lead to it: of JSON, or of TOML as far as engines write it.
package struct EngineSettings: Equatable, Sendable {
    package struct Setting: Equatable, Sendable {
        package var path: [ByteString]
        /// The text of each value: several for an array.
        package var values: [ByteString]

        package init(_ path: [ByteString], _ values: [ByteString]) {
            self.path = path
            self.values = values
        }
    }

    package private(set) var settings: [Setting] = []

    package init() {}

    /// Adds those of another file, which count more.
    package mutating func append(_ other: EngineSettings) { settings += other.settings }

    /// The last value of a setting whose path ends with `names`.
    package func values(_ names: ByteString...) -> [ByteString]? {
        settings.last { $0.path.suffix(names.count).elementsEqual(names) }?.values
    }
}

// MARK: - JSON

extension EngineSettings {
    /// Reads a JSON object.
    package init(json bytes: [UInt8]) throws(JSONSyntaxError) {
        var reader = try JSONReader(bytes)
        try read(&reader, [])
        try reader.finish()
    }

    private mutating func read(_ reader: inout JSONReader, _ path: [ByteString]) throws(JSONSyntaxError) {
        switch try reader.peek() {
        case .object:
            try reader.beginObject()
            while try reader.nextMember() { try read(&reader, path + [reader.byteString(of: reader.key)]) }
        case .array:
            let index = settings.count
            settings.append(Setting(path, []))
            try reader.beginArray()
            while try reader.nextElement() {
                if try reader.peek() == .string {
                    settings[index].values.append(try reader.readByteString())
                } else {
                    try reader.skipValue()
                }
            }
        case .string: settings.append(Setting(path, [try reader.readByteString()]))
        case .boolean: settings.append(Setting(path, [try reader.readBoolean() ? "true" : "false"]))
        case .number, .null: try reader.skipValue()
        }
    }
}

// MARK: - TOML

extension EngineSettings {
    /// Reads TOML: headings, and values that are a word, a string, or an array of those. What else there is, is passed over.
    package init(toml text: ByteString) {
        var section: [ByteString] = []
        var open: (path: [ByteString], values: [ByteString])?
        for line in text.parts(separatedBy: UInt8(ascii: "\n")) {
            var scanner = TOMLLine(line)
            if let (path, values) = open {
                let (more, isClosed) = scanner.elements()
                open = isClosed ? nil : (path, values + more)
                if isClosed { settings.append(Setting(path, values + more)) }
                continue
            }
            if scanner.skip(UInt8(ascii: "[")) {
                // A heading of an array of tables has two brackets.
                _ = scanner.skip(UInt8(ascii: "["))
                section = scanner.keys()
                continue
            }
            let keys = scanner.keys()
            guard !keys.isEmpty, scanner.skip(UInt8(ascii: "=")) else { continue }
            guard scanner.skip(UInt8(ascii: "[")) else {
                if let value = scanner.value() { settings.append(Setting(section + keys, [value])) }
                continue
            }
            let (values, isClosed) = scanner.elements()
            if isClosed { settings.append(Setting(section + keys, values)) } else { open = (section + keys, values) }
        }
    }
}

/// What is left of a line of TOML.
private struct TOMLLine {
    private var rest: ArraySlice<UInt8>

    init(_ line: ByteString) { rest = line.bytes[...] }

    private mutating func skipBlanks() {
        while let byte = rest.first, byte == 0x20 || byte == 0x9 || byte == 0xd { rest.removeFirst() }
        if rest.first == UInt8(ascii: "#") { rest = [] }
    }

    /// Whether `byte` comes next; then it is passed.
    mutating func skip(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    /// Names with points between them.
    mutating func keys() -> [ByteString] {
        var keys: [ByteString] = []
        repeat {
            guard let key = value() else { return keys }
            keys.append(key)
        } while skip(UInt8(ascii: "."))
        return keys
    }

    /// A string without its quotes, or a bare word.
    mutating func value() -> ByteString? {
        skipBlanks()
        guard let first = rest.first else { return nil }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            rest.removeFirst()
            guard let end = rest.firstIndex(of: first) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return ByteString(bytes: rest[..<end])
        }
        let word = rest.prefix { Self.isOfWord($0) }
        guard !word.isEmpty else { return nil }
        rest = rest[word.endIndex...]
        return ByteString(bytes: word)
    }

    /// The elements of an array up to its end or that of the line, and whether it was that of the array.
    mutating func elements() -> (values: [ByteString], isClosed: Bool) {
        var values: [ByteString] = []
        while true {
            if skip(UInt8(ascii: "]")) { return (values, true) }
            if skip(UInt8(ascii: ",")) { continue }
            guard let value = value() else { return (values, rest.isEmpty ? false : true) }
            values.append(value)
        }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
