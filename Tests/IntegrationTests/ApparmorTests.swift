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
