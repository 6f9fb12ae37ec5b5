/// One component of a path: what stands between two slashes.
///
/// This is the one place that makes components, so none can hold a slash or a NUL, or be empty.
public struct PathComponent: Hashable, Sendable {
    /// The bytes.
    public let bytes: ByteString

    /// Makes a component; nil for what cannot be one.
    public init?(_ bytes: ByteString) {
        guard !bytes.isEmpty else { return nil }
        for byte in bytes where byte == UInt8(ascii: "/") || byte == 0 { return nil }
        self.bytes = bytes
    }

    /// Makes a component of the UTF-8 bytes of a text; nil for what cannot be one.
    public init?(_ text: String) { self.init(ByteString(text)) }

    /// Whether this is `.`, which names the directory itself.
    public var isCurrentDirectory: Bool { bytes.count == 1 && bytes[0] == UInt8(ascii: ".") }

    /// Whether this is `..`, which names the directory above.
    public var isParentDirectory: Bool {
        bytes.count == 2 && bytes[0] == UInt8(ascii: ".") && bytes[1] == UInt8(ascii: ".")
    }

    /// Whether this names something in the directory.
    public var isName: Bool { !isCurrentDirectory && !isParentDirectory }

    /// Lends the bytes with a NUL behind them.
    @inlinable public func withCString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result { try bytes.withCString(body) }
}

extension PathComponent: Comparable {
    /// Compares byte by byte.
    public static func < (a: PathComponent, b: PathComponent) -> Bool { a.bytes < b.bytes }
}
