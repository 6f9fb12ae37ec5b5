import ContainerInit
import ContainerPlan
import ContainerSteps

/// Reads the fields of a protocol buffer one after the other. See protobuf.dev, "Encoding".
///
/// The bytes come from another program: whatever they are, reading them ends, and takes no more memory than they do.
struct ProtobufReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// A field of whatever meaning.
    struct Field: Equatable {
        let number: UInt64
        let value: Value
    }

    /// What a field holds.
    enum Value: Equatable {
        case varint(UInt64)
        /// A string, bytes, or a message.
        case bytes(ArraySlice<UInt8>)
        /// A number of fixed size, in little-endian order.
        case fixed(ArraySlice<UInt8>)
    }

    /// Why bytes are no protocol buffer.
    enum Failure: Error, Equatable {
        /// The bytes end inside of a field.
        case truncated
        /// A number has more than 64 bits.
        case overflow
        /// A field has no number, or is of a kind that there is no more.
        case invalidKey
        /// A field of the message has another kind of value than its definition says.
        case wrongKind(field: UInt64)
        /// A field that must be there is not.
        case missing(field: UInt64)
    }

    /// The next field; nil at the end.
    mutating func next() throws(Failure) -> Field? {
        guard !rest.isEmpty else { return nil }
        let key = try varint()
        let number = key >> 3
        // The largest number that a definition can give. See protobuf.dev, "Assigning Field Numbers".
        guard number > 0, number < 1 << 29 else { throw .invalidKey }
        let value: Value
        switch key & 7 {
        case 0: value = .varint(try varint())
        case 1: value = .fixed(try take(8))
        case 2: value = .bytes(try take(try varint()))
        case 5: value = .fixed(try take(4))
        default: throw .invalidKey
        }
        return Field(number: number, value: value)
    }

    private mutating func take(_ count: UInt64) throws(Failure) -> ArraySlice<UInt8> {
        guard count <= UInt64(rest.count) else { throw .truncated }
        let taken = rest.prefix(Int(count))
        rest = rest.dropFirst(Int(count))
        return taken
    }

    private mutating func varint() throws(Failure) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<10 {
            guard let byte = rest.popFirst() else { throw .truncated }
            // The tenth byte has room for one bit.
            guard index < 9 || byte <= 1 else { throw .overflow }
            result |= UInt64(byte & 0x7f) << UInt64(7 * index)
            if byte & 0x80 == 0 { return result }
        }
        throw .overflow
    }
}

extension ProtobufReader.Field {
    /// The value as a number without sign.
    func unsigned() throws(ProtobufReader.Failure) -> UInt64 {
        guard case .varint(let value) = value else { throw .wrongKind(field: number) }
        return value
    }

    /// The value as `int32`: of a longer number the lower half counts, as in other readers.
    func int32() throws(ProtobufReader.Failure) -> Int32 { Int32(truncatingIfNeeded: try unsigned()) }

    func bool() throws(ProtobufReader.Failure) -> Bool { try unsigned() != 0 }

    /// The value as a string, a sequence of bytes, or the fields of a message.
    func bytes() throws(ProtobufReader.Failure) -> ArraySlice<UInt8> {
        guard case .bytes(let value) = value else { throw .wrongKind(field: number) }
        return value
    }

    func string() throws(ProtobufReader.Failure) -> ByteString { ByteString(bytes: try bytes()) }
}
