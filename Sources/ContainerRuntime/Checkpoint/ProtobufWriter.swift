import ContainerInit
import ContainerPlan
import ContainerSteps

/// Writes fields of a protocol buffer. See protobuf.dev, "Encoding".
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// How a field's value is written.
    private enum WireType: UInt64 {
        case varint = 0
        case lengthDelimited = 2
    }

    /// A number without sign, or an enumeration.
    mutating func field(_ number: UInt64, _ value: UInt64) {
        key(number, .varint)
        varint(value)
    }

    /// A number with sign: `int32`, whose negative values take ten bytes.
    mutating func field(_ number: UInt64, _ value: Int32) { field(number, UInt64(bitPattern: Int64(value))) }

    mutating func field(_ number: UInt64, _ value: Bool) { field(number, value ? 1 : UInt64(0)) }

    mutating func field(_ number: UInt64, _ value: ByteString) {
        key(number, .lengthDelimited)
        varint(UInt64(value.count))
        bytes += value
    }

    /// A message of its own, whose fields `body` writes.
    mutating func message(_ number: UInt64, _ body: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        body(&inner)
        key(number, .lengthDelimited)
        varint(UInt64(inner.bytes.count))
        bytes += inner.bytes
    }

    private mutating func key(_ number: UInt64, _ type: WireType) { varint(number << 3 | type.rawValue) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

extension ProtobufWriter {
    mutating func field(_ number: UInt64, _ value: Bool?) { if let value { field(number, value) } }
    mutating func field(_ number: UInt64, _ value: Int32?) { if let value { field(number, value) } }
    mutating func field(_ number: UInt64, _ value: UInt32?) { if let value { field(number, UInt64(value)) } }
    mutating func field(_ number: UInt64, _ value: ByteString?) { if let value { field(number, value) } }
    mutating func field(_ number: UInt64, _ value: Path?) { field(number, value?.bytes) }
    mutating func field(_ number: UInt64, _ values: [ByteString]) { for value in values { field(number, value) } }
}
