import Testing

@testable import LinuxKernel
@testable import SystemdBus

/// A bus that ends, hangs or lies: a command ends with an error, in its time.
struct HostileBusTests {
    /// The moments at which a bus can fail.
    enum Moment: CaseIterable {
        case authentication, hello, match, call, job

        /// The call that the moment comes with; nil before the first.
        var member: String? {
            switch self {
            case .authentication: nil
            case .hello: "Hello"
            case .match: "AddMatch"
            case .call: "StartTransientUnit"
            case .job: nil
            }
        }
    }

    private static let job = "/org/freedesktop/systemd1/job/1"

    /// Starts a unit over a bus that does its duty up to a moment, and then `actions`.
    private func start(
        _ moment: Moment, patience: Int32 = 30_000, _ actions: [FakeBus.Action]
    ) throws -> BusError? {
        var error: BusError?
        try FakeBus.run(
            greeting: moment == .authentication ? actions : FakeBus.granted, answersAll: true,
            answering: { call, _ in
                if call.member == moment.member { return actions }
                let answer = WireMessage.reply(to: call.serial, [.objectPath(Self.job)])
                return call.member == "StartTransientUnit" ? [.send(answer)] + actions : [.send(answer)]
            }
        ) { address in
            error = #expect(throws: BusError.self, "\(moment)") {
                try SystemdManagerTests.perform("start", address, patience: patience)
            }
        }
        return error
    }

    @Test(arguments: Moment.allCases) func aBusThatCloses(_ moment: Moment) throws {
        let error = try start(moment, [.close])
        #expect(error?.errno == .brokenPipe || error?.errno == Errno(rawValue: 104), "\(error?.message ?? "")")
    }

    @Test(arguments: Moment.allCases) func aBusThatHangs(_ moment: Moment) throws {
        #expect(try start(moment, patience: 300, [])?.errno == .timedOut)
    }

    /// The time is up even for one who is never silent.
    @Test(arguments: [Moment.call, .job]) func aBusThatTalksWithoutEnd(_ moment: Moment) throws {
        let signal = WireMessage.signal("Noise", [.string(String(repeating: "x", count: 200))]).bytes()
        #expect(try start(moment, patience: 300, [.flood(signal)])?.errno == .timedOut)
    }

    @Test func anAuthenticationWithoutALine() throws {
        let error = try start(.authentication, [.flood(Array(repeating: UInt8(ascii: "x"), count: 512))])
        #expect(error?.message == "D-Bus sent no line in its authentication")
    }

    /// A message that ends early ends the command when the bus closes, wherever it is cut.
    @Test func messagesThatEndEarly() throws {
        let whole = WireMessage.reply(to: 3, [.objectPath(Self.job)]).bytes()
        for length in stride(from: 1, to: whole.count, by: 3) {
            let error = try start(.call, [.send(Array(whole.prefix(length))), .close])
            #expect(error?.errno == .brokenPipe || error?.errno == Errno(rawValue: 104), "\(length) bytes")
        }
    }

    /// A path of 31 bytes and two texts of one.
    private static let bodySize = 4 + 32 + 4 + 8 + 6

    private static func changed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = WireMessage.reply(to: 3, [.objectPath(job), .strings(["a", "b"])]).bytes()
        change(&bytes)
        return bytes
    }

    private static func nested(_ depth: Int) -> [UInt8] {
        var value = BusValue.byte(1)
        for _ in 0..<depth { value = .variant(value) }
        return WireMessage.reply(to: 3, [value]).bytes()
    }

    static let lies: [(String, [UInt8])] = [
        ("an unknown byte order", changed { $0[0] = 0x78 }),
        ("the other byte order", changed { $0[0] = 0x42 }),
        ("another version of the protocol", changed { $0[3] = 2 }),
        ("a body of two gigabytes", changed { $0[7] = 0x7f }),
        ("a body of four gigabytes", changed { $0.replaceSubrange(4..<8, with: [0xff, 0xff, 0xff, 0xff]) }),
        ("fields of four gigabytes", changed { $0.replaceSubrange(12..<16, with: [0xff, 0xff, 0xff, 0xff]) }),
        ("a field of an unknown type", changed { $0[18] = 0x7a }),
        ("a text longer than its message", changed { $0[$0.count - bodySize] = 0xff }),
        ("an array longer than its message", changed { $0[$0.count - bodySize + 36] = 0xff }),
        ("an array that ends in an element", changed { $0[$0.count - bodySize + 36] = 9 }),
        ("a text without an end", changed { $0[$0.count - 1] = 1 }),
        ("a text that is not UTF-8", changed { $0[$0.count - 2] = 0xff }),
        ("values a hundred deep", nested(100)),
    ]

    @Test(arguments: lies) func aBusThatLies(_ name: String, _ bytes: [UInt8]) throws {
        let error = try start(.call, [.send(bytes), .close])
        #expect(error?.message.hasPrefix("malformed D-Bus message: ") == true, "\(name): \(error?.message ?? "")")
    }

    /// Whatever the bytes are: an answer, or an error in time.
    @Test func messagesWithWrongBytes() throws {
        let answer = WireMessage.reply(to: 3, [.objectPath(Self.job)]).bytes()
        let whole = answer + WireMessage.jobRemoved(Self.job).bytes(bigEndian: true)
        for _ in 0..<200 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3) {
                bytes[Int.random(in: 0..<bytes.count)] = UInt8.random(in: 0...255)
            }
            let sent = bytes
            try FakeBus.run(answering: { _, _ in [.send(sent), .close] }) { address in
                do throws(BusError) {
                    var manager = try SystemdManager([address])
                    try manager.startTransientUnit("x.scope", [])
                } catch {
                    #expect(error.errno != .timedOut && !error.message.isEmpty, "\(sent)")
                }
            }
        }
    }
}
