import ByteStrings
import StrictJSON

/// The name of a system call, as a rule of a filter has it.
///
/// A name that some architecture has is only a place in a table, so that the many names of a profile take neither memory
/// of their own nor a comparison when numbers are looked up.
public struct SyscallName: Hashable, Sendable {
    private enum Kind: Hashable, Sendable {
        case known(UInt16)
        case unknown(ByteString)
    }

    private let kind: Kind

    /// Makes a name of a text.
    public init(_ text: String) {
        var text = text
        self = text.withUTF8 { SyscallName(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Makes a name of bytes.
    package init(bytes: UnsafeRawBufferPointer) {
        if let place = SyscallNames.place(of: bytes) {
            kind = .known(UInt16(truncatingIfNeeded: place))
        } else {
            kind = .unknown(ByteString(bytes: bytes.bindMemory(to: UInt8.self)))
        }
    }

    /// The place in the table of names; nil when no architecture has such a call.
    package var place: Int? {
        switch kind {
        case .known(let place): Int(place)
        case .unknown: nil
        }
    }

    /// The name for people.
    public var text: String {
        switch kind {
        case .known(let place): SyscallNames.name(at: Int(place))
        case .unknown(let name): name.text
        }
    }
}

extension SyscallName: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Makes a name of a literal.
    public init(stringLiteral literal: StaticString) {
        self = literal.withUTF8Buffer { SyscallName(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// The same as `text`.
    public var description: String { text }
}

extension SyscallName: SpecValue {
    static func read(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> SyscallName? {
        guard try decoder.expect(.string) else { return nil }
        return SyscallName(try decoder.reader.readText(), in: decoder.reader)
    }

    private init(_ text: JSONText, in reader: borrowing JSONReader) {
        self =
            text.isEscaped
            ? reader.unescaped(text).withUnsafeBytes { SyscallName(bytes: $0) }
            : reader.bytes.withUnsafeBytes {
                SyscallName(bytes: UnsafeRawBufferPointer(rebasing: $0[text.start..<text.end]))
            }
    }

    /// Profiles have hundreds of names.
    static func readElements(_ decoder: inout SpecDecoder) throws(JSONSyntaxError) -> [SyscallName] {
        var names: [SyscallName] = []
        try decoder.reader.beginArray()
        while true {
            if let text = decoder.reader.nextPlainElement() {
                names.append(SyscallName(text, in: decoder.reader))
                if names.count == 2 { names.reserveCapacity(32) }
            } else if try decoder.reader.nextElement() {
                if let name = try read(&decoder) { names.append(name) }
            } else {
                return names
            }
        }
    }

    func write(_ encoder: inout SpecEncoder) {
        switch kind {
        case .known(let place): encoder.writer.string(SyscallNames.name(at: Int(place)))
        case .unknown(let name): encoder.writer.string(name)
        }
    }

    func findNUL(_ finder: inout NULFinder) {
        if case .unknown(let name) = kind { finder.check(name) }
    }
}
