import Testing

/// The device rules of cgroup v2, which the kernel has as a program: what may be opened and made.
@Suite(.containers, .requires(.root, .runtime, .unified))
struct CgroupV2DeviceTests {
    /// What opening a device for reading, for writing, and making one gives, under these rules. The device needs no
    /// driver: its absence and a denial are different errors.
    private func answers(_ rules: JSONValue...) throws -> [String] {
        let script = """
            try() { if "$@" 2>/tmp/error; then echo yes; elif grep -q 'not permitted' /tmp/error; then echo no; else echo yes; fi; }
            try sh -c ': </dev/apus'
            try sh -c ': >/dev/apus'
            try mknod /tmp/made c 240 10
            """
        let text = try output(of: script, view: .v2) {
            $0.setCapabilities("CAP_MKNOD", "CAP_DAC_OVERRIDE")
            $0.mount("/tmp", type: "tmpfs", source: "tmpfs", "mode=1777")
            $0.linux.devices = [["path": "/dev/apus", "type": "c", "major": 240, "minor": 9, "fileMode": 0o666]]
            $0.linux.resources.devices = .array(rules)
        }
        return text.split(separator: "\n").map(String.init)
    }

    private static let none: JSONValue = ["allow": false, "access": "rwm"]

    private func rule(_ allow: Bool, _ access: String, minor: Int = 9, type: String = "c") -> JSONValue {
        [
            "allow": .bool(allow), "type": .string(type), "major": 240, "minor": .number("\(minor)"),
            "access": .string(access),
        ]
    }

    /// Making a node is allowed to each container, opening it is not.
    @Test func nothingButTheDefaults() throws { #expect(try answers(Self.none) == ["no", "no", "yes"]) }

    @Test func noRules() throws { #expect(try answers() == ["no", "no", "yes"]) }

    @Test func allOfADevice() throws { #expect(try answers(Self.none, rule(true, "rwm")) == ["yes", "yes", "yes"]) }

    @Test func readingAlone() throws { #expect(try answers(Self.none, rule(true, "r")) == ["yes", "no", "yes"]) }

    @Test func writingAlone() throws { #expect(try answers(Self.none, rule(true, "w")) == ["no", "yes", "yes"]) }

    @Test func anotherMinor() throws {
        #expect(try answers(Self.none, rule(true, "rw", minor: 8)) == ["no", "no", "yes"])
    }

    @Test func anotherType() throws {
        #expect(try answers(Self.none, rule(true, "rw", type: "b")) == ["no", "no", "yes"])
    }

    @Test func eachMinor() throws {
        #expect(try answers(Self.none, rule(true, "rw", minor: -1)) == ["yes", "yes", "yes"])
    }

    @Test func theLastRuleWins() throws {
        #expect(try answers(Self.none, rule(true, "rw"), rule(false, "w")) == ["yes", "no", "yes"])
    }

    @Test func everything() throws {
        #expect(try answers(["allow": true, "access": "rwm"]) == ["yes", "yes", "yes"])
    }

    @Test func allButOne() throws {
        #expect(try answers(["allow": true, "access": "rwm"], rule(false, "rw")) == ["no", "no", "yes"])
    }

    /// Whatever the rules say.
    @Test func makingOne() throws {
        #expect(
            try answers(["allow": true, "access": "rwm"], rule(false, "m", minor: 10)) == ["yes", "yes", "yes"])
    }

    /// What exec starts has the same rules.
    @Test func execHasTheRules() throws {
        let bundle = try TestBundle(shell: "sleep 1000", view: .v2) {
            $0.linux.devices = [["path": "/dev/apus", "type": "c", "major": 240, "minor": 9, "fileMode": 0o666]]
        }.running()
        #expect(try bundle.exec(shell: ": </dev/apus").stderr.contains("not permitted"))
        #expect(try bundle.exec(shell: "head -c 1 /dev/zero | wc -c").stdout == "1\n")
    }
}
