import ByteStrings

/// The bytes of a plan ended early or hold a value that no encoder writes.
package struct PlanCodingError: Error {
    package init() {}
}

/// Appends values to the bytes of a plan.
package struct PlanEncoder {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 8192) { bytes.reserveCapacity(capacity) }

    /// Begins a plan for the child.
    package static func ofPlan() -> PlanEncoder {
        var encoder = PlanEncoder()
        encoder.append(integer: planFormat)
        return encoder
    }

    package mutating func append(_ byte: UInt8) { bytes.append(byte) }

    package mutating func append<Value: FixedWidthInteger>(integer value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends bytes behind their number.
    package mutating func append<Bytes: Collection<UInt8>>(counted value: Bytes) {
        append(integer: UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func encode<Value: FieldValue>(_ value: Value) { value.encode(to: &self) }
}

/// Reads values back from the bytes of a plan.
package struct PlanDecoder {
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { offset == bytes.count }

    package mutating func take() throws(PlanCodingError) -> UInt8 {
        guard offset < bytes.count else { throw PlanCodingError() }
        defer { offset += 1 }
        return bytes[offset]
    }

    package mutating func takeInteger<Value: FixedWidthInteger>() throws(PlanCodingError) -> Value {
        let range = try take(MemoryLayout<Value>.size)
        return bytes.withUnsafeBytes {
            Value(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Value.self))
        }
    }

    /// Reads bytes behind their number.
    package mutating func takeCounted<Value>(_ make: (UnsafeBufferPointer<UInt8>) -> Value) throws(PlanCodingError)
        -> Value
    {
        let range = try take(Int(try takeInteger() as UInt32))
        return bytes.withUnsafeBufferPointer { make(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    private mutating func take(_ count: Int) throws(PlanCodingError) -> Range<Int> {
        guard count >= 0, count <= bytes.count - offset else { throw PlanCodingError() }
        defer { offset += count }
        return offset..<(offset + count)
    }

    package mutating func decode<Value: FieldValue>(_: Value.Type = Value.self) throws(PlanCodingError) -> Value {
        try Value(from: &self)
    }
}
