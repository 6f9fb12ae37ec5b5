import ByteStrings
import RuntimeSpec
import Testing

@testable import Cgroups

/// Runs the few instructions that device programs are made of, as the kernel would; nil for anything else.
func run(_ program: DeviceProgram, kind: UInt32, access: UInt32, major: UInt32, minor: UInt32) -> UInt64? {
    var registers = [UInt64](repeating: 0, count: 11)
    let context: [Int16: UInt32] = [0: access << 16 | kind, 4: major, 8: minor]
    var place = 0
    for _ in 0..<10_000 {
        guard program.instructions.indices.contains(place) else { return nil }
        let instruction = program.instructions[place]
        let target = Int(instruction.registers & 15)
        let source = Int(instruction.registers >> 4)
        let immediate = UInt64(bitPattern: Int64(instruction.immediate))
        place += 1
        switch instruction.opcode {
        case BPFInstruction.loadWord:
            guard source == 1, let word = context[instruction.offset] else { return nil }
            registers[target] = UInt64(word)
        case BPFInstruction.moveRegister: registers[target] = registers[source]
        case BPFInstruction.move: registers[target] = immediate
        case BPFInstruction.and32: registers[target] = registers[target] & immediate & 0xffff_ffff
        case BPFInstruction.shiftRight32: registers[target] = (registers[target] & 0xffff_ffff) >> immediate
        case BPFInstruction.jump: place += Int(instruction.offset)
        case BPFInstruction.jumpIfEqual: if registers[target] == immediate { place += Int(instruction.offset) }
        case BPFInstruction.jumpIfNotEqual: if registers[target] != immediate { place += Int(instruction.offset) }
        case BPFInstruction.jumpIfAnySet: if registers[target] & immediate != 0 { place += Int(instruction.offset) }
        case BPFInstruction.exit: return registers[0]
        default: return nil
        }
    }
    return nil
}

/// What the rules say, told by their definition: for each way of access the last rule that fits wins.
func isAllowed(_ rules: [DeviceRule], kind: DeviceRuleType, access: String, major: Int64, minor: Int64) -> Bool {
    access.allSatisfy { way in
        var answer = false
        for rule in rules + DeviceRules.always {
            let fits =
                (rule.type ?? .all == .all || rule.type == kind) && (rule.major ?? -1 == -1 || rule.major == major)
                && (rule.minor ?? -1 == -1 || rule.minor == minor) && rule.access.contains(way)
            if fits { answer = rule.allow }
        }
        return answer
    }
}

@Suite struct DeviceRulesTests {
    static let lists: [[DeviceRule]] = [
        [],
        [DeviceRule(allow: false)],
        [DeviceRule(allow: true)],
        [DeviceRule(allow: false), DeviceRule(allow: true, type: .character, major: 1, minor: 3, access: "rw")],
        [DeviceRule(allow: false), DeviceRule(allow: true, type: .block, major: 8, minor: -1)],
        [
            DeviceRule(allow: true), DeviceRule(allow: false, type: .block, major: 8, access: "w"),
            DeviceRule(allow: true, type: .block, major: 8, minor: 1, access: "w"),
        ],
        [
            DeviceRule(allow: false), DeviceRule(allow: true, type: .character, major: 10),
            DeviceRule(allow: false, type: .character, major: 10, minor: 229),
        ],
        [DeviceRule(allow: true), DeviceRule(allow: false, type: .all, access: "m")],
        [DeviceRule(allow: true), DeviceRule(allow: false, type: .all, major: 8, minor: 1)],
        [DeviceRule(allow: true, type: .character, major: 4_000_000_000, minor: 7)],
    ]

    @Test(arguments: lists)
    func programSaysWhatTheRulesSay(list: [DeviceRule]) throws {
        let program = DeviceProgram(try DeviceRules(list))
        let numbers: [UInt32] = [0, 1, 2, 3, 5, 8, 10, 136, 200, 229, 4_000_000_000]
        for kind in [DeviceRuleType.block, .character] {
            for major in numbers {
                for minor in numbers {
                    for access in UInt32(1)...7 {
                        let expected = isAllowed(
                            list, kind: kind, access: DeviceAccess(rawValue: access).letters, major: Int64(major),
                            minor: Int64(minor))
                        let answer = run(
                            program, kind: kind == .block ? 1 : 2, access: access, major: major, minor: minor)
                        // Numbers beyond what a device can have are never asked for.
                        if major > 1 << 20 || minor > 1 << 20 { continue }
                        if answer != (expected ? 1 : 0) {
                            Issue.record("\(kind) \(major):\(minor) \(access): \(answer ?? 9), not \(expected)")
                        }
                    }
                }
            }
        }
    }

    @Test func programsOfRandomRulesSayWhatTheRulesSay() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let list = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                DeviceRule(
                    allow: Bool.random(using: &generator),
                    type: DeviceRuleType.allCases.randomElement(using: &generator),
                    major: [-1, 1, 5, 10].randomElement(using: &generator),
                    minor: [-1, 2, 3].randomElement(using: &generator),
                    access: ["r", "w", "m", "rw", "rm", "wm", "rwm"].randomElement(using: &generator) ?? "r")
            }
            let program = DeviceProgram(try DeviceRules(list))
            for kind in [DeviceRuleType.block, .character] {
                for (major, minor) in [(1, 3), (5, 2), (5, 3), (10, 2), (7, 7), (1, 9)] {
                    for access in UInt32(1)...7 {
                        let expected = isAllowed(
                            list, kind: kind, access: DeviceAccess(rawValue: access).letters, major: Int64(major),
                            minor: Int64(minor))
                        let answer = run(
                            program, kind: kind == .block ? 1 : 2, access: access, major: UInt32(major),
                            minor: UInt32(minor))
                        #expect(answer == (expected ? 1 : 0), "\(list) \(kind) \(major):\(minor) \(access)")
                    }
                }
            }
        }
    }

    /// A jump of the kernel's machine does not reach over more rules than these.
    @Test func programsOfManyRulesSayWhatTheRulesSay() throws {
        var list = [DeviceRule(allow: false)]
        for number in Int64(0)..<20_000 {
            list.append(
                DeviceRule(
                    allow: number % 3 != 0, type: number % 5000 < 2500 ? .character : .block, major: 200 + number / 300,
                    minor: number % 300, access: number % 7 == 0 ? "rw" : "rwm"))
        }
        let program = DeviceProgram(try DeviceRules(list))
        for number in stride(from: Int64(0), to: 20_000, by: 37) {
            let rule = list[Int(number) + 1]
            for access in [UInt32(1), 2, 6] {
                // Nodes may always be made.
                let expected = rule.allow || access == 1
                let answer = run(
                    program, kind: rule.type == .block ? 1 : 2, access: access, major: UInt32(200 + number / 300),
                    minor: UInt32(number % 300))
                #expect(answer == (expected ? 1 : 0), "\(number) \(access)")
            }
        }
    }

    /// The kernel looks at each instruction on every path, for each container anew.
    @Test func theProgramOfTheDefaultConfigurationIsShort() throws {
        #expect(DeviceProgram(try DeviceRules([DeviceRule(allow: false)])).instructions.count <= 26)
    }

    @Test func theListOfTheDefaultConfiguration() throws {
        let list = try DeviceList(DeviceRules([DeviceRule(allow: false)]))
        let changes = list.changes(from: DeviceList(kernel: "a *:* rwm"))
        #expect(
            changes.map { "\($0.file) \($0.text)" } == [
                "devices.deny a", "devices.allow c *:* m", "devices.allow b *:* m", "devices.allow c 1:3 rwm",
                "devices.allow c 1:5 rwm", "devices.allow c 1:7 rwm", "devices.allow c 1:8 rwm",
                "devices.allow c 1:9 rwm", "devices.allow c 5:0 rwm", "devices.allow c 5:2 rwm",
                "devices.allow c 136:* rwm", "devices.allow c 10:200 rwm",
            ])
        #expect(try DeviceList(DeviceRules([])) == list)
    }

    @Test func aListThatIsThereNeedsNoWrites() throws {
        let list = try DeviceList(DeviceRules([DeviceRule(allow: true, type: .block, major: 8, minor: 0, access: "r")]))
        let kernel = list.changes(from: DeviceList(kernel: "a *:* rwm")).dropFirst().map(\.text.text)
        #expect(list.changes(from: DeviceList(kernel: ByteString(kernel.joined(separator: "\n")))).isEmpty)
        let other = try DeviceList(
            DeviceRules([DeviceRule(allow: true, type: .block, major: 8, minor: 0, access: "rw")]))
        #expect(
            other.changes(from: list).map { "\($0.file) \($0.text)" } == ["devices.allow b 8:0 w"])
        #expect(
            list.changes(from: other).map { "\($0.file) \($0.text)" } == ["devices.deny b 8:0 w"])
    }

    @Test func denyingTakesWaysAway() throws {
        let list = try DeviceList(
            DeviceRules([
                DeviceRule(allow: true, type: .block, major: 8, minor: 0, access: "rw"),
                DeviceRule(allow: false, type: .block, major: 8, access: "w"),
            ]))
        let disk = DeviceSelector(kind: .block, major: 8, minor: 0)
        #expect(list.exceptions.filter { $0.selector == disk }.map(\.access) == [.read])
    }

    @Test func aHoleInAWildcardIsRefusedByVersionOne() throws {
        let rules = try DeviceRules([
            DeviceRule(allow: true, type: .character, major: 10),
            DeviceRule(allow: false, type: .character, major: 10, minor: 229, access: "rw"),
        ])
        let error = try #require(throws: CgroupError.self) { try DeviceList(rules) }
        #expect(error.property == "linux.resources.devices[1]")
        #expect(
            error.message
                == "requested rule [c 10:229 rw] not supported by devices cgroupv1 "
                + "(cannot punch hole in existing wildcard rule [c 10:* rwm])")
    }

    @Test(arguments: [
        (DeviceRule(allow: true, major: -2), "linux.resources.devices[0].major: invalid device number -2"),
        (
            DeviceRule(allow: true, minor: 1 << 40),
            "linux.resources.devices[0].minor: invalid device number 1099511627776"
        ),
        (DeviceRule(allow: true, access: ""), "linux.resources.devices[0].access: device access cannot be empty"),
        (DeviceRule(allow: true, access: "x"), "linux.resources.devices[0].access: device access cannot be empty"),
    ])
    func refused(rule: DeviceRule, expected: String) throws {
        let error = try #require(throws: CgroupError.self) { try DeviceRules([rule]) }
        #expect(error.property + ": " + error.message == expected)
    }
}
