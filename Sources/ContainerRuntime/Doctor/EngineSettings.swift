import LinuxKernel
import StrictJSON

/// The settings of a file, each with the names that lead to it: of JSON, or of TOML.
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
    package func values(_ names: ByteString...) -> [ByteString]? { values(at: names) }

    package func values(at names: [ByteString]) -> [ByteString]? {
        settings.last { $0.path.suffix(names.count).elementsEqual(names) }?.values
    }

    /// The value of the last setting `name` that is a path to `program`.
    package func path(to program: ByteString, at name: ByteString) -> ByteString? {
        setting(of: program, at: name)?.values.first
    }

    /// The names that lead to the table in which the setting `name` is a path to `program`, or else to the last one below
    /// `program`.
    package func parent(of program: ByteString, at name: ByteString) -> [ByteString]? {
        let found =
            setting(of: program, at: name)
            ?? settings.last { $0.path.last == name && $0.path.dropLast().contains(program) }
        return found.map { Array($0.path.dropLast()) }
    }

    private func setting(of program: ByteString, at name: ByteString) -> Setting? {
        settings.last {
            $0.path.last == name && ($0.values.first.map { Path($0).lastComponent?.bytes == program } ?? false)
        }
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
    /// Reads a TOML document.
    package init(toml text: ByteString) {
        var reader = TOMLReader(text)
        reader.read()
        settings = reader.settings
    }
}
