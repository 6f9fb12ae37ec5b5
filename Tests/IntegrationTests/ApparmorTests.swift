import Testing

/// AppArmor profiles of processes. `vm-test`, which the virtual machine has, denies writing below /tmp/denied.
@Suite(.containers, .requires(.root, .runtime, .apparmor))
struct ApparmorTests {
    private static let profile = "vm-test"

    private func confined(_ script: String) throws -> TestBundle {
        try TestBundle(shell: script) {
            $0.root.readonly = false
            $0.process.apparmorProfile = .string(Self.profile)
        }
    }

    @Test(.requires(.apparmorProfile("vm-test"))) func theProcessIsConfined() throws {
        let bundle = try confined(
            "cat /proc/self/attr/current; mkdir /tmp/denied; touch /tmp/denied/x; echo $?; touch /tmp/x; echo $?")
        let output = try bundle.run().succeeded()
        #expect(output.lines == ["vm-test (enforce)", "1", "0"])
        #expect(output.stderr.contains("Permission denied"))
    }

    @Test(.requires(.apparmorProfile("vm-test"))) func execIsConfinedAsInit() throws {
        let bundle = try confined("exec sleep 1000").running()
        #expect(try bundle.exec(shell: "cat /proc/self/attr/current").stdout == "vm-test (enforce)\n")
    }

    @Test(.requires(.apparmorProfile("vm-test"))) func execWithAProfileOfItsOwn() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let text = try bundle.exec("--apparmor", Self.profile, shell: "cat /proc/self/attr/current").stdout
        #expect(text == "vm-test (enforce)\n")
    }

    /// Neither init nor a process of exec is left unconfined because of no_new_privs, which forbids some transitions.
    @Test(.requires(.apparmorProfile("vm-test")), arguments: [true, false])
    func withAndWithoutNewPrivileges(_ noNewPrivileges: Bool) throws {
        let show = "cat /proc/self/attr/current; grep NoNewPrivs /proc/self/status"
        let bundle = try TestBundle(shell: show + "; exec sleep 1000") {
            $0.process.apparmorProfile = .string(Self.profile)
            $0.process.noNewPrivileges = .bool(noNewPrivileges)
        }
        let output = try bundle.createReading()
        try bundle.start().succeeded()
        let expected = ["vm-test (enforce)", "NoNewPrivs:\t" + (noNewPrivileges ? "1" : "0")]
        eventually("the process tells its label") { output().split(separator: "\n").map(String.init) == expected }
        #expect(try bundle.exec(shell: show).lines == expected)
        #expect(try bundle.exec("--no-new-privs", shell: show).lines == [expected[0], "NoNewPrivs:\t1"])
        #expect(try bundle.exec("--apparmor", "unconfined", shell: show).lines.first == "unconfined")
        let refused = try bundle.exec("--apparmor", "nosuch-profile", shell: show)
        refused.failed(
            naming: "process.apparmorProfile: \"nosuch-profile\"", "apparmor failed to apply profile", code: 255)
    }

    /// A startContainer hook is a program of the image and as confined as the container's own; those before are the host's.
    @Test(.requires(.apparmorProfile("vm-test"))) func hooks() throws {
        let hook: JSONValue = [
            "path": "/bin/sh", "args": ["sh", "-c", "cat /proc/self/attr/current > /tmp/label"],
        ]
        let bundle = try confined("cat /tmp/label")
        try bundle.change { $0.hooks = ["startContainer": [hook]] }
        #expect(try bundle.run().succeeded().stdout == "vm-test (enforce)\n")
        let place = bundle.directory("labels") + "/label"
        try bundle.change {
            $0.hooks = [
                "createContainer": [
                    ["path": "/bin/sh", "args": ["sh", "-c", .string("cat /proc/self/attr/current > " + place)]]
                ]
            ]
            $0.process.args = ["true"]
        }
        try bundle.run().succeeded()
        #expect(contents(place) == "unconfined\n")
    }

    /// Two labels at once, which AppArmor calls a stack.
    @Test(.requires(.apparmorProfile("vm-test")), arguments: [true, false]) func aStack(_ noNewPrivileges: Bool) throws
    {
        let text = try output(of: "cat /proc/self/attr/current") {
            $0.process.apparmorProfile = "vm-test//&unconfined"
            $0.process.noNewPrivileges = .bool(noNewPrivileges)
        }
        #expect(text == "unconfined//&vm-test (enforce)")
    }

    @Test func unconfined() throws {
        #expect(try output(of: "cat /proc/self/attr/current") == "unconfined")
        #expect(
            try output(of: "cat /proc/self/attr/current") { $0.process.apparmorProfile = "unconfined" } == "unconfined")
    }

    @Test func aProfileThatIsNotLoaded() throws {
        let bundle = try TestBundle { $0.process.apparmorProfile = "nosuch-profile" }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: "")
        #expect(output.error.contains("nosuch-profile"))
        bundle.expectNothingLeft()
    }
}
