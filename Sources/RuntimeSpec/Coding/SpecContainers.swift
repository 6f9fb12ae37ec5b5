import ByteStrings
import StrictJSON

extension Optional: SpecValue where Wrapped: SpecValue {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Wrapped?? {
        if try Wrapped.readAbsent(&decoder) { return .some(nil) }
        guard let value = try Wrapped.read(&decoder) else { return nil }
        return .some(value)
    }

    static var absent: Wrapped?? { .some(nil) }
    static var missing: String { Wrapped.missing }

    var isOmitted: Bool {
        switch self {
        case .some(let value): value.isAbsent
        case .none: true
        }
    }

    func write(_ encoder: inout SpecEncoder) {
        switch self {
        case .some(let value): value.write(&encoder)
        case .none: encoder.writer.null()
        }
    }

    static func collect(_ paths: inout PropertyPathCollector) { Wrapped.collect(&paths) }

    func findNUL(_ finder: inout NULFinder) {
        if case .some(let value) = self { value.findNUL(&finder) }
    }
}

extension Array: SpecValue where Element: SpecValue {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> [Element]? {
        guard try decoder.expect(.array) else { return nil }
        return try Element.readElements(&decoder)
    }

    static var absent: [Element]? { [] }
    var isOmitted: Bool { isEmpty }

    func write(_ encoder: inout SpecEncoder) {
        encoder.writer.beginArray()
        for element in self { element.write(&encoder) }
        encoder.writer.endArray()
    }

    static func collect(_ paths: inout PropertyPathCollector) {
        paths.inside("[]") { Element.collect(&$0) }
    }

    func findNUL(_ finder: inout NULFinder) {
        for index in indices { finder.inside(.element(index)) { self[index].findNUL(&$0) } }
    }
}

/// What can be the key of a map.
protocol SpecKey: Equatable, Sendable {
    init?(key: ByteString)
    var key: ByteString { get }
    /// What to say about a text that cannot be a key.
    static func unknown(_ name: String) -> String
}

extension ByteString: SpecKey {
    init?(key: ByteString) { self = key }
    var key: ByteString { self }
    static func unknown(_ name: String) -> String { name }
}

extension OrderedPairs: SpecValue where Key: SpecKey, Value: SpecValue {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> OrderedPairs? {
        guard try decoder.expect(.object) else { return nil }
        var pairs: [Pair] = []
        try decoder.reader.beginObject()
        while try decoder.reader.nextMember() {
            let text = decoder.reader.byteString(of: decoder.reader.key)
            _ = try decoder.reader.peek()
            let key = Key(key: text)
            if key == nil { decoder.note(Key.unknown(oneLine(text.text))) }
            if let value = try Value.read(&decoder), let key { pairs.append(Pair(key: key, value: value)) }
        }
        return OrderedPairs(merging: pairs) { $0.key }
    }

    static var absent: OrderedPairs? { OrderedPairs() }
    var isOmitted: Bool { isEmpty }

    func write(_ encoder: inout SpecEncoder) {
        encoder.writer.beginObject()
        let pairs =
            encoder.sortsKeys
            ? sorted { $0.key.key < $1.key.key } : Array(self)
        for pair in pairs {
            encoder.writer.key(pair.key.key)
            pair.value.write(&encoder)
        }
        encoder.writer.endObject()
    }

    static func collect(_ paths: inout PropertyPathCollector) {
        paths.inside(".*") { Value.collect(&$0) }
    }

    func findNUL(_ finder: inout NULFinder) {
        for pair in self {
            finder.inside(.member(pair.key.key)) { finder in
                finder.check(pair.key.key)
                pair.value.findNUL(&finder)
            }
        }
    }
}
