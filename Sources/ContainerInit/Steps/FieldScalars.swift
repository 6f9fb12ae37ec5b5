import ByteStrings
import StrictJSON

extension Bool: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { encoder.append(self ? 1 : 0) }
    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) { self = try decoder.take() != 0 }
    package var shown: String { self ? "true" : "" }
    package func write(to json: inout JSONWriter) { json.boolean(self) }
}

/// A whole number of a fixed width.
package protocol FieldInteger: FieldValue, FixedWidthInteger {}

extension FieldInteger {
    package func encode(to encoder: inout PlanEncoder) { encoder.append(integer: self) }
    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) { self = try decoder.takeInteger() }
    package var shown: String { String(self) }
    package func write(to json: inout JSONWriter) { json.value(encoded: Array(String(self).utf8)) }
}

extension UInt8: FieldInteger {}
extension UInt16: FieldInteger {}
extension Int32: FieldInteger {}
extension UInt32: FieldInteger {}
extension Int64: FieldInteger {}
extension UInt64: FieldInteger {}

/// A closed set, or a set of flags, that is sent as a number.
package protocol FieldCode: FieldValue, RawRepresentable where RawValue: FieldInteger {}

extension FieldCode {
    package func encode(to encoder: inout PlanEncoder) { rawValue.encode(to: &encoder) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        guard let value = Self(rawValue: try RawValue(from: &decoder)) else { throw PlanCodingError() }
        self = value
    }

    package var shown: String { "\(self)" }
}

extension String: FieldValue {
    package func encode(to encoder: inout PlanEncoder) {
        var text = self
        text.withUTF8 { encoder.append(counted: $0) }
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        // The bytes may come from a process in the container.
        guard let text = try decoder.takeCounted({ String(valid: $0) }) else {
            throw PlanCodingError()
        }
        self = text
    }

    package var shown: String { self }
}

extension ByteString: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { encoder.append(counted: self[0..<count]) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        self = try decoder.takeCounted { ByteString(bytes: $0) }
    }

    package var shown: String { text }
    package func write(to json: inout JSONWriter) { json.string(self) }
}

extension Path: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { bytes.encode(to: &encoder) }
    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) { self.init(try ByteString(from: &decoder)) }
    package var shown: String { text }
    package func write(to json: inout JSONWriter) { json.string(bytes) }
}

extension Optional: FieldValue where Wrapped: FieldValue {
    package func encode(to encoder: inout PlanEncoder) {
        switch self {
        case .some(let value):
            encoder.append(1)
            value.encode(to: &encoder)
        case .none: encoder.append(0)
        }
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        self = try decoder.take() != 0 ? try Wrapped(from: &decoder) : nil
    }

    package var shown: String { self?.shown ?? "" }

    package func write(to json: inout JSONWriter) {
        switch self {
        case .some(let value): value.write(to: &json)
        case .none: json.null()
        }
    }
}

extension Array: FieldValue where Element: FieldValue {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.append(integer: UInt32(count))
        for element in self { element.encode(to: &encoder) }
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        let count = Int(try decoder.takeInteger() as UInt32)
        self.init()
        // A number of elements that the bytes cannot hold takes no room before they end.
        reserveCapacity(Swift.min(count, 4096))
        for _ in 0..<count { append(try Element(from: &decoder)) }
    }

    package var shown: String { map(\.shown).joined(separator: ",") }

    package func write(to json: inout JSONWriter) {
        json.beginArray()
        for element in self { element.write(to: &json) }
        json.endArray()
    }
}
