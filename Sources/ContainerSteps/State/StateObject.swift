import ByteStrings
import ContainerInit
import StrictJSON

/// An object of the state file, described once: a list of its members in the order in which they are written. Reading and
/// writing run this one list.
package protocol StateObject: StateValue {
    /// The object before any member is read.
    init()

    /// Visits the members.
    mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure)
}

/// Something that wants to see the members of an object one after the other.
package protocol StateVisitor: ~Copyable {
    associatedtype Failure: Error

    mutating func member<Value: StateValue>(
        _ name: StaticString, _ value: inout Value, _ presence: StatePresence
    ) throws(Failure)

    /// A member for programs outside, which the runtime does not read back.
    mutating func exported(_ write: (inout JSONWriter) -> Void) throws(Failure)
}

extension StateVisitor where Self: ~Copyable {
    /// Visits a member that is left out when it says nothing.
    @inline(__always)
    package mutating func member<Value: StateValue>(_ name: StaticString, _ value: inout Value) throws(Failure) {
        try member(name, &value, .optional)
    }
}

/// When a member is written.
package enum StatePresence {
    case always, optional
}

/// What can stand as the value of a member.
package protocol StateValue: Equatable, Sendable {
    /// Reads the next value; nil when it is of another kind, and skipped.
    static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> Self?
    func write(_ writer: inout JSONWriter)
    /// Whether the value says nothing.
    var isOmitted: Bool { get }
}

extension StateObject {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> Self? {
        guard try reader.expect(.object) else { return nil }
        var object = Self()
        try reader.readMembers { (reader) throws(JSONSyntaxError) in
            try object.members(&reader)
            return true
        }
        return object
    }

    package func write(_ writer: inout JSONWriter) {
        var object = self
        var visitor = StateWriter(writer: writer)
        visitor.writer.beginObject()
        object.members(&visitor)
        visitor.writer.endObject()
        writer = visitor.writer
    }

    package var isOmitted: Bool { self == Self() }
}

/// Reads the members of a document, each by its name.
package struct StateReader: StateVisitor, ~Copyable {
    package typealias Failure = JSONSyntaxError

    package var json: JSONReader
    /// Whether the members are taken that come next, in the order in which they are written.
    private var isInOrder = false
    /// Whether the member whose key was read last has been taken.
    private var isRead = false

    package init(_ bytes: [UInt8]) throws(JSONSyntaxError) { json = try JSONReader(bytes) }

    /// Whether the next value is of a kind; another one is skipped.
    package mutating func expect(_ kind: JSONKind) throws(JSONSyntaxError) -> Bool {
        if try json.peek() == kind { return true }
        try json.skipValue()
        return false
    }

    /// Reads the members of the object that `expect` has found.
    ///
    /// - Parameter take: asks for the members it knows with `takes`, in the order in which they are written, and takes their
    ///   values; false when it needs no more. It is called once for all that stand in that order at the front, and then for
    ///   each of the others. What it does not take, as what a later version wrote, is passed over.
    package mutating func readMembers(
        _ take: (inout StateReader) throws(JSONSyntaxError) -> Bool
    ) throws(JSONSyntaxError) {
        let outer = (isInOrder, isRead)
        try json.beginObject()
        isInOrder = true
        if try take(&self) {
            isInOrder = false
            while try json.nextMember() {
                isRead = false
                guard try take(&self) else { break }
                if !isRead { try json.skipValue() }
            }
        }
        (isInOrder, isRead) = outer
    }

    /// Whether the value of this member comes next, and has to be read now.
    package mutating func takes(_ name: StaticString) -> Bool {
        if isInOrder { return json.nextMember(ifWritten: name) }
        guard !isRead, json.isKey(name) else { return false }
        isRead = true
        return true
    }

    package mutating func member<Value: StateValue>(
        _ name: StaticString, _ value: inout Value, _ presence: StatePresence
    ) throws(JSONSyntaxError) {
        guard takes(name) else { return }
        if let read = try Value.read(&self) { value = read }
    }

    package mutating func exported(_ write: (inout JSONWriter) -> Void) {}
}

/// Writes the members.
private struct StateWriter: StateVisitor {
    package typealias Failure = Never

    package var writer: JSONWriter

    package mutating func member<Value: StateValue>(
        _ name: StaticString, _ value: inout Value, _ presence: StatePresence
    ) {
        if presence == .optional, value.isOmitted { return }
        writer.key(name)
        value.write(&writer)
    }

    package mutating func exported(_ write: (inout JSONWriter) -> Void) { write(&writer) }
}
