import ByteStrings

/// Reads values from a D-Bus message. What comes from the other side is not trusted: every length is checked, and nesting
/// has an end.
struct BusDecoder {
    private let bytes: ArraySlice<UInt8>
    private let isBigEndian: Bool
    private var position: Int

    /// A reader of `bytes`, whose start is a place of full alignment.
    init(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) {
        self.bytes = bytes
        self.isBigEndian = isBigEndian
        position = bytes.startIndex
    }

    var offset: Int { position - bytes.startIndex }
    var isAtEnd: Bool { position >= bytes.endIndex }

    mutating func align(_ boundary: Int) throws(BusError) {
        while offset % boundary != 0 { _ = try byte() }
    }

    mutating func byte() throws(BusError) -> UInt8 {
        guard position < bytes.endIndex else { throw .malformed("a message ends in the middle of a value") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(BusError) -> Value {
        let size = Value.bitWidth / 8
        try align(size)
        var value: UInt64 = 0
        for index in 0..<size {
            let next = UInt64(try byte())
            if isBigEndian { value = value << 8 | next } else { value |= next << (8 * UInt64(index)) }
        }
        return Value(truncatingIfNeeded: value)
    }

    /// Text of a length that stands in front of it, with a NUL behind it.
    private mutating func text(_ length: Int) throws(BusError) -> String {
        guard length >= 0, length < bytes.endIndex - position else {
            throw .malformed("a text is longer than its message")
        }
        // D-Bus demands UTF-8 of its strings.
        guard let text = String(valid: bytes[position..<position + length]) else {
            throw .malformed("a text is not UTF-8")
        }
        position += length
        guard try byte() == 0 else { throw .malformed("a text has no end") }
        return text
    }

    mutating func signature() throws(BusError) -> String {
        let length = Int(try byte())
        return try text(length)
    }

    mutating func values(_ signature: String) throws(BusError) -> [BusValue] {
        var rest = Array(signature.utf8)[...]
        var values: [BusValue] = []
        while !rest.isEmpty { values.append(try value(&rest, depth: 0)) }
        return values
    }

    /// The value of the first complete type in `types`, which is taken off.
    private mutating func value(_ types: inout ArraySlice<UInt8>, depth: Int) throws(BusError) -> BusValue {
        guard depth < 32, let type = types.popFirst() else { throw .malformed("a type does not end") }
        switch type {
        case UInt8(ascii: "y"): return .byte(try byte())
        case UInt8(ascii: "b"): return .boolean(try integer(UInt32.self) != 0)
        case UInt8(ascii: "n"): return .int16(try integer())
        case UInt8(ascii: "q"): return .uint16(try integer())
        case UInt8(ascii: "i"): return .int32(try integer())
        case UInt8(ascii: "u"), UInt8(ascii: "h"): return .uint32(try integer())
        case UInt8(ascii: "x"): return .int64(try integer())
        case UInt8(ascii: "t"): return .uint64(try integer())
        case UInt8(ascii: "d"): return .double(Double(bitPattern: try integer()))
        case UInt8(ascii: "s"): return .string(try text(Int(try integer(UInt32.self))))
        case UInt8(ascii: "o"): return .objectPath(try text(Int(try integer(UInt32.self))))
        case UInt8(ascii: "g"): return .signature(try signature())
        case UInt8(ascii: "v"):
            var inner = Array(try signature().utf8)[...]
            let value = try value(&inner, depth: depth + 1)
            guard inner.isEmpty else { throw .malformed("a variant holds more than one value") }
            return .variant(value)
        case UInt8(ascii: "a"): return try array(&types, depth: depth)
        case UInt8(ascii: "("), UInt8(ascii: "{"):
            try align(8)
            let end = type == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "}")
            var fields: [BusValue] = []
            while let next = types.first, next != end { fields.append(try value(&types, depth: depth + 1)) }
            guard types.popFirst() == end, !fields.isEmpty else { throw .malformed("a structure does not end") }
            return .structure(fields)
        default: throw .malformed("a value has the unknown type " + String(UnicodeScalar(type)))
        }
    }

    private mutating func array(_ types: inout ArraySlice<UInt8>, depth: Int) throws(BusError) -> BusValue {
        let length = Int(try integer(UInt32.self))
        var after = types
        try Self.skip(&after, depth: depth + 1)
        let element = types[types.startIndex..<after.startIndex]
        // A signature is ASCII, which `skip` has seen to.
        let signature = String(decoding: element, as: UTF8.self)
        types = after
        try align(BusType.alignment(of: signature))
        guard length <= bytes.endIndex - position else { throw .malformed("an array is longer than its message") }
        let end = position + length
        var values: [BusValue] = []
        while position < end {
            var type = element
            let before = position
            values.append(try value(&type, depth: depth + 1))
            guard position > before else { throw .malformed("an array holds elements of no size") }
        }
        guard position == end else { throw .malformed("an array ends in the middle of an element") }
        return .array(element: signature, values)
    }

    /// Takes one complete type off.
    private static func skip(_ types: inout ArraySlice<UInt8>, depth: Int) throws(BusError) {
        guard depth < 32, let type = types.popFirst() else { throw .malformed("a type does not end") }
        switch type {
        case UInt8(ascii: "a"): try skip(&types, depth: depth + 1)
        case UInt8(ascii: "("), UInt8(ascii: "{"):
            let end = type == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "}")
            while let next = types.first, next != end { try skip(&types, depth: depth + 1) }
            guard types.popFirst() == end else { throw .malformed("a structure does not end") }
        default: break
        }
    }
}
