/// A value in a D-Bus message. See the D-Bus specification, section "Type System".
package indirect enum BusValue: Hashable, Sendable {
    case byte(UInt8)
    case boolean(Bool)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case uint64(UInt64)
    case double(Double)
    case string(String)
    case objectPath(String)
    case signature(String)
    /// Elements of one type, whose signature an empty array needs, too.
    case array(element: String, [BusValue])
    case structure([BusValue])
    case variant(BusValue)

    /// The type, such as `as` for an array of strings.
    package var signature: String {
        switch self {
        case .byte: "y"
        case .boolean: "b"
        case .int16: "n"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .double: "d"
        case .string: "s"
        case .objectPath: "o"
        case .signature: "g"
        case .array(let element, _): "a" + element
        case .structure(let fields): "(" + fields.map(\.signature).joined() + ")"
        case .variant: "v"
        }
    }
}

extension BusValue {
    package static func strings(_ values: [String]) -> BusValue {
        .array(element: "s", values.map { .string($0) })
    }

    /// The text of a string or of an object's path.
    package var text: String? {
        switch self {
        case .string(let text), .objectPath(let text): text
        case .byte, .boolean, .int16, .uint16, .int32, .uint32, .int64, .uint64, .double, .signature, .array,
            .structure,
            .variant:
            nil
        }
    }

    /// The value inside, for a variant.
    package var unwrapped: BusValue {
        if case .variant(let value) = self { return value.unwrapped }
        return self
    }

    /// The value as `explain` shows it: strings quoted, arrays in brackets.
    package var description: String {
        switch self {
        case .byte(let value): String(value)
        case .boolean(let value): value ? "true" : "false"
        case .int16(let value): String(value)
        case .uint16(let value): String(value)
        case .int32(let value): String(value)
        case .uint32(let value): String(value)
        case .int64(let value): String(value)
        case .uint64(let value): value == .max ? "infinity" : String(value)
        case .double(let value): value.description
        case .string(let text), .objectPath(let text), .signature(let text): "\"" + text + "\""
        case .array(_, let values): "[" + values.map(\.description).joined(separator: " ") + "]"
        case .structure(let values): "(" + values.map(\.description).joined(separator: " ") + ")"
        case .variant(let value): value.description
        }
    }
}

extension BusValue {
    /// The value with its type, in the form that messages have.
    package var marshaled: [UInt8] {
        var encoder = BusEncoder()
        encoder.encode(.variant(self))
        return encoder.bytes
    }

    /// Reads such bytes.
    package init(marshaled bytes: [UInt8]) throws(BusError) {
        var decoder = BusDecoder(bytes[...], isBigEndian: false)
        guard case .variant(let value)? = try decoder.values("v").first else {
            throw .malformed("not a value with its type")
        }
        self = value
    }
}
