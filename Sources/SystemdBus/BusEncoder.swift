/// Writes values as the body or the header of a D-Bus message, in little-endian order. See the D-Bus specification,
/// section "Marshaling".
struct BusEncoder {
    private(set) var bytes: [UInt8] = []

    /// Fills up with zeros to a multiple of `boundary`.
    mutating func align(_ boundary: Int) {
        while bytes.count % boundary != 0 { bytes.append(0) }
    }

    mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
        align(Value.bitWidth / 8)
        var rest = value
        for _ in 0..<(Value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest = Value.bitWidth == 8 ? 0 : rest >> 8
        }
    }

    mutating func encode(_ value: BusValue) {
        switch value {
        case .byte(let value): integer(value)
        case .boolean(let value): integer(UInt32(value ? 1 : 0))
        case .int16(let value): integer(value)
        case .uint16(let value): integer(value)
        case .int32(let value): integer(value)
        case .uint32(let value): integer(value)
        case .int64(let value): integer(value)
        case .uint64(let value): integer(value)
        case .double(let value): integer(value.bitPattern)
        case .string(let text), .objectPath(let text):
            integer(UInt32(truncatingIfNeeded: text.utf8.count))
            bytes += text.utf8
            bytes.append(0)
        case .signature(let text): signature(text)
        case .array(let element, let values):
            integer(UInt32(0))
            let length = bytes.count
            // The padding before the first element does not count.
            align(BusType.alignment(of: element))
            let start = bytes.count
            for value in values { encode(value) }
            set(UInt32(truncatingIfNeeded: bytes.count - start), at: length - 4)
        case .structure(let fields):
            align(8)
            for field in fields { encode(field) }
        case .variant(let value):
            signature(value.signature)
            encode(value)
        }
    }

    mutating func signature(_ text: String) {
        bytes.append(UInt8(truncatingIfNeeded: text.utf8.count))
        bytes += text.utf8
        bytes.append(0)
    }

    mutating func set(_ value: UInt32, at offset: Int) {
        for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index))) }
    }
}

/// What is known of a type by its signature alone.
enum BusType {
    static func alignment(of signature: String) -> Int {
        switch signature.utf8.first {
        case UInt8(ascii: "y"), UInt8(ascii: "g"), UInt8(ascii: "v"): 1
        case UInt8(ascii: "n"), UInt8(ascii: "q"): 2
        case UInt8(ascii: "x"), UInt8(ascii: "t"), UInt8(ascii: "d"), UInt8(ascii: "("), UInt8(ascii: "{"): 8
        default: 4
        }
    }
}
