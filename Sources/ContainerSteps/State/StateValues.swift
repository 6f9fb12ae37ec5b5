import ByteStrings
import Cgroups
import ContainerInit
import RuntimeSpec
import StrictJSON

extension String: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> String? {
        try reader.expect(.string) ? try reader.json.readString() : nil
    }

    package func write(_ writer: inout JSONWriter) { writer.string(self) }
    package var isOmitted: Bool { isEmpty }
}

extension ByteString: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> ByteString? {
        try reader.expect(.string) ? try reader.json.readByteString() : nil
    }

    package func write(_ writer: inout JSONWriter) { writer.string(self) }
    package var isOmitted: Bool { isEmpty }
}

extension Path: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> Path? {
        try ByteString.read(&reader).map { Path($0) }
    }

    package func write(_ writer: inout JSONWriter) { writer.string(bytes) }
    package var isOmitted: Bool { isEmpty }
}

extension Bool: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> Bool? {
        try reader.expect(.boolean) ? try reader.json.readBoolean() : nil
    }

    package func write(_ writer: inout JSONWriter) { writer.boolean(self) }
    package var isOmitted: Bool { !self }
}

extension Int32: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> Int32? {
        try reader.expect(.number) ? try reader.json.readNumber().signed.flatMap { Int32(exactly: $0) } : nil
    }

    package func write(_ writer: inout JSONWriter) { writer.integer(self) }
    package var isOmitted: Bool { self == 0 }
}

extension UInt64: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> UInt64? {
        try reader.expect(.number) ? try reader.json.readNumber().unsigned : nil
    }

    package func write(_ writer: inout JSONWriter) { writer.integer(self) }
    package var isOmitted: Bool { self == 0 }
}

extension Optional: StateValue where Wrapped: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> Wrapped?? {
        try Wrapped.read(&reader).map { .some($0) }
    }

    package func write(_ writer: inout JSONWriter) {
        switch self {
        case .some(let value): value.write(&writer)
        case .none: writer.null()
        }
    }

    package var isOmitted: Bool { self == nil }
}

extension Array: StateValue where Element: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> [Element]? {
        guard try reader.expect(.array) else { return nil }
        var elements: [Element] = []
        try reader.json.beginArray()
        while try reader.json.nextElement() {
            if let element = try Element.read(&reader) { elements.append(element) }
        }
        return elements
    }

    package func write(_ writer: inout JSONWriter) {
        writer.beginArray()
        for element in self { element.write(&writer) }
        writer.endArray()
    }

    package var isOmitted: Bool { isEmpty }
}

extension OrderedPairs: StateValue where Key == ByteString, Value: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> OrderedPairs? {
        guard try reader.expect(.object) else { return nil }
        var pairs: [Pair] = []
        try reader.json.beginObject()
        while try reader.json.nextMember() {
            let key = reader.json.byteString(of: reader.json.key)
            if let value = try Value.read(&reader) { pairs.append(Pair(key: key, value: value)) }
        }
        return OrderedPairs(distinct: pairs)
    }

    package func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        for pair in self {
            writer.key(pair.key)
            pair.value.write(&writer)
        }
        writer.endObject()
    }

    package var isOmitted: Bool { isEmpty }
}

extension CgroupMark: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> CgroupMark? {
        try ByteString.read(&reader).flatMap { CgroupMark(recorded: $0) }
    }

    package func write(_ writer: inout JSONWriter) { writer.string(text) }
    package var isOmitted: Bool { false }
}
