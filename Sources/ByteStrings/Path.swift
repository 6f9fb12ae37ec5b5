/// A path, as the kernel understands it: bytes, in which "/" stands between names.
///
/// Nothing here looks at a file system; everything is decided by the bytes alone. See path_resolution(7).
public struct Path: Hashable, Sendable {
    /// The bytes.
    public let bytes: ByteString

    /// Compares all bytes.
    @_disfavoredOverload
    public static func == (a: Path, b: Path) -> Bool { a.bytes == b.bytes }

    /// Makes a path of bytes.
    @inlinable public init(_ bytes: ByteString) { self.bytes = bytes }

    /// Makes a path of a single name.
    @inlinable public init(_ name: PathComponent) { bytes = name.bytes }

    /// Makes a path of the UTF-8 bytes of a text.
    public init(_ text: String) { bytes = ByteString(text) }

    /// The empty path.
    public init() { bytes = ByteString() }

    @usableFromInline static let slash = UInt8(ascii: "/")

    /// Whether there are no bytes.
    @inlinable public var isEmpty: Bool { bytes.isEmpty }

    /// Whether the path starts at the root.
    @inlinable public var isAbsolute: Bool { bytes.first == Self.slash }

    /// Lends the bytes with a NUL behind them.
    @inlinable public func withCString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result { try bytes.withCString(body) }
}

extension Path {
    /// The names between the slashes, in order, with every `.` and `..`; nil when a NUL makes one impossible.
    public var components: [PathComponent]? {
        var names: [PathComponent] = []
        for part in bytes.split(separator: Self.slash) {
            guard let name = PathComponent(ByteString(bytes: part)) else { return nil }
            names.append(name)
        }
        return names
    }

    /// The path of the directory and the last name in it; nil when the last component is not a name.
    public var parentAndName: (parent: Path, name: PathComponent)? {
        var end = bytes.endIndex
        while end > 0, bytes[end - 1] == Self.slash { end -= 1 }
        var start = end
        while start > 0, bytes[start - 1] != Self.slash { start -= 1 }
        guard let name = PathComponent(ByteString(bytes: bytes[start..<end])), name.isName else { return nil }
        return (start == 0 ? "." : Path(ByteString(bytes: bytes[0..<start])), name)
    }

    /// The last name; nil when the last component is not one.
    public var lastComponent: PathComponent? { parentAndName?.name }

    /// The path without its last component and the slashes before it; `/` and a single name have `/` and `.`.
    public var parent: Path {
        var end = bytes.endIndex
        while end > 0, bytes[end - 1] == Self.slash { end -= 1 }
        while end > 0, bytes[end - 1] != Self.slash { end -= 1 }
        while end > 0, bytes[end - 1] == Self.slash { end -= 1 }
        if end > 0 { return Path(ByteString(bytes: bytes[0..<end])) }
        return isAbsolute ? "/" : "."
    }

    /// The path without empty components, `.` and `..`, as if it started at the root: `..` does not leave the root.
    ///
    /// The result starts with a slash and ends with none, but for the root itself. Links are not looked at.
    public var cleaned: Path {
        guard !isClean else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 2)
        let dot = UInt8(ascii: ".")
        for part in bytes.split(separator: Self.slash) {
            if part.count == 1, part.first == dot { continue }
            if part.count == 2, part.first == dot, part.last == dot {
                while let byte = result.popLast(), byte != Self.slash {}
                continue
            }
            result.append(Self.slash)
            result.append(contentsOf: part)
        }
        return result.isEmpty ? "/" : Path(ByteString(bytes: result))
    }

    /// Whether `cleaned` would change nothing, which is nearly always so.
    private var isClean: Bool {
        guard isAbsolute else { return false }
        let count = bytes.count
        if count == 1 { return true }
        var start = 1
        for index in 1...count where index == count || bytes[index] == Self.slash {
            let length = index - start
            if length == 0 { return false }
            if bytes[start] == UInt8(ascii: "."), length == 1 || (length == 2 && bytes[start + 1] == UInt8(ascii: "."))
            {
                return false
            }
            start = index + 1
        }
        return true
    }

    /// The cleaned path; a relative one starts at `directory`.
    public func absolute(in directory: Path) -> Path { isAbsolute ? cleaned : directory.appending(self).cleaned }

    /// The path `other` below this one, whether or not it starts with a slash.
    public func appending(_ other: Path) -> Path {
        if bytes.isEmpty { return other }
        if other.isEmpty { return self }
        let hasSlash = bytes.last == Self.slash || other.isAbsolute
        return hasSlash ? Path(bytes + other.bytes) : "\(bytes)/\(other.bytes)"
    }

    /// The file `name` in this directory.
    public func appending(_ name: PathComponent) -> Path { appending(Path(name.bytes)) }

    /// The file of a name in this directory, whose path ends with no slash.
    package func entry(_ name: StaticString) -> Path {
        var storage: [UInt8] = []
        let count = bytes.count
        storage.reserveCapacity(count + name.utf8CodeUnitCount + 2)
        storage.append(contentsOf: bytes.storage[..<count])
        storage.append(Self.slash)
        name.withUTF8Buffer { storage.append(contentsOf: $0) }
        storage.append(0)
        return Path(ByteString(terminated: storage))
    }

    /// Whether a cleaned path is `directory`, also cleaned, or lies below it.
    public func isAtOrBelow(_ directory: Path) -> Bool { self == directory || isBelow(directory) }

    /// Whether a cleaned path lies below `directory`, also cleaned.
    public func isBelow(_ directory: Path) -> Bool {
        let start = directory.bytes.count
        guard bytes.count > start, bytes.hasPrefix(directory.bytes) else { return false }
        return directory.bytes.last == Self.slash || bytes[start] == Self.slash
    }

    /// What remains of a path below `directory`, without a slash at its start; nil for any other path.
    public func relative(to directory: Path) -> Path? {
        guard isBelow(directory) else { return nil }
        return Path(bytes.dropping(first: directory.bytes.count + (directory.bytes.last == Self.slash ? 0 : 1)))
    }
}

extension Path: Comparable {
    /// Compares byte by byte.
    public static func < (a: Path, b: Path) -> Bool { a.bytes < b.bytes }
}

extension Path: ExpressibleByStringInterpolation {
    /// Makes a path of a literal.
    public init(stringLiteral literal: StaticString) { bytes = ByteString(stringLiteral: literal) }
    /// Makes a path of literals and values.
    public init(stringInterpolation interpolation: ByteInterpolation) {
        bytes = ByteString(stringInterpolation: interpolation)
    }
}
