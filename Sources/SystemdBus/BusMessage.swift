/// A D-Bus message. See the D-Bus specification, section "Message Protocol".
struct BusMessage {
    enum Kind: UInt8 {
        case call = 1
        case reply = 2
        case error = 3
        case signal = 4
    }

    /// The numbers of the header's fields.
    private enum Field {
        static let path: UInt8 = 1
        static let interface: UInt8 = 2
        static let member: UInt8 = 3
        static let errorName: UInt8 = 4
        static let replySerial: UInt8 = 5
        static let destination: UInt8 = 6
        static let sender: UInt8 = 7
        static let signature: UInt8 = 8
    }

    var kind: Kind
    var path = ""
    var interface = ""
    var member = ""
    var errorName = ""
    /// The serial number of the call that this answers.
    var replySerial: UInt32 = 0
    var destination = ""
    /// Who sent it, as the bus says; empty where there is no bus.
    var sender = ""
    var body: [BusValue] = []

    /// A call of a method.
    static func call(
        _ member: String, of interface: String, at path: String, destination: String, _ body: [BusValue] = []
    ) -> BusMessage {
        BusMessage(
            kind: .call, path: path, interface: interface, member: member, destination: destination, body: body)
    }

    /// The message as it goes over the wire.
    func encoded(serial: UInt32) -> [UInt8] {
        var content = BusEncoder()
        for value in body { content.encode(value) }
        var fields: [BusValue] = []
        func add(_ field: UInt8, _ value: BusValue) {
            fields.append(.structure([.byte(field), .variant(value)]))
        }
        add(Field.path, .objectPath(path))
        add(Field.interface, .string(interface))
        add(Field.member, .string(member))
        // The private socket has no bus, and nobody to name.
        if !destination.isEmpty { add(Field.destination, .string(destination)) }
        if !body.isEmpty { add(Field.signature, .signature(body.map(\.signature).joined())) }
        var header = BusEncoder()
        header.integer(UInt8(ascii: "l"))
        header.integer(kind.rawValue)
        header.integer(UInt8(0))
        header.integer(UInt8(1))
        header.integer(UInt32(truncatingIfNeeded: content.bytes.count))
        header.integer(serial)
        header.encode(.array(element: "(yv)", fields))
        header.align(8)
        return header.bytes + content.bytes
    }

    /// The length of the whole message whose first sixteen bytes are given.
    ///
    /// - Throws: malformed, also above the limits of the specification.
    static func length(of start: ArraySlice<UInt8>) throws(BusError) -> Int {
        var decoder = BusDecoder(start, isBigEndian: try isBigEndian(start))
        for _ in 0..<4 { _ = try decoder.byte() }
        let body = Int(try decoder.integer(UInt32.self))
        _ = try decoder.integer(UInt32.self)
        let fields = Int(try decoder.integer(UInt32.self))
        guard body <= 1 << 24, fields <= 1 << 24 else { throw .malformed("it is too long") }
        return 16 + (fields + 7) / 8 * 8 + body
    }

    /// Reads a whole message; kinds that are not known are nil, as the specification wants them ignored.
    init?(decoding bytes: ArraySlice<UInt8>) throws(BusError) {
        let isBigEndian = try Self.isBigEndian(bytes)
        var decoder = BusDecoder(bytes, isBigEndian: isBigEndian)
        _ = try decoder.byte()
        let kind = Kind(rawValue: try decoder.byte())
        _ = try decoder.byte()
        guard try decoder.byte() == 1 else { throw .malformed("its version is not 1") }
        _ = try decoder.integer(UInt32.self)
        _ = try decoder.integer(UInt32.self)
        let fields = try decoder.values("a(yv)")
        try decoder.align(8)
        guard let kind else { return nil }
        self.kind = kind
        var signature = ""
        if case .array(_, let entries) = fields.first {
            for case .structure(let entry) in entries where entry.count == 2 {
                guard case .byte(let number) = entry[0] else { continue }
                switch (number, entry[1].unwrapped) {
                case (Field.path, .objectPath(let text)): path = text
                case (Field.interface, .string(let text)): interface = text
                case (Field.member, .string(let text)): member = text
                case (Field.errorName, .string(let text)): errorName = text
                case (Field.replySerial, .uint32(let serial)): replySerial = serial
                case (Field.sender, .string(let text)): sender = text
                case (Field.signature, .signature(let text)): signature = text
                default: break
                }
            }
        }
        body = try decoder.values(signature)
    }

    private init(
        kind: Kind, path: String, interface: String, member: String, destination: String, body: [BusValue]
    ) {
        self.kind = kind
        self.path = path
        self.interface = interface
        self.member = member
        self.destination = destination
        self.body = body
    }

    private static func isBigEndian(_ bytes: ArraySlice<UInt8>) throws(BusError) -> Bool {
        switch bytes.first {
        case UInt8(ascii: "l"): return false
        case UInt8(ascii: "B"): return true
        default: throw .malformed("its byte order is unknown")
        }
    }
}
