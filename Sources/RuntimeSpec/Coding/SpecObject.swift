import StrictJSON

/// An object of a document, described once: a list of its members in the order in which Go writes them.
///
/// Reading, writing, the list of property paths and the search for NUL all run this one list, so none of them can know a
/// member that another does not.
protocol SpecObject: SpecValue {
    /// The object before any member is read.
    static var blank: Self { get }

    /// Visits the members.
    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure)
}

/// Something that wants to see the members of an object one after the other.
protocol MemberVisitor: ~Copyable {
    associatedtype Failure: Error

    mutating func member<Value: SpecValue>(
        _ name: StaticString, _ value: inout Value, _ presence: Presence
    ) throws(Failure)
}

extension MemberVisitor where Self: ~Copyable {
    /// Visits a member that may be absent.
    @inline(__always)
    mutating func member<Value: SpecValue>(_ name: StaticString, _ value: inout Value) throws(Failure) {
        try member(name, &value, .optional)
    }
}

/// When a member has to be there.
enum Presence {
    /// It may be absent, and is not written when it says nothing.
    case optional
    /// It is always written, but may be absent when read.
    case written
    /// It must be there.
    case required
    /// It belongs to another platform: it is checked when read, counts as unknown, and is never written.
    case foreign
}

/// What can stand as the value of a member.
protocol SpecValue {
    /// Reads the value before which the decoder stands. A wrong one is reported, skipped, and gives nil.
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Self?

    /// Reads the array before which the decoder stands. Wrong elements are reported and left out.
    static func readElements(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> [Self]

    /// The value of an absent member, if there is one for the type.
    static var absent: Self? { get }

    /// Reads the next value if it stands for an absent one.
    static func readAbsent(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Bool

    /// What to say when the member must be there and is not.
    static var missing: String { get }

    /// Whether the value says nothing, so that an optional member can be left out.
    var isOmitted: Bool { get }

    /// Whether the value would be read as an absent one where it may be absent.
    var isAbsent: Bool { get }

    /// Writes the value.
    func write(_ encoder: inout SpecEncoder)

    /// Collects the paths of the members inside.
    static func collect(_ paths: inout PropertyPathCollector)

    /// Reports the strings that hold a NUL.
    func findNUL(_ finder: inout NULFinder)
}

extension SpecValue {
    static func readElements(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> [Self] {
        var elements: [Self] = []
        try decoder.reader.beginArray()
        while try decoder.reader.nextElement() {
            guard let element = try read(&decoder) else { continue }
            // Most lists have one element, which needs no room for more.
            if elements.isEmpty { elements = [element] } else { elements.append(element) }
        }
        return elements
    }

    static var absent: Self? { nil }
    static func readAbsent(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Bool { false }
    static var missing: String { "required, but missing" }
    var isOmitted: Bool { false }
    var isAbsent: Bool { false }
    static func collect(_ paths: inout PropertyPathCollector) {}
    func findNUL(_ finder: inout NULFinder) {}
}

extension SpecObject {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> Self? {
        guard try decoder.expect(.object) else { return nil }
        var object = blank
        try decoder.beginObject()
        while try decoder.nextMember() {
            try object.members(&decoder)
            if decoder.retries() { try object.members(&decoder) }
            try decoder.endMember()
        }
        if decoder.beginMissing() { try object.members(&decoder) }
        return object
    }

    func write(_ encoder: inout SpecEncoder) {
        encoder.writer.beginObject()
        var object = self
        object.members(&encoder)
        encoder.writer.endObject()
    }

    static func collect(_ paths: inout PropertyPathCollector) {
        var object = blank
        object.members(&paths)
    }

    func findNUL(_ finder: inout NULFinder) {
        var object = self
        object.members(&finder)
    }
}
