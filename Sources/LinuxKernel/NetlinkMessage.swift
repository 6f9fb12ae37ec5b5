import CLinuxKernel

/// A request to the kernel's network configuration, as the bytes of rtnetlink(7): a header, a body of fixed form, and
/// attributes.
struct NetlinkMessage: Sendable {
    /// What is asked for, and the kernel's answers.
    enum Kind: UInt16, Sendable {
        case newLink = 16
        case getLink = 18
        case setLink = 19
        case newAddress = 20
        case getAddress = 22
    }

    /// How it is asked for. See netlink(7), `nlmsg_flags`.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt16
        init(rawValue: UInt16) { self.rawValue = rawValue }

        static let request = Flags(rawValue: 0x001)
        static let acknowledge = Flags(rawValue: 0x004)
        /// All entries instead of one.
        static let dump = Flags(rawValue: 0x300)
        /// Fails when the entry is there.
        static let exclusive = Flags(rawValue: 0x200)
        static let create = Flags(rawValue: 0x400)
    }

    private(set) var bytes: [UInt8]

    static let headerSize = 16

    /// A request about links; `index` 0 leaves it open which. The body is struct ifinfomsg.
    init(_ kind: Kind, _ flags: Flags = [], link index: Int32, up: Bool = false) {
        self.init(kind, flags)
        append(UInt32(0))
        append(index)
        append(UInt32(up ? Self.interfaceUp : 0))
        append(UInt32(up ? Self.interfaceUp : 0))
    }

    /// A request about addresses. The body is struct ifaddrmsg.
    init(
        _ kind: Kind, _ flags: Flags = [], family: UInt8, prefixLength: UInt8 = 0, scope: UInt8 = 0, link index: Int32
    ) {
        self.init(kind, flags)
        bytes += [family, prefixLength, 0, scope]
        append(index)
    }

    /// `IFF_UP`.
    static let interfaceUp = 0x1

    private init(_ kind: Kind, _ flags: Flags) {
        bytes = []
        bytes.reserveCapacity(128)
        append(UInt32(0))
        append(kind.rawValue)
        append(flags.rawValue | Flags.request.rawValue | (flags.contains(.dump) ? 0 : Flags.acknowledge.rawValue))
        append(UInt32(0))
        append(UInt32(0))
    }

    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    /// Adds an attribute. See rtnetlink(7), `struct rtattr`.
    mutating func add(_ attribute: UInt16, _ value: some Collection<UInt8>) {
        append(UInt16(truncatingIfNeeded: 4 + value.count))
        append(attribute)
        bytes += value
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    mutating func add(_ attribute: UInt16, _ value: UInt32) {
        withUnsafeBytes(of: value) { add(attribute, Array($0)) }
    }

    mutating func add(_ attribute: UInt16, _ text: ByteString) { add(attribute, text.bytes + [0]) }

    /// The bytes to send: with their length and a number by which the answer is known.
    func finished(sequence: UInt32) -> [UInt8] {
        var result = bytes
        result.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt32($0.count), toByteOffset: 0, as: UInt32.self)
            $0.storeBytes(of: sequence, toByteOffset: 8, as: UInt32.self)
        }
        return result
    }
}

/// One message of the kernel.
struct NetlinkAnswer: Sendable {
    let kind: UInt16
    let flags: UInt16
    let sequence: UInt32
    /// What follows the header.
    let body: ArraySlice<UInt8>

    static let error: UInt16 = 2
    static let done: UInt16 = 3
    /// The entries changed while they were listed: `NLM_F_DUMP_INTR`.
    static let interrupted: UInt16 = 0x10
    /// The attribute with the kernel's own words: `NLMSGERR_ATTR_MSG`.
    private static let words: UInt16 = 1

    /// Takes a datagram apart; what is cut off at its end is left out.
    static func all(in datagram: [UInt8]) -> [NetlinkAnswer] {
        var answers: [NetlinkAnswer] = []
        var rest = datagram[...]
        while rest.count >= NetlinkMessage.headerSize {
            let length = Int(rest.integer(at: 0, as: UInt32.self))
            guard length >= NetlinkMessage.headerSize, length <= rest.count else { break }
            let body = rest.dropFirst(NetlinkMessage.headerSize).prefix(length - NetlinkMessage.headerSize)
            answers.append(
                NetlinkAnswer(
                    kind: rest.integer(at: 4, as: UInt16.self), flags: rest.integer(at: 6, as: UInt16.self),
                    sequence: rest.integer(at: 8, as: UInt32.self), body: body))
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return answers
    }

    /// What an answer of kind `error` or `done` says; nil for success.
    var failure: NetlinkError? {
        guard body.count >= 4 else { return kind == Self.error ? NetlinkError(errno: .inputOutput) : nil }
        let number = body.integer(at: 0, as: Int32.self)
        guard number < 0, number != Int32.min else { return nil }
        var error = NetlinkError(errno: Errno(rawValue: -number))
        let hasAttributes = flags & UInt16(NLM_F_ACK_TLVS) != 0
        if hasAttributes {
            // The header of the request stands between, and the whole request where the kernel did not leave it out.
            var offset = 4
            if kind == Self.error {
                guard body.count >= 20 else { return error }
                let isCapped = flags & UInt16(NLM_F_CAPPED) != 0
                offset += isCapped ? NetlinkMessage.headerSize : (Int(body.integer(at: 4, as: UInt32.self)) + 3) & ~3
            }
            for attribute in NetlinkAttributes(body.dropFirst(offset)) where attribute.type == Self.words {
                error.explanation = attribute.name.text
            }
        }
        return error
    }
}

/// The attributes at the end of a message.
struct NetlinkAttributes: Sequence, IteratorProtocol {
    struct Element: Sendable {
        let type: UInt16
        let value: ArraySlice<UInt8>

        /// The value as a name, without the NUL at its end.
        var name: ByteString { ByteString(bytes: value.prefix { $0 != 0 }) }
        /// The value as a number; 0 where it is too short.
        var number: UInt32 { value.count < 4 ? 0 : value.integer(at: 0, as: UInt32.self) }
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> Element? {
        guard rest.count >= 4 else { return nil }
        let length = Int(rest.integer(at: 0, as: UInt16.self))
        guard length >= 4, length <= rest.count else { return nil }
        // The two highest bits are marks for nested attributes and for the byte order.
        let element = Element(
            type: rest.integer(at: 2, as: UInt16.self) & 0x3fff, value: rest.dropFirst(4).prefix(length - 4))
        rest = rest.dropFirst((length + 3) & ~3)
        return element
    }
}

extension ArraySlice<UInt8> {
    /// The integer at an offset that the caller has checked; in the order of the machine, as netlink(7) has it.
    func integer<Value: FixedWidthInteger>(at offset: Int, as: Value.Type) -> Value {
        withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
    }
}

/// Why the kernel refused a change of the network.
package struct NetlinkError: Error, Sendable, Equatable {
    package var errno: Errno
    /// The kernel's own words, where it has some.
    package var explanation = ""

    package init(errno: Errno, explanation: String = "") {
        self.errno = errno
        self.explanation = explanation
    }
}
