@testable import SystemdBus

/// Messages as a bus sends them, in either byte order, written without the library's own encoder.
struct WireMessage {
    enum Kind: UInt8 { case call = 1, reply, error, signal }

    var kind: Kind
    /// The header's fields by their numbers, see the D-Bus specification, section "Header Fields".
    var fields: [(UInt8, BusValue)] = []
    var body: [BusValue] = []

    static func reply(to serial: UInt32, _ body: [BusValue] = []) -> WireMessage {
        WireMessage(kind: .reply, fields: [(5, .uint32(serial)), (7, .string("org.freedesktop.systemd1"))], body: body)
    }

    static func error(_ name: String, to serial: UInt32, _ body: [BusValue]) -> WireMessage {
        WireMessage(kind: .error, fields: [(4, .string(name)), (5, .uint32(serial))], body: body)
    }

    static func signal(
        _ member: String, of interface: String = "org.freedesktop.systemd1.Manager",
        at path: String = "/org/freedesktop/systemd1", _ body: [BusValue]
    ) -> WireMessage {
        WireMessage(
            kind: .signal, fields: [(1, .objectPath(path)), (2, .string(interface)), (3, .string(member))], body: body)
    }

    /// The signal that a job of the manager has ended.
    static func jobRemoved(_ job: String, unit: String = "x.scope", result: String = "done") -> WireMessage {
        signal("JobRemoved", [.uint32(7), .objectPath(job), .string(unit), .string(result)])
    }

    func bytes(bigEndian: Bool = false) -> [UInt8] {
        var content = WireWriter(isBigEndian: bigEndian)
        for value in body { content.put(value) }
        var all = fields
        if !body.isEmpty { all.append((8, .signature(body.map(\.signature).joined()))) }
        var header = WireWriter(isBigEndian: bigEndian)
        header.bytes = [bigEndian ? 0x42 : 0x6c, kind.rawValue, 0, 1]
        header.put(UInt64(content.bytes.count), size: 4)
        header.put(99, size: 4)
        header.put(.array(element: "(yv)", all.map { .structure([.byte($0.0), .variant($0.1)]) }))
        header.align(8)
        return header.bytes + content.bytes
    }
}

/// Values as bytes, in either byte order.
struct WireWriter {
    let isBigEndian: Bool
    var bytes: [UInt8] = []

    init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

    mutating func align(_ boundary: Int) {
        while bytes.count % boundary != 0 { bytes.append(0) }
    }

    mutating func put(_ number: UInt64, size: Int) {
        align(size)
        let little = (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
        bytes += isBigEndian ? little.reversed() : little
    }

    private mutating func put(text: String) {
        put(UInt64(text.utf8.count), size: 4)
        bytes += Array(text.utf8) + [0]
    }

    private mutating func put(signature: String) {
        bytes += [UInt8(signature.utf8.count)] + Array(signature.utf8) + [0]
    }

    mutating func put(_ value: BusValue) {
        switch value {
        case .byte(let number): bytes.append(number)
        case .boolean(let isTrue): put(isTrue ? 1 : 0, size: 4)
        case .int16(let number): put(UInt64(UInt16(bitPattern: number)), size: 2)
        case .uint16(let number): put(UInt64(number), size: 2)
        case .int32(let number): put(UInt64(UInt32(bitPattern: number)), size: 4)
        case .uint32(let number): put(UInt64(number), size: 4)
        case .int64(let number): put(UInt64(bitPattern: number), size: 8)
        case .uint64(let number): put(number, size: 8)
        case .double(let number): put(number.bitPattern, size: 8)
        case .string(let text), .objectPath(let text): put(text: text)
        case .signature(let text): put(signature: text)
        case .variant(let inner):
            put(signature: inner.signature)
            put(inner)
        case .structure(let members):
            align(8)
            for member in members { put(member) }
        case .array(let element, let values):
            align(4)
            let length = bytes.count
            bytes += [0, 0, 0, 0]
            // The padding in front of the first element does not count, and is there without one, too.
            align(Self.boundary(of: element))
            let start = bytes.count
            for value in values { put(value) }
            var count = WireWriter(isBigEndian: isBigEndian)
            count.put(UInt64(bytes.count - start), size: 4)
            bytes.replaceSubrange(length..<length + 4, with: count.bytes)
        }
    }

    private static func boundary(of type: String) -> Int {
        switch type.first {
        case "y", "g", "v": 1
        case "n", "q": 2
        case "x", "t", "d", "(", "{": 8
        default: 4
        }
    }
}
