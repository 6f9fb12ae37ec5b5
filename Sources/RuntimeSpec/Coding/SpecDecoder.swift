import StrictJSON

/// Reads a document into its type, and collects everything that is wrong with it. Only a syntax error stops it.
///
/// A finding is noted by its place in the bytes; its path, line and column are found afterwards.
struct SpecDecoder: MemberVisitor, ~Copyable {
    typealias Failure = JSONSyntaxError

    var reader: JSONReader
    private var notes: [Note] = []
    private var unknown: [Int] = []
    private var frame = Frame()

    /// The findings and unknown members beyond these numbers are only counted, so that hostile input stays cheap.
    private static let mostNotes = 100
    private static let mostUnknown = 1000
    private var omittedNotes = 0

    /// What is known about the object whose members are visited now.
    private struct Frame {
        /// The place of its first byte.
        var start = 0
        /// The members that have been read, and those that must be, one bit each.
        var seen: UInt64 = 0
        var required: UInt64 = 0
        /// The bit of the member that is visited next.
        var bit: UInt64 = 1
        var isMatched = false
        /// Whether names are compared without regard to case.
        var ignoresCase = false
        /// Whether this visit is the last one, which reports what is missing.
        var isLast = false
    }

    private struct Note {
        let offset: Int
        /// The member of the value there that the note is about, if it is not about the value itself.
        let member: StaticString?
        let message: String
    }

    private init(_ bytes: [UInt8]) throws(JSONSyntaxError) { reader = try JSONReader(bytes) }

    @inline(__always)
    mutating func member<Value: SpecValue>(
        _ name: StaticString, _ value: inout Value, _ presence: Presence
    ) throws(JSONSyntaxError) {
        let bit = frame.bit
        frame.bit = bit &<< 1
        if presence == .required { frame.required |= bit }
        if frame.isLast {
            if presence == .required, frame.seen & bit == 0 { note(Value.missing, at: frame.start, member: name) }
            return
        }
        guard !frame.isMatched, frame.ignoresCase ? reader.isKey(name, ignoringCase: ()) : reader.isKey(name) else {
            return
        }
        frame.isMatched = true
        try read(&value, bit, presence)
    }

    private mutating func read<Value: SpecValue>(
        _ value: inout Value, _ bit: UInt64, _ presence: Presence
    ) throws(JSONSyntaxError) {
        if try reader.readNullIfNext() {
            frame.seen &= ~bit
            if let absent = Value.absent { value = absent }
            return
        }
        frame.seen |= bit
        let outer = frame
        let outerUnknown = unknown.count
        let offset = reader.offset
        let result = try Value.read(&self)
        frame = outer
        if let result { value = result }
        if presence == .foreign {
            unknown.removeSubrange(outerUnknown...)
            noteUnknown(at: offset)
        }
    }

    /// Enters the object before which the decoder stands.
    mutating func beginObject() throws(JSONSyntaxError) {
        frame = Frame()
        frame.start = reader.offset
        try reader.beginObject()
    }

    /// Goes to the next member of the object; false at its end.
    mutating func nextMember() throws(JSONSyntaxError) -> Bool {
        frame.bit = 1
        frame.isMatched = false
        frame.ignoresCase = false
        return try reader.nextMember()
    }

    /// Whether one more visit has to look for the member by a name in other case: Go's decoders, which most writers of
    /// these documents are tested with, take it for the same.
    @inline(__always)
    mutating func retries() -> Bool {
        guard !frame.isMatched else { return false }
        frame.bit = 1
        frame.ignoresCase = true
        return true
    }

    /// Skips the member if no visit took it.
    mutating func endMember() throws(JSONSyntaxError) {
        guard !frame.isMatched else { return }
        _ = try reader.peek()
        noteUnknown(at: reader.offset)
        try reader.skipValue()
    }

    /// Whether one more visit has to look for members that are missing.
    mutating func beginMissing() -> Bool {
        // An object without members has not been visited yet, and so its required members are not known.
        guard frame.seen == 0 || frame.required & ~frame.seen != 0 else { return false }
        frame.bit = 1
        frame.isLast = true
        return true
    }

    /// Whether the next value is of a kind; another one is reported and skipped.
    mutating func expect(_ kind: JSONKind) throws(JSONSyntaxError) -> Bool {
        guard let found = try reader.peek(expecting: kind) else { return true }
        let start = reader.offset
        try reader.skipValue()
        let value = reader.excerpt(from: start, to: reader.offset)
        note("expected " + kind.text + ", found " + (found == .null ? value : found.text + " " + value), at: start)
        return false
    }

    /// Reads the next value if it is an empty string.
    mutating func readEmptyString() throws(JSONSyntaxError) -> Bool {
        try reader.readEmptyStringIfNext()
    }

    /// Reports the value that is read next, or the one at a place, or a member of it.
    mutating func note(_ message: String, at offset: Int? = nil, member: StaticString? = nil) {
        guard notes.count < Self.mostNotes else {
            omittedNotes += 1
            return
        }
        notes.append(Note(offset: offset ?? reader.offset, member: member, message: message))
    }

    private mutating func noteUnknown(at offset: Int) {
        if unknown.count < Self.mostUnknown { unknown.append(offset) }
    }
}

extension SpecDecoder {
    /// What is wrong with a document, and the paths of what nobody knows in it.
    struct Remarks {
        let findings: [Finding]
        let unknownMembers: [String]
        /// Whether a string can hold a NUL.
        var mayHoldNUL = false
    }

    /// Decodes bytes that hold one document. What follows the document is of no interest, as in runc.
    ///
    /// - Parameter null: what null stands for; an error if it stands for nothing.
    ///
    /// - Parameter document: nil afterwards if there is nothing that could be looked at.
    static func decode<Document: SpecValue>(_ bytes: [UInt8], into document: inout Document?, isNullable: Bool = false)
        -> Remarks
    {
        do throws(JSONSyntaxError) {
            var decoder = try SpecDecoder(bytes)
            if try decoder.reader.peek() == .null {
                try decoder.reader.readNull()
                let finding = Finding(path: "", message: "config cannot be null")
                return Remarks(findings: isNullable ? [] : [finding], unknownMembers: [])
            }
            document = try Document.read(&decoder)
            return Remarks(
                findings: decoder.findings(in: bytes), unknownMembers: decoder.unknownMembers(in: bytes),
                mayHoldNUL: decoder.reader.hasSeenNUL)
        } catch {
            document = nil
            return Remarks(findings: [Finding(error, in: bytes)], unknownMembers: [])
        }
    }

    /// The document that the bytes hold, if nothing is wrong with it.
    ///
    /// - Parameter null: what null stands for; nil where it is wrong.
    static func decode<Document: SpecValue>(
        _ bytes: [UInt8], as type: Document.Type, null: Document? = nil
    ) throws(SpecError) -> Document {
        var document = null
        let remarks = decode(bytes, into: &document, isNullable: null != nil)
        guard remarks.findings.isEmpty, let document else { throw SpecError(findings: remarks.findings) }
        return document
    }

    private func findings(in bytes: [UInt8]) -> [Finding] {
        guard !notes.isEmpty else { return [] }
        let paths = PropertyPath.paths(at: notes.map(\.offset), in: bytes)
        var findings = zip(notes, paths).map { note, path in
            let location = TextLocation(of: note.offset, in: bytes)
            let path = note.member.map { path.member($0.description) } ?? path
            return Finding(path: path.text, message: note.message, line: location.line, column: location.column)
        }
        if omittedNotes > 0 { findings.append(Finding(path: "", message: "\(omittedNotes) more findings")) }
        return findings
    }

    private func unknownMembers(in bytes: [UInt8]) -> [String] {
        guard !unknown.isEmpty else { return [] }
        return PropertyPath.paths(at: unknown, in: bytes).map(\.text)
    }
}
