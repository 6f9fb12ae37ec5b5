import ByteStrings
import StrictJSON

/// What a field of a step can hold: it goes to the child as bytes, and to a reader as text and as JSON.
///
/// Both ends of the bytes are the same executable, so there is no version and no name in them: values in order, little
/// endian.
package protocol FieldValue: Sendable {
    func encode(to encoder: inout PlanEncoder)
    init(from decoder: inout PlanDecoder) throws(PlanCodingError)

    /// As a reader sees it; empty for a value that says nothing.
    var shown: String { get }
    func write(to json: inout JSONWriter)
}

extension FieldValue {
    package func write(to json: inout JSONWriter) { json.string(shown) }
}

/// A value with a list of fields. The one list serves its bytes, its text, its JSON and its tests, so none of them can know
/// a field that another does not.
package protocol FieldRecord: FieldValue {
    /// The value before any field is read.
    init()

    /// Visits the fields in their order.
    mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure)
}

/// Something that wants to see the fields of a record one after the other.
package protocol FieldVisitor {
    associatedtype Failure: Error

    mutating func field<Value: FieldValue>(
        _ name: StaticString, _ value: inout Value, _ style: FieldStyle
    ) throws(Failure)
}

extension FieldVisitor {
    /// Visits a field that is shown as its type is.
    @inline(__always)
    package mutating func field<Value: FieldValue>(_ name: StaticString, _ value: inout Value) throws(Failure) {
        try field(name, &value, .plain)
    }
}

/// How a field is shown to a reader.
package enum FieldStyle {
    case plain
    /// A number in base 8, as permissions are.
    case octal
    /// A number in base 16, as masks are.
    case hexadecimal
    /// A set of capabilities, as a mask of their numbers.
    case capabilities
    /// Not at all: it says nothing to a reader, or far too much.
    case hidden
}

extension FieldRecord {
    /// Makes a value by changing the one that says nothing.
    package init(_ change: (inout Self) -> Void) {
        self.init()
        change(&self)
    }

    package func encode(to encoder: inout PlanEncoder) {
        var record = self
        record.fields(&encoder)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        self.init()
        try fields(&decoder)
    }

    package var shown: String {
        var record = self
        var text = FieldText()
        record.fields(&text)
        return text.text
    }

    package func write(to json: inout JSONWriter) {
        var record = self
        var writer = FieldJSON(writer: json)
        writer.writer.beginObject()
        record.fields(&writer)
        writer.writer.endObject()
        json = writer.writer
    }
}

extension PlanEncoder: FieldVisitor {
    package typealias Failure = Never

    @inline(__always)
    package mutating func field<Value: FieldValue>(_ name: StaticString, _ value: inout Value, _ style: FieldStyle) {
        value.encode(to: &self)
    }
}

extension PlanDecoder: FieldVisitor {
    package typealias Failure = PlanCodingError

    @inline(__always)
    package mutating func field<Value: FieldValue>(
        _ name: StaticString, _ value: inout Value, _ style: FieldStyle
    ) throws(PlanCodingError) {
        value = try Value(from: &self)
    }
}

/// The fields as words for a reader: `name=value`, one after the other, or the value of the only one. A field that says
/// nothing is left out.
package struct FieldText: FieldVisitor {
    package typealias Failure = Never

    private var fields: [(name: StaticString, value: String)] = []

    package var text: String {
        if fields.count == 1, let value = fields.first?.value { return value == "true" ? "\(fields[0].name)" : value }
        return fields.map { $0.value == "true" ? "\($0.name)" : "\($0.name)=" + $0.value }.joined(separator: " ")
    }

    package mutating func field<Value: FieldValue>(_ name: StaticString, _ value: inout Value, _ style: FieldStyle) {
        let shown = value.shown(in: style)
        if !shown.isEmpty { fields.append((name, shown)) }
    }
}

/// The fields as the members of a JSON object; those that say nothing are left out.
package struct FieldJSON: FieldVisitor {
    package typealias Failure = Never

    package var writer: JSONWriter

    package mutating func field<Value: FieldValue>(_ name: StaticString, _ value: inout Value, _ style: FieldStyle) {
        let shown = value.shown(in: style)
        guard !shown.isEmpty else { return }
        writer.key(name)
        if style == .plain { value.write(to: &writer) } else { writer.string(shown) }
    }
}

extension FieldValue {
    /// As a reader sees it in a style, which changes numbers only.
    package func shown(in style: FieldStyle) -> String {
        switch style {
        case .plain: return shown
        case .hidden: return ""
        case .octal, .hexadecimal, .capabilities:
            guard let number = UInt64(shown) else { return shown }
            if style == .capabilities { return Capability.text(of: number) }
            return style == .octal ? "0" + String(number, radix: 8) : "0x" + String(number, radix: 16)
        }
    }
}
