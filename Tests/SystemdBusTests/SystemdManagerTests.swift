import ByteStrings
import Testing

@testable import SystemdBus

/// The manager of units, as it speaks to a bus and to the manager's own socket.
struct SystemdManagerTests {
    private static let job = "/org/freedesktop/systemd1/job/1"
    private static let unit = "/org/freedesktop/systemd1/unit/x_2escope"
    private static let prefix = "org.freedesktop.systemd1."

    /// In which order the answer and the end of the job come, and what else comes.
    enum Order: CaseIterable {
        case answerFirst, signalFirst, amongOthers, bigEndian, byteByByte

        func actions(_ call: FakeBus.Call) -> [FakeBus.Action] {
            let answer = WireMessage.reply(to: call.serial, [.objectPath(SystemdManagerTests.job)])
            let signal = WireMessage.jobRemoved(SystemdManagerTests.job)
            switch self {
            case .answerFirst: return [.send(answer), .send(signal)]
            case .signalFirst: return [.send(signal), .send(answer)]
            case .amongOthers:
                let others = SystemdManagerTests.others(before: call)
                return [.send((others + [signal] + others + [answer] + others).flatMap { $0.bytes() })]
            case .bigEndian: return [.send(signal.bytes(bigEndian: true)), .send(answer.bytes(bigEndian: true))]
            case .byteByByte: return [.trickle(answer.bytes() + signal.bytes(bigEndian: true))]
            }
        }
    }

    /// What comes over a bus and is no answer to the call.
    private static func others(before call: FakeBus.Call) -> [WireMessage] {
        var unknown = WireMessage(kind: .call, fields: [(1, .objectPath("/")), (3, .string("Ping"))])
        unknown.body = [.structure([.byte(1), .variant(.strings(["a"]))])]
        return [
            .jobRemoved("/org/freedesktop/systemd1/job/2", result: "failed"),
            .signal("JobRemoved", [.uint32(7), .objectPath(job), .string("x.scope")]),
            .signal("JobRemoved", []), .signal("JobNew", [.uint32(7), .objectPath(job), .string("x.scope")]),
            .signal(
                "PropertiesChanged", of: "org.freedesktop.DBus.Properties",
                [.string("x"), .array(element: "(sv)", [.structure([.string("a"), .variant(.uint64(1))])])]),
            .reply(to: call.serial + 1000, [.objectPath("/wrong")]),
            .error("org.example.Wrong", to: call.serial + 1000, [.string("wrong")]), unknown,
        ]
    }

    // MARK: Units

    @Test(arguments: Order.allCases, [true, false]) func aUnitIsStarted(_ order: Order, _ hasBus: Bool) throws {
        let properties = [
            UnitProperty("Description", .string("container c")),
            UnitProperty("PIDs", .array(element: "u", [.uint32(7)])),
        ]
        let calls = try FakeBus.run(hasBus: hasBus, answering: { call, _ in order.actions(call) }) { address in
            var manager = try SystemdManager([address])
            try manager.startTransientUnit("x.scope", properties)
        }
        #expect(calls.map(\.member) == (hasBus ? ["Hello", "AddMatch"] : []) + ["StartTransientUnit"])
        #expect(calls.last?.interface == Self.prefix + "Manager")
        #expect(calls.last?.path == "/org/freedesktop/systemd1")
        #expect(
            calls.last?.body == [
                .string("x.scope"), .string("fail"),
                .array(
                    element: "(sv)",
                    [
                        .structure([.string("Description"), .variant(.string("container c"))]),
                        .structure([.string("PIDs"), .variant(.array(element: "u", [.uint32(7)]))]),
                    ]),
                .array(element: "(sa(sv))", []),
            ])
    }

    /// Signals that are not asked for do not come over a bus.
    @Test func theEndOfJobsIsAskedFor() throws {
        let calls = try FakeBus.run(answering: { call, _ in Order.answerFirst.actions(call) }) { address in
            var manager = try SystemdManager([address])
            try manager.startTransientUnit("x.scope", [])
        }
        let rule = try #require(calls.first { $0.member == "AddMatch" }?.body.first?.text)
        #expect(rule.contains("member='JobRemoved'") && rule.contains("path='/org/freedesktop/systemd1'"))
    }

    @Test(arguments: ["failed", "canceled", "timeout", "dependency", ""]) func aJobThatFails(_ result: String) throws {
        try FakeBus.run(
            answering: { call, _ in
                [
                    .send(.reply(to: call.serial, [.objectPath(Self.job)])),
                    .send(.jobRemoved(Self.job, result: result)),
                ]
            }
        ) { address in
            let error = #expect(throws: BusError.self) {
                var manager = try SystemdManager([address])
                try manager.startTransientUnit("x.scope", [])
            }
            #expect(error?.message == "systemd could not start the unit x.scope: its job ended with " + result)
        }
    }

    /// A unit of the name that failed is cleared away; one that is in use is an error.
    @Test(arguments: [true, false], [true, false])
    func aUnitThatIsThereAlready(_ hasFailed: Bool, _ isGoneMeanwhile: Bool) throws {
        let exists = Self.prefix + "UnitExists"
        let calls = try FakeBus.run(
            answering: { call, earlier in
                switch call.member {
                case "ResetFailedUnit" where isGoneMeanwhile:
                    return [.send(.error(Self.prefix + "NoSuchUnit", to: call.serial, [.string("not loaded")]))]
                case "ResetFailedUnit": return [.send(.reply(to: call.serial))]
                default:
                    if hasFailed, earlier.last?.member == "ResetFailedUnit" { return Order.answerFirst.actions(call) }
                    return [.send(.error(exists, to: call.serial, [.string("already loaded")]))]
                }
            }
        ) { address in
            var manager = try SystemdManager([address])
            if hasFailed { return try manager.startTransientUnit("x.scope", []) }
            do throws(BusError) {
                try manager.startTransientUnit("x.scope", [])
                Issue.record("the unit is in use")
            } catch {
                #expect(error.name == exists)
                #expect(error.message == exists + ": already loaded")
            }
        }
        #expect(calls.dropFirst(2).map(\.member) == ["StartTransientUnit", "ResetFailedUnit", "StartTransientUnit"])
        #expect(calls[2].body == calls[4].body)
    }

    @Test(arguments: [true, false]) func aUnitIsStopped(_ isGone: Bool) throws {
        let calls = try FakeBus.run(
            answering: { call, _ in
                if isGone { return [.send(.error(Self.prefix + "NoSuchUnit", to: call.serial, [.string("x")]))] }
                if call.member == "ResetFailedUnit" { return [.send(.reply(to: call.serial))] }
                return Order.amongOthers.actions(call)
            }
        ) { address in
            var manager = try SystemdManager([address])
            try manager.stopUnit("x.scope")
        }
        #expect(calls.dropFirst(2).map(\.member) == ["StopUnit", "ResetFailedUnit"])
        #expect(calls[2].body == [.string("x.scope"), .string("replace")])
        #expect(calls[3].body == [.string("x.scope")])
    }

    @Test func propertiesAreSet() throws {
        let calls = try FakeBus.run(answering: { call, _ in [.send(.reply(to: call.serial))] }) { address in
            var manager = try SystemdManager([address])
            try manager.setProperties(of: "x.scope", [UnitProperty("MemoryMax", .uint64(.max))])
        }
        #expect(calls.last?.member == "SetUnitProperties")
        #expect(
            calls.last?.body == [
                .string("x.scope"), .boolean(true),
                .array(element: "(sv)", [.structure([.string("MemoryMax"), .variant(.uint64(.max))])]),
            ])
    }

    @Test(arguments: [("x.scope", "Scope"), ("a-b.slice", "Slice")], [false, true])
    func propertiesAreRead(_ unit: (String, String), _ isBigEndian: Bool) throws {
        let values: [String: BusValue] = [
            "MemoryMax": .uint64(1 << 40), "TasksMax": .uint64(.max),
            "AllowedCPUs": .array(element: "y", [.byte(3), .byte(0)]),
            "DevicePolicy": .variant(.string("strict")),
            "DeviceAllow": .array(element: "(ss)", [.structure([.string("/dev/null"), .string("rwm")])]),
        ]
        var found: [UnitProperty] = []
        let names = values.keys.sorted()
        let calls = try FakeBus.run(
            answering: { call, _ in
                var body: [BusValue] = [.objectPath(Self.unit)]
                if call.member == "Get" { body = [.variant(values[call.body[1].text ?? ""] ?? .byte(0))] }
                return [.send(WireMessage.reply(to: call.serial, body).bytes(bigEndian: isBigEndian))]
            }
        ) { address in
            var manager = try SystemdManager([address])
            found = try manager.properties(names, of: unit.0)
        }
        #expect(found == names.map { UnitProperty($0, values[$0]?.unwrapped ?? .byte(0)) })
        #expect(calls[2].member == "GetUnit" && calls[2].body == [.string(unit.0)])
        for (call, name) in zip(calls.dropFirst(3), names) {
            #expect(call.interface == "org.freedesktop.DBus.Properties" && call.path == Self.unit)
            #expect(call.body == [.string(Self.prefix + unit.1), .string(name)])
        }
        #expect(calls.count == 3 + names.count)
    }

    @Test func versionAndCgroupOfTheManager() throws {
        let calls = try FakeBus.run(
            answering: { call, _ in
                let values = ["Version": "252.38-1~deb12u1", "ControlGroup": "/user.slice/ü"]
                return [.send(.reply(to: call.serial, [.variant(.string(values[call.body[1].text ?? ""] ?? ""))]))]
            }
        ) { address in
            var manager = try SystemdManager([address])
            #expect(try manager.version() == 252)
            #expect(try manager.controlGroup() == "/user.slice/ü")
        }
        for call in calls.dropFirst(2) { #expect(call.body.first == .string(Self.prefix + "Manager")) }
        #expect(calls.count == 4)
    }

    // MARK: Errors

    /// Each call, and what it says when the manager refuses.
    @Test(arguments: ["start", "stop", "set", "properties", "version", "controlGroup"], [true, false])
    func aRefusalIsTold(_ operation: String, _ hasReason: Bool) throws {
        try FakeBus.run(
            answering: { call, _ in
                [.send(.error("org.example.Refused", to: call.serial, hasReason ? [.string("not today")] : []))]
            }
        ) { address in
            let error = #expect(throws: BusError.self) { try Self.perform(operation, address) }
            #expect(error?.name == "org.example.Refused")
            #expect(error?.message == "org.example.Refused: " + (hasReason ? "not today" : "no reason is given"))
        }
    }

    /// An answer of another form is an error, not a wait without end.
    @Test(arguments: ["start", "stop", "properties", "version", "controlGroup"])
    func anAnswerWithoutAValue(_ operation: String) throws {
        try FakeBus.run(answering: { call, _ in [.send(.reply(to: call.serial))] }) { address in
            let error = #expect(throws: BusError.self) { try Self.perform(operation, address) }
            #expect(error?.message.hasPrefix("malformed D-Bus message: ") == true)
        }
    }

    static func perform(_ operation: String, _ address: BusAddress, patience: Int32 = 30_000) throws {
        var manager = try SystemdManager([address], patience: patience)
        switch operation {
        case "start": try manager.startTransientUnit("x.scope", [])
        case "stop": try manager.stopUnit("x.scope")
        case "set": try manager.setProperties(of: "x.scope", [])
        case "properties": _ = try manager.properties(["MemoryMax"], of: "x.scope")
        case "version": _ = try manager.version()
        default: _ = try manager.controlGroup()
        }
    }

    // MARK: The connection

    @Test(arguments: ["Hello", "AddMatch"]) func aBusThatRefuses(_ member: String) throws {
        try FakeBus.run(
            answersAll: true,
            answering: { call, _ in
                if call.member == member { return [.send(.error("org.example.Full", to: call.serial, []))] }
                return [.send(.reply(to: call.serial, [.string(":1.7")]))]
            }
        ) { address in
            let error = #expect(throws: BusError.self) { try Self.perform("version", address) }
            #expect(error?.name == "org.example.Full")
        }
    }

    @Test(arguments: ["REJECTED EXTERNAL\r\nERROR\r\n", "DATA\r\nREJECTED EXTERNAL\r\n", "ERROR\r\nERROR\r\n"])
    func aBusThatKnowsNobody(_ greeting: String) throws {
        try FakeBus.run(greeting: [.send(Array(greeting.utf8))], answering: { _, _ in [] }) { address in
            let error = #expect(throws: BusError.self) { try Self.perform("version", address) }
            #expect(error?.message.hasPrefix("D-Bus refused the authentication at \(address.path): ") == true)
        }
    }

    /// The next address serves where nobody is at the first, and the first one's failure is told where all fail.
    @Test func theNextAddressServes() throws {
        let nobody = BusAddress(path: "/nonexistent/bus", hasBus: true)
        let calls = try FakeBus.run(
            hasBus: false, answering: { call, _ in [.send(.reply(to: call.serial, [.variant(.string("v249"))]))] }
        ) { address in
            var manager = try SystemdManager([nobody, address])
            #expect(try manager.version() == 249)
        }
        #expect(calls.map(\.member) == ["Get"])
        try FakeBus.run(greeting: [.close], answering: { _, _ in [] }) { address in
            let error = #expect(throws: BusError.self) { _ = try SystemdManager([nobody, address]) }
            #expect(error?.message == "connect /nonexistent/bus: no such file or directory")
        }
        let error = #expect(throws: BusError.self) { _ = try SystemdManager([]) }
        #expect(error?.message.hasPrefix("no address of a bus is known") == true)
    }

    // MARK: Processes

    @Test func aProcessIsMovedIntoAUnit() throws {
        let calls = try FakeBus.run(answering: { call, _ in [.send(.reply(to: call.serial))] }) { address in
            var manager = try SystemdManager([address])
            try manager.attach([7, 8], to: "x.scope", below: "/inner")
        }
        #expect(calls.last?.member == "AttachProcessesToUnit")
        #expect(
            calls.last?.body == [
                .string("x.scope"), .string("/inner"), .array(element: "u", [.uint32(7), .uint32(8)]),
            ])
    }

    /// Anybody on the bus can send signals to a name: those of others neither count nor stay.
    @Test func signalsOfOthersAreForgotten() throws {
        var forged = WireMessage.jobRemoved(Self.job, result: "failed")
        forged.fields.append((7, .string(":1.666")))
        let flood = Array(repeating: forged.bytes(), count: 10_000).flatMap { $0 }
        try FakeBus.run(answering: { call, _ in
            switch call.member {
            case "GetUnit": [.send(.reply(to: call.serial, [.objectPath(Self.unit)]))]
            case "Get": [.send(.reply(to: call.serial, [.variant(.string("active"))]))]
            default: [.send(flood)] + Order.answerFirst.actions(call)
            }
        }) { address in
            var manager = try SystemdManager([address])
            let isThere = try manager.isActive("x.scope")
            #expect(isThere)
            try manager.startTransientUnit("x.scope", [])
            let hasBegun = manager.hasBegunStart
            #expect(hasBegun)
        }
    }
}
