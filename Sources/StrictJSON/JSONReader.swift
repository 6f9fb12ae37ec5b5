import ByteStrings

/// A strict reader of one JSON value in one pass over its bytes.
///
/// The caller pulls: it asks for the kind of the next value and reads or skips it; inside a container it asks for the
/// next member or element until there is none. Nothing is copied before the caller asks for a string, and no input of
/// any kind traps: every mistake is a `JSONSyntaxError`.
package struct JSONReader: ~Copyable {
    /// The number of containers that may stand inside each other.
    package static let maximumDepth = 128
    /// The number of bytes that a document may have if the caller does not say.
    package static let maximumSize = 16 << 20

    /// The bytes of the document.
    package let bytes: [UInt8]
    @usableFromInline var position = 0
    /// The key of the member that `nextMember` has found.
    package internal(set) var key = JSONText(start: 0, end: 0, isEscaped: false)
    /// Whether a string with a NUL, which is always an escaped one, has been read or skipped.
    package internal(set) var hasSeenNUL = false

    /// The open containers, the innermost in bit 0: set for an object.
    private var containers: UInt128 = 0
    package private(set) var depth = 0
    /// Whether the innermost container has had no member or element yet.
    private var isFirst = false

    /// Starts before the first byte.
    package init(_ bytes: [UInt8], maximumSize: Int = JSONReader.maximumSize) throws(JSONSyntaxError) {
        guard bytes.count <= maximumSize else { throw JSONSyntaxError(.tooLarge(limit: maximumSize), at: maximumSize) }
        self.bytes = bytes
    }

    /// The kind of the next value, whose first byte is at `offset` then.
    package mutating func peek() throws(JSONSyntaxError) -> JSONKind {
        skipBlanks()
        guard position < bytes.count else { throw end() }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        default: throw unexpected(.beginningOfValue)
        }
    }

    /// Whether the next value is of a kind; if it is not, the kind that it is of.
    package mutating func peek(expecting kind: JSONKind) throws(JSONSyntaxError) -> JSONKind? {
        let found = try peek()
        return found == kind ? nil : found
    }

    /// Reads the next value if it is null.
    package mutating func readNullIfNext() throws(JSONSyntaxError) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "n") else { return false }
        try readNull()
        return true
    }

    /// The text of the document between two places, on one line and not longer than a message bears.
    package func excerpt(from start: Int, to end: Int) -> String {
        var text = ""
        for scalar in String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars {
            if text.unicodeScalars.count == 80 { return text + "…" }
            text.unicodeScalars.append(scalar.value < 0x20 ? " " : scalar)
        }
        return text
    }

    /// The number of bytes before the next byte to read.
    package var offset: Int { position }

    /// Enters the object that `peek` has found.
    package mutating func beginObject() throws(JSONSyntaxError) { try open(isObject: true) }

    /// Enters the array that `peek` has found.
    package mutating func beginArray() throws(JSONSyntaxError) { try open(isObject: false) }

    /// Goes to the next member of the innermost container, an object, and reads its key; false at the object's end,
    /// which it leaves.
    package mutating func nextMember() throws(JSONSyntaxError) -> Bool {
        skipBlanks()
        guard position < bytes.count else { throw end() }
        if bytes[position] == UInt8(ascii: "}") {
            close()
            return false
        }
        if !isFirst {
            guard bytes[position] == UInt8(ascii: ",") else { throw unexpected(.afterMember) }
            position += 1
            skipBlanks()
            guard position < bytes.count else { throw end() }
        }
        isFirst = false
        guard bytes[position] == UInt8(ascii: "\"") else { throw unexpected(.beginningOfKey) }
        key = try scanString()
        skipBlanks()
        guard position < bytes.count else { throw end() }
        guard bytes[position] == UInt8(ascii: ":") else { throw unexpected(.afterKey) }
        position += 1
        return true
    }

    /// Goes to the next member of the innermost container, an object, if it has this key and stands there as `JSONWriter`
    /// writes it, without blanks and escapes. For files whose members mostly come in a known order: that costs much less
    /// than reading the key and comparing it with names.
    ///
    /// - Parameter name: a name without what has to be escaped in a string.
    package mutating func nextMember(ifWritten name: StaticString) -> Bool {
        let start = isFirst ? position : position &+ 1
        let count = name.utf8CodeUnitCount
        let isNext = bytes.withUnsafeBytes { bytes in
            guard start &+ count &+ 3 <= bytes.count, isFirst || bytes[position] == UInt8(ascii: ","),
                bytes[start] == UInt8(ascii: "\""), bytes[start &+ count &+ 1] == UInt8(ascii: "\""),
                bytes[start &+ count &+ 2] == UInt8(ascii: ":")
            else { return false }
            return name.withUTF8Buffer {
                haveSameBytes(
                    UnsafeRawBufferPointer(rebasing: bytes[(start &+ 1)..<(start &+ 1 &+ count)]),
                    UnsafeRawBufferPointer($0))
            }
        }
        guard isNext else { return false }
        isFirst = false
        key = JSONText(start: start &+ 1, end: start &+ 1 &+ count, isEscaped: false)
        position = start &+ count &+ 3
        return true
    }

    /// Goes to the next element of the innermost container, an array; false at the array's end, which it leaves.
    package mutating func nextElement() throws(JSONSyntaxError) -> Bool {
        skipBlanks()
        guard position < bytes.count else { throw end() }
        if isFirst {
            isFirst = false
            guard bytes[position] == UInt8(ascii: "]") else { return true }
            close()
            return false
        }
        switch bytes[position] {
        case UInt8(ascii: "]"):
            close()
            return false
        case UInt8(ascii: ","):
            position += 1
            return true
        default: throw unexpected(.afterElement)
        }
    }

    /// Reads the next element of the innermost container, an array, if it is a string of plain ASCII without escapes.
    /// Anything else, the array's end and mistakes too, is left to `nextElement`.
    package mutating func nextPlainElement() -> JSONText? {
        var start = position
        if !isFirst {
            guard start < bytes.count, bytes[start] == UInt8(ascii: ",") else { return nil }
            start &+= 1
        }
        // As most writers do, no blank or one.
        if start < bytes.count, bytes[start] == UInt8(ascii: " ") { start &+= 1 }
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return nil }
        let end = plainEnd(from: start &+ 1)
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
        isFirst = false
        position = end &+ 1
        return JSONText(start: start &+ 1, end: end, isEscaped: false)
    }

    /// Reads the boolean that `peek` has found.
    package mutating func readBoolean() throws(JSONSyntaxError) -> Bool {
        let isTrue = position < bytes.count && bytes[position] == UInt8(ascii: "t")
        try readLiteral(isTrue ? "true" : "false")
        return isTrue
    }

    /// Reads the null that `peek` has found.
    package mutating func readNull() throws(JSONSyntaxError) { try readLiteral("null") }

    /// Reads any value and checks its form, but makes nothing of it.
    package mutating func skipValue() throws(JSONSyntaxError) {
        let outer = depth
        repeat {
            switch try peek() {
            case .object: try beginObject()
            case .array: try beginArray()
            case .string: _ = try scanString()
            case .number: _ = try readNumber()
            case .boolean: _ = try readBoolean()
            case .null: try readNull()
            }
            while depth > outer {
                guard try isInObject ? nextMember() : nextElement() else { continue }
                break
            }
        } while depth > outer
    }

    /// Demands that nothing but blanks follows the value.
    package mutating func finish() throws(JSONSyntaxError) {
        skipBlanks()
        guard position == bytes.count else { throw unexpected(.afterValue) }
    }

    /// A place to come back to.
    package struct Mark {
        fileprivate let position: Int
        fileprivate let containers: UInt128
        fileprivate let depth: Int
        fileprivate let isFirst: Bool
    }

    /// The present place.
    package var mark: Mark { Mark(position: position, containers: containers, depth: depth, isFirst: isFirst) }

    /// Goes back to a place, as if nothing had been read since.
    package mutating func goBack(to mark: Mark) {
        position = mark.position
        containers = mark.containers
        depth = mark.depth
        isFirst = mark.isFirst
    }

    /// Whether the innermost container is an object.
    package var isInObject: Bool { containers & 1 == 1 }

    private mutating func open(isObject: Bool) throws(JSONSyntaxError) {
        guard depth < Self.maximumDepth else { throw JSONSyntaxError(.tooDeep(limit: Self.maximumDepth), at: position) }
        containers = containers << 1 | (isObject ? 1 : 0)
        depth += 1
        isFirst = true
        position += 1
    }

    private mutating func close() {
        containers >>= 1
        depth -= 1
        isFirst = false
        position += 1
    }

    private mutating func readLiteral(_ literal: StaticString) throws(JSONSyntaxError) {
        for index in 0..<literal.utf8CodeUnitCount {
            let expected = literal.utf8Start[index]
            guard position < bytes.count else { throw end() }
            guard bytes[position] == expected else { throw unexpected(.inLiteral(literal, expecting: expected)) }
            position += 1
        }
    }

    @inline(__always)
    mutating func skipBlanks() {
        guard position < bytes.count, bytes[position] <= 0x20 else { return }
        skipRun()
    }

    private mutating func skipRun() {
        position = bytes.withUnsafeBufferPointer { bytes in
            var index = position
            while index < bytes.count {
                let byte = bytes[index]
                guard byte == 0x09 || byte == 0x20 || byte == 0x0A || byte == 0x0D else { break }
                index &+= 1
            }
            return index
        }
    }

    /// The error of a byte that cannot stand at the present place.
    func unexpected(_ context: JSONSyntaxError.Context) -> JSONSyntaxError {
        JSONSyntaxError(.invalidCharacter(bytes[position], context), at: position)
    }

    /// The error of bytes that end too early.
    func end() -> JSONSyntaxError {
        for byte in bytes where byte != 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D {
            return JSONSyntaxError(.unexpectedEnd, at: bytes.count)
        }
        return JSONSyntaxError(.noValue, at: bytes.count)
    }
}

/// The kinds of JSON values.
package enum JSONKind: Sendable {
    case object
    case array
    case string
    case number
    case boolean
    case null

    /// The kind with its article, such as `an object`.
    package var text: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "a boolean"
        case .null: "null"
        }
    }
}
