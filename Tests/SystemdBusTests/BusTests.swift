import ByteStrings
import Testing

@testable import SystemdBus

struct BusMessageTests {
    private static let values: [BusValue] = [
        .byte(7), .boolean(true), .int16(-2), .uint16(65535), .int32(-70000), .uint32(70000), .int64(.min),
        .uint64(.max),
        .double(1.5), .string("ü"), .objectPath("/a/b"), .signature("a(sv)"), .strings(["a", "", "b"]),
        .array(element: "(sv)", [.structure([.string("x"), .variant(.array(element: "u", [.uint32(1)]))])]),
        .array(element: "t", []), .structure([.byte(1), .uint64(2), .byte(3)]), .variant(.variant(.string("deep"))),
    ]

    @Test(arguments: [false, true]) func valuesComeBack(oddStart: Bool) throws {
        var message = BusMessage.call("M", of: "a.b", at: "/p", destination: "d.e", Self.values)
        if oddStart { message.member = "Method" }
        let bytes = message.encoded(serial: 5)
        #expect(try BusMessage.length(of: bytes[0..<16]) == bytes.count)
        let decoded = try #require(try BusMessage(decoding: bytes[...]))
        #expect(decoded.kind == .call)
        #expect(decoded.path == "/p")
        #expect(decoded.interface == "a.b")
        #expect(decoded.member == message.member)
        #expect(decoded.body == Self.values)
    }

    /// The bytes that the specification asks for, by hand.
    @Test func aMessageOnTheWire() {
        let bytes = BusMessage.call("Hi", of: "a.b", at: "/", destination: "", [.string("x")]).encoded(serial: 1)
        let header: [UInt8] =
            [0x6c, 1, 0, 1, 6, 0, 0, 0, 1, 0, 0, 0, 55, 0, 0, 0]
            + [1, 1, 0x6f, 0, 1, 0, 0, 0, 0x2f, 0, 0, 0, 0, 0, 0, 0]
            + [2, 1, 0x73, 0, 3, 0, 0, 0, 0x61, 0x2e, 0x62, 0, 0, 0, 0, 0]
            + [3, 1, 0x73, 0, 2, 0, 0, 0, 0x48, 0x69, 0, 0, 0, 0, 0, 0]
            + [8, 1, 0x67, 0, 1, 0x73, 0, 0]
        #expect(bytes == header + [1, 0, 0, 0, 0x78, 0])
    }

    /// The other side may be broken: whatever comes, the reader ends with a value or an error.
    @Test func damagedMessagesAreErrors() throws {
        let good = BusMessage.call("M", of: "a.b", at: "/p", destination: "d", Self.values).encoded(serial: 1)
        for length in 0..<good.count {
            #expect(throws: BusError.self, "\(length) bytes") { try BusMessage(decoding: good[0..<length]) }
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            // An error or a message: both are fine, a trap is not.
            _ = try? BusMessage.length(of: bytes[0..<16])
            _ = try? BusMessage(decoding: bytes[...])
        }
    }

    @Test func nestingHasAnEnd() {
        var value = BusValue.byte(1)
        for _ in 0..<100 { value = .variant(value) }
        let bytes = BusMessage.call("M", of: "a.b", at: "/p", destination: "d", [value]).encoded(serial: 1)
        #expect(throws: BusError.self) { try BusMessage(decoding: bytes[...]) }
    }
}

struct BusAddressTests {
    @Test func theSystemsBusComesBeforeTheManager() {
        #expect(
            BusAddress.system { _ in nil } == [
                BusAddress(path: "/run/dbus/system_bus_socket", hasBus: true),
                BusAddress(path: "/run/systemd/private", hasBus: false),
            ])
        let given = BusAddress.system {
            $0.description == "DBUS_SYSTEM_BUS_ADDRESS" ? "unix:path=/a%20b,guid=0;unix:abstract=c" : nil
        }
        #expect(given.map(\.path) == ["/a b", "@c", "/run/systemd/private"])
    }

    @Test func theUsersBus() {
        #expect(BusAddress.user { _ in nil } == [])
        let runtime = BusAddress.user { $0.description == "XDG_RUNTIME_DIR" ? "/run/user/7" : nil }
        #expect(runtime.map(\.path) == ["/run/user/7/bus", "/run/user/7/systemd/private"])
        let session = BusAddress.user { $0.description == "DBUS_SESSION_BUS_ADDRESS" ? "tcp:host=x;unix:path=/s" : nil }
        #expect(session.map(\.path) == ["/s"])
    }

    @Test(arguments: [("252.38-1~deb12u1", 252), ("v249", 249), ("", 0), ("systemd", 0)])
    func versionsStartWithANumber(text: String, number: Int) {
        #expect(SystemdManager.version(of: text) == number)
    }

    @Test func nobodyThereIsAnError() {
        let error = #expect(throws: BusError.self) {
            var manager = try SystemdManager([BusAddress(path: "/nonexistent/bus", hasBus: true)])
            _ = try manager.version()
        }
        #expect(error?.message == "connect /nonexistent/bus: no such file or directory")
    }
}
