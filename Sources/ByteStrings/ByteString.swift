/// A string of bytes, as the kernel knows names, paths, arguments and environment variables.
///
/// Nothing says that such bytes are text in some encoding. All operations work on single bytes: a `String` compares and
/// splits by grapheme clusters, for which a "/" before U+0301 is no separator and two different names can be equal.
/// `String` is for what is said to people: see `text`.
public struct ByteString: Hashable, Sendable {
    /// The bytes and a NUL behind them, so that a system call needs no copy; nothing at all for the empty string.
    @usableFromInline var storage: [UInt8]

    /// Compares all bytes. See LiteralComparison.swift for words of the program.
    @_disfavoredOverload
    public static func == (a: ByteString, b: ByteString) -> Bool { a.storage == b.storage }

    /// Takes over bytes that end with a NUL, or none.
    @inlinable init(terminated storage: [UInt8]) { self.storage = storage.count > 1 ? storage : [] }

    /// Makes the empty string.
    @inlinable public init() { storage = [] }

    /// Makes a string of bytes.
    @inlinable public init(bytes: [UInt8]) {
        var storage = bytes
        if !storage.isEmpty { storage.append(0) }
        self.storage = storage
    }

    /// Makes a string of a part of an array.
    @inlinable public init(bytes: ArraySlice<UInt8>) {
        storage = []
        guard !bytes.isEmpty else { return }
        storage.reserveCapacity(bytes.count + 1)
        storage.append(contentsOf: bytes)
        storage.append(0)
    }

    /// Makes a string of bytes in memory.
    @inlinable public init(bytes: UnsafeBufferPointer<UInt8>) {
        storage = []
        guard !bytes.isEmpty else { return }
        storage.reserveCapacity(bytes.count + 1)
        storage.append(contentsOf: bytes)
        storage.append(0)
    }

    /// Copies a C string.
    public init(cString: UnsafePointer<CChar>) {
        var count = 0
        while cString[count] != 0 { count += 1 }
        self = cString.withMemoryRebound(to: UInt8.self, capacity: count + 1) { start in
            ByteString(terminated: Array(UnsafeBufferPointer(start: start, count: count + 1)))
        }
    }

    /// Makes a string of the UTF-8 bytes of a text.
    public init(_ text: String) {
        storage = []
        var text = text
        text.withUTF8 { utf8 in
            guard !utf8.isEmpty else { return }
            storage.reserveCapacity(utf8.count + 1)
            storage.append(contentsOf: utf8)
            storage.append(0)
        }
    }

    /// Makes a string of the UTF-8 bytes of a part of a text.
    public init(_ text: Substring) { self.init(String(text)) }

    /// Whether there is a NUL among the bytes, where the kernel would cut the string.
    public var containsNUL: Bool { contains(0) }

    /// Lends the bytes with a NUL behind them.
    @inlinable public func withCString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard !storage.isEmpty else {
            var nul: CChar = 0
            return try withUnsafePointer(to: &nul) { (pointer) throws(Failure) in try body(pointer) }
        }
        return try storage.withUnsafeBufferPointer { (buffer) throws(Failure) in
            // An array that is not empty has an address.
            // swift-format-ignore: NeverForceUnwrap
            let start = UnsafeRawPointer(buffer.baseAddress!).assumingMemoryBound(to: CChar.self)
            return try body(start)
        }
    }
}

extension ByteString: RandomAccessCollection {
    /// The place of the first byte.
    @inlinable public var startIndex: Int { 0 }
    /// The place behind the last byte.
    @inlinable public var endIndex: Int { storage.isEmpty ? 0 : storage.count - 1 }
    /// The byte at a place.
    @inlinable public subscript(position: Int) -> UInt8 {
        precondition(position < endIndex, "no such byte")
        return storage[position]
    }
    /// The bytes of a range of places.
    @inlinable public subscript(bounds: Range<Int>) -> ArraySlice<UInt8> {
        precondition(bounds.upperBound <= endIndex, "no such bytes")
        return storage[bounds]
    }

    /// The bytes as an array.
    public var bytes: [UInt8] { Array(self[0..<endIndex]) }
}

extension ByteString: Comparable {
    /// Compares byte by byte.
    public static func < (a: ByteString, b: ByteString) -> Bool {
        a.storage.withUnsafeBufferPointer { a in
            b.storage.withUnsafeBufferPointer { b in
                let count = Swift.min(a.count, b.count)
                var index = 0
                while index < count, a[index] == b[index] { index &+= 1 }
                return index < count ? a[index] < b[index] : a.count < b.count
            }
        }
    }
}

extension ByteString {
    /// Whether the string starts with the bytes of another.
    @_disfavoredOverload
    public func hasPrefix(_ prefix: ByteString) -> Bool {
        let count = prefix.count
        guard count <= self.count else { return false }
        for index in 0..<count where storage[index] != prefix.storage[index] { return false }
        return true
    }

    /// Whether the string ends with the bytes of another.
    public func hasSuffix(_ suffix: ByteString) -> Bool {
        let start = count - suffix.count
        guard start >= 0 else { return false }
        for index in 0..<suffix.count where storage[start + index] != suffix.storage[index] { return false }
        return true
    }

    /// The parts between the bytes `separator`, as strings of their own.
    public func parts(separatedBy separator: UInt8, keepingEmpty: Bool = false) -> [ByteString] {
        split(separator: separator, omittingEmptySubsequences: !keepingEmpty).map { ByteString(bytes: $0) }
    }

    /// What stands behind the first `count` bytes.
    public func dropping(first count: Int) -> ByteString { ByteString(bytes: self[Swift.min(count, endIndex)...]) }

    /// Joins texts with a byte between each two, as UTF-8.
    public init(joining texts: [String], separatedBy separator: Unicode.Scalar) {
        var bytes: [UInt8] = []
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: separator)) }
            bytes.append(contentsOf: text.utf8)
        }
        self.init(bytes: bytes)
    }

    /// Joins two strings.
    public static func + (a: ByteString, b: ByteString) -> ByteString {
        var result = a
        result += b
        return result
    }

    /// Appends a string.
    public static func += (a: inout ByteString, b: ByteString) {
        if a.storage.isEmpty {
            a = b
        } else if !b.storage.isEmpty {
            a.storage.removeLast()
            a.storage.append(contentsOf: b.storage)
        }
    }

    /// Appends a byte.
    public mutating func append(_ byte: UInt8) {
        if storage.isEmpty {
            storage = [byte, 0]
        } else {
            storage[storage.count - 1] = byte
            storage.append(0)
        }
    }
}

extension ByteString: ExpressibleByStringInterpolation {
    /// Makes a string of a literal.
    public init(stringLiteral literal: StaticString) {
        self = literal.withUTF8Buffer { ByteString(bytes: $0) }
    }

    /// Makes a string of literals and values.
    public init(stringInterpolation interpolation: ByteInterpolation) {
        self.init(bytes: interpolation.bytes)
    }
}

/// Collects the bytes of an interpolated literal.
public struct ByteInterpolation: StringInterpolationProtocol {
    @usableFromInline var bytes: [UInt8]

    /// Makes room for a literal.
    public init(literalCapacity: Int, interpolationCount: Int) {
        bytes = []
        bytes.reserveCapacity(literalCapacity + interpolationCount * 16 + 1)
    }

    /// Appends a part of the literal.
    public mutating func appendLiteral(_ literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends bytes.
    public mutating func appendInterpolation(_ value: ByteString) { bytes.append(contentsOf: value[0..<value.count]) }
    /// Appends the bytes of a path.
    public mutating func appendInterpolation(_ value: Path) { appendInterpolation(value.bytes) }
    /// Appends the bytes of a name.
    public mutating func appendInterpolation(_ value: PathComponent) { appendInterpolation(value.bytes) }
    /// Appends bytes.
    public mutating func appendInterpolation(_ value: ArraySlice<UInt8>) { bytes.append(contentsOf: value) }
    /// Appends a text as UTF-8.
    public mutating func appendInterpolation(_ value: String) { bytes.append(contentsOf: value.utf8) }
    /// Appends a text of the program as UTF-8.
    public mutating func appendInterpolation(_ value: StaticString) { appendLiteral(value) }
    /// Appends a number in decimal digits.
    public mutating func appendInterpolation(_ value: Int) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        appendInterpolation(UInt64(value.magnitude))
    }
    /// Appends a number in decimal digits.
    public mutating func appendInterpolation(_ value: Int32) { appendInterpolation(Int(value)) }
    /// Appends a number in decimal digits.
    public mutating func appendInterpolation(_ value: UInt32) { appendInterpolation(Int(value)) }
    /// Appends a number in decimal digits.
    public mutating func appendInterpolation(_ value: UInt64) {
        let start = bytes.count
        var rest = value
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        // The last digit came first.
        var (low, high) = (start, bytes.count - 1)
        while low < high {
            bytes.swapAt(low, high)
            low += 1
            high -= 1
        }
    }
}
