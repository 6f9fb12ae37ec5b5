import Foundation
import Testing

/// The five capability sets as /proc shows them.
@Suite(.containers, .requires(.root, .runtime))
struct CapabilityTests {
    private static let show = "grep Cap /proc/self/status"

    private func sets(_ text: String) -> [UInt64?] {
        let status = Status(text)
        return ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map { status.mask($0) }
    }

    @Test func eachSetIsItsOwn() throws {
        let text = try output(of: Self.show) {
            $0.process.capabilities = [
                "bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_SETUID"],
                "permitted": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"],
                "inheritable": ["CAP_KILL", "CAP_CHOWN"],
                "effective": ["CAP_CHOWN"],
                "ambient": ["CAP_KILL", "CAP_CHOWN"],
            ]
        }
        // Root's execve would give all of the bounding set, but with no_new_privs no more than what is permitted already.
        let chown: UInt64 = 1 << 0
        let kill: UInt64 = 1 << 5
        let raw: UInt64 = 1 << 13
        let setuid: UInt64 = 1 << 7
        let permitted = chown | kill | raw
        #expect(sets(text) == [kill | chown, permitted, permitted, permitted | setuid, kill | chown])
    }

    /// For a user that is not root nothing but the ambient set passes execve.
    @Test func ambientCapabilitiesOfAnotherUser() throws {
        let text = try output(of: Self.show) {
            $0.process.user = ["uid": 1000, "gid": 1000]
            $0.setCapabilities("CAP_NET_BIND_SERVICE", "CAP_CHOWN")
            $0.process.capabilities.ambient = ["CAP_NET_BIND_SERVICE"]
        }
        let bind: UInt64 = 1 << 10
        #expect(sets(text) == [bind | 1, bind, bind, bind | 1, bind])
    }

    @Test func withoutAmbientAnotherUserHasNone() throws {
        let text = try output(of: Self.show) {
            $0.process.user = ["uid": 1000, "gid": 1000]
            $0.process.capabilities = [
                "bounding": ["CAP_CHOWN"], "permitted": ["CAP_CHOWN"], "effective": ["CAP_CHOWN"],
            ]
        }
        #expect(sets(text) == [0, 0, 0, 1, 0])
    }

    @Test func ambientCapabilitiesWork() throws {
        let text = try output(of: "touch /tmp/f && chown 5 /tmp/f && stat -c %u /tmp/f") {
            $0.root.readonly = false
            $0.process.user = ["uid": 1000, "gid": 1000]
            $0.setCapabilities("CAP_CHOWN")
        }
        #expect(text == "5")
    }

    @Test func emptySets() throws {
        let text = try output(of: Self.show) { $0.process.capabilities = [:] }
        #expect(sets(text) == [0, 0, 0, 0, 0])
    }

    /// The safe reading of what the specification leaves open.
    @Test func absentMeansNone() throws {
        let text = try output(of: Self.show) { $0.process.remove("capabilities") }
        #expect(sets(text) == [0, 0, 0, 0, 0])
    }

    @Test func anUnknownNameIsWarnedAbout() throws {
        let bundle = try TestBundle(shell: Self.show) {
            $0.setCapabilities("CAP_CHOWN", "CAP_NOSUCH", "chown", "cap_kill")
        }
        let output = try bundle.run().succeeded()
        #expect(sets(output.stdout) == [1, 1, 1, 1, 1])
        let log = contents(bundle.log) ?? ""
        #expect(log.contains("level=warning"))
        #expect(log.contains("CAP_NOSUCH"))
        #expect(log.contains("cap_kill"))
    }

    /// The kernel knows it, but the runtime's own bounding set lacks it.
    @Test(.requires(.program("setpriv"))) func aCapabilityThatCannotBeHad() throws {
        let bundle = try TestBundle(shell: Self.show) { $0.setCapabilities("CAP_CHOWN", "CAP_SYS_TIME") }
        let output = try Command(
            ["setpriv", "--bounding-set", "-sys_time", "--inh-caps", "-sys_time"]
                + bundle.arguments(["run", "--bundle", bundle.path, bundle.id])
        ).wait()
        // runc gives an error of capset; here it is left out, but not quietly.
        #expect(sets(try output.succeeded().stdout) == [1, 1, 1, 1, 1])
        #expect(contents(bundle.log)?.contains("CAP_SYS_TIME") ?? false)
    }

    /// CVE-2022-29162: no inheritable capabilities unless the configuration says so.
    @Test func noInheritableCapabilitiesByDefault() throws {
        let bundle = try TestBundle(shell: Self.show)
        #expect(Status(try bundle.run().stdout).mask("CapInh") == 0)
        try bundle.run("--detach").succeeded()
        try bundle.waitUntilStopped()
        let second = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        #expect(Status(try second.exec(shell: Self.show).stdout).mask("CapInh") == 0)
        #expect(Status(try second.exec("--cap", "CAP_CHOWN", shell: Self.show).stdout).mask("CapInh") == 0)
    }

    @Test func noNewPrivileges() throws {
        for (value, expected) in [(true, "1"), (false, "0")] {
            let text = try output(of: "cat /proc/self/status") { $0.process.noNewPrivileges = .bool(value) }
            #expect(Status(text)["NoNewPrivs"] == expected)
        }
    }
}
