import Linux

/// A value that travels from the parent to the child in the plan's compact bytes.
///
/// Both ends are the same executable, so there is no version and no name: fields in order, little endian.
package protocol PlanCodable {
    func encode(to encoder: inout PlanEncoder)
    init(from decoder: inout PlanDecoder) throws(PlanCodingError)
}

/// The bytes of a plan ended early or hold a value that no encoder writes.
package struct PlanCodingError: Error {
    package init() {}
}

/// Appends values to the bytes of a plan.
package struct PlanEncoder {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 8192) { bytes.reserveCapacity(capacity) }

    package mutating func encode(_ value: UInt8) { bytes.append(value) }
    package mutating func encode(_ value: Bool) { bytes.append(value ? 1 : 0) }
    package mutating func encode<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    package mutating func encode(_ value: String) {
        var value = value
        value.withUTF8 {
            encode(UInt32($0.count))
            bytes.append(contentsOf: $0)
        }
    }
    package mutating func encode(_ value: ByteString) {
        encode(UInt32(value.count))
        bytes.append(contentsOf: value[0..<value.count])
    }
    package mutating func encode<Value: PlanCodable>(_ value: Value) { value.encode(to: &self) }
    package mutating func encode<Value: RawRepresentable>(_ value: Value) where Value.RawValue: FixedWidthInteger {
        encode(value.rawValue)
    }
    package mutating func encode<Value: PlanCodable>(_ value: Value?) {
        encode(value != nil)
        if let value { encode(value) }
    }
    package mutating func encode<Value: FixedWidthInteger>(_ value: Value?) {
        encode(value != nil)
        if let value { encode(value) }
    }
    package mutating func encode(_ value: String?) {
        encode(value != nil)
        if let value { encode(value) }
    }
    package mutating func encode<Value: PlanCodable>(_ values: [Value]) {
        encode(UInt32(values.count))
        for value in values { encode(value) }
    }
    package mutating func encode(_ values: [String]) {
        encode(UInt32(values.count))
        for value in values { encode(value) }
    }
    package mutating func encode<Value: FixedWidthInteger>(_ values: [Value]) {
        encode(UInt32(values.count))
        for value in values { encode(value) }
    }
}

/// Reads values back from the bytes of a plan.
package struct PlanDecoder {
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { offset == bytes.count }

    private mutating func take(_ count: Int) throws(PlanCodingError) -> Range<Int> {
        guard count >= 0, count <= bytes.count - offset else { throw PlanCodingError() }
        defer { offset += count }
        return offset..<(offset + count)
    }

    package mutating func decode(_: Bool.Type = Bool.self) throws(PlanCodingError) -> Bool {
        try decode(UInt8.self) != 0
    }
    package mutating func decode<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(PlanCodingError) -> Value
    {
        let range = try take(MemoryLayout<Value>.size)
        return bytes.withUnsafeBytes {
            Value(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Value.self))
        }
    }
    package mutating func decode(_: String.Type = String.self) throws(PlanCodingError) -> String {
        let range = try take(Int(try decode(UInt32.self)))
        // The encoder wrote it from a text.
        return bytes.withUnsafeBufferPointer { String(decoding: $0[range], as: UTF8.self) }
    }
    package mutating func decode(_: ByteString.Type = ByteString.self) throws(PlanCodingError) -> ByteString {
        let range = try take(Int(try decode(UInt32.self)))
        return ByteString(bytes: bytes[range])
    }
    package mutating func decode<Value: PlanCodable>(_: Value.Type = Value.self) throws(PlanCodingError) -> Value {
        try Value(from: &self)
    }
    package mutating func decode<Value: RawRepresentable>(
        _: Value.Type = Value.self
    ) throws(PlanCodingError) -> Value where Value.RawValue: FixedWidthInteger {
        guard let value = Value(rawValue: try decode(Value.RawValue.self)) else { throw PlanCodingError() }
        return value
    }
    package mutating func decode<Value: PlanCodable>(_: Value?.Type = Value?.self) throws(PlanCodingError) -> Value? {
        try decode(Bool.self) ? try decode(Value.self) : nil
    }
    package mutating func decode<Value: FixedWidthInteger>(
        _: Value?.Type = Value?.self
    ) throws(PlanCodingError) -> Value? {
        try decode(Bool.self) ? try decode(Value.self) : nil
    }
    package mutating func decode(_: String?.Type = String?.self) throws(PlanCodingError) -> String? {
        try decode(Bool.self) ? try decode(String.self) : nil
    }
    package mutating func decode<Value: PlanCodable>(_: [Value].Type = [Value].self) throws(PlanCodingError) -> [Value]
    {
        var values: [Value] = []
        let count = Int(try decode(UInt32.self))
        values.reserveCapacity(min(count, 1024))
        for _ in 0..<count { values.append(try decode(Value.self)) }
        return values
    }
    package mutating func decode(_: [String].Type = [String].self) throws(PlanCodingError) -> [String] {
        var values: [String] = []
        let count = Int(try decode(UInt32.self))
        values.reserveCapacity(min(count, 1024))
        for _ in 0..<count { values.append(try decode(String.self)) }
        return values
    }
    package mutating func decode<Value: FixedWidthInteger>(
        _: [Value].Type = [Value].self
    ) throws(PlanCodingError) -> [Value] {
        var values: [Value] = []
        let count = Int(try decode(UInt32.self))
        values.reserveCapacity(min(count, 65536))
        for _ in 0..<count { values.append(try decode(Value.self)) }
        return values
    }
}

extension ByteString: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) { encoder.encode(self) }
    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) { self = try decoder.decode(ByteString.self) }
}

extension Path: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) { encoder.encode(bytes) }
    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        self.init(try decoder.decode(ByteString.self))
    }
}

extension Origin: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(property)
        encoder.encode(index.map { Int32(truncatingIfNeeded: $0) })
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        let property = try decoder.decode(Property.self)
        self.init(property, try decoder.decode(Int32?.self).map { Int($0) })
    }
}

extension ContainerError: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(code)
        encoder.encode(operation)
        encoder.encode(origin)
        encoder.encode(member)
        encoder.encode(value)
        encoder.encode(subject)
        encoder.encode(errno?.rawValue)
        encoder.encode(reason)
        encoder.encode(remedy)
        encoder.encode(hasCapitalizedCause)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        code = try decoder.decode(Code.self)
        operation = try decoder.decode(String.self)
        origin = try decoder.decode(Origin?.self)
        member = try decoder.decode(String.self)
        value = try decoder.decode(String.self)
        subject = try decoder.decode(String.self)
        errno = try decoder.decode(Int32?.self).map { Errno(rawValue: $0) }
        reason = try decoder.decode(String.self)
        remedy = try decoder.decode(String.self)
        hasCapitalizedCause = try decoder.decode(Bool.self)
    }
}
