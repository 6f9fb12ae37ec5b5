import Foundation
import Testing

/// What `doctor` says of the host that the tests run on.
@Suite(.containers, .requires(.root, .runtime))
struct DoctorTests {
    private func findings(_ output: Output) throws -> [String: JSONValue] {
        let report = try JSONValue(parsing: output.stdout)
        return Dictionary(
            report.findings.items.compactMap { item in item.id.text.map { ($0, item) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// A directory for the state, which the command must leave as it was.
    private func stateRoot() -> String { TestRun.shared.uniquePath("doctor") }

    @Test func aHostWithContainers() throws {
        let root = stateRoot()
        let output = try Command.run(Runtime.path, "--root", root, "doctor", "--json", seconds: 120)
        #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
        #expect(try JSONValue(parsing: output.stdout).containersRun == .bool(true))
        let found = try findings(output)
        #expect(found["trial.run"]?.level.text == "good")
        #expect(found["trial.run"]?["text"].text?.contains("apus version") ?? false)
        for identifier in ["kernel.release", "cgroups.layout", "security.seccomp", "state.directory", "state.seal"] {
            #expect(found[identifier] != nil, "\(identifier)")
        }
        #expect(try Command.run(Runtime.path, "--root", root, "list", "--quiet").stdout == "")
        let text = try Command.run(Runtime.path, "--root", root, "doctor", "--no-trial", seconds: 120)
        #expect(text.status == 0)
        #expect(text.stdout.hasSuffix("\nContainers run on this host.\n"))
        #expect(!text.stdout.contains("a container ran"))
    }

    @Test(.requires(.rootless)) func anOrdinaryUser() throws {
        let root = stateRoot()
        mkdir(root, 0o700)
        chown(root, uid_t(HostView.user), gid_t(HostView.user))
        defer { removeTree(root) }
        let command = HostView.ordinaryUser.prefix + [Runtime.sharedPath, "--root", root, "doctor", "--json"]
        let output = try Command(command).wait(seconds: 120)
        #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
        let found = try findings(output)
        #expect(found["trial.run"]?.level.text == "good")
        #expect(found["userns.ranges"]?.level.text == "warning")
        #expect(found["cgroups.delegation"] != nil)
    }

    /// A user whose state directory is root's: the report says so, the container fails, and so does the command.
    @Test(.requires(.rootless)) func aUserWithoutARuntimeDirectory() throws {
        let output = try Command(
            HostView.ordinaryUser.prefix + [
                "env", "--unset=XDG_RUNTIME_DIR", "--unset=HOME", Runtime.sharedPath, "doctor", "--json",
            ]
        ).wait(seconds: 120)
        #expect(output.status == 1)
        let found = try findings(output)
        #expect(found["state.directory"]?.level.text == "failure")
        #expect(found["state.directory"]?.remedy.text?.contains("XDG_RUNTIME_DIR=/run/user/4242") ?? false)
        #expect(found["trial.run"]?.level.text == "failure")
    }

    /// User namespaces that are forbidden: here in one whose limit is its own.
    @Test(.requires(.rootless)) func withoutUserNamespaces() throws {
        let root = stateRoot()
        let script = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\""
        let output = try Command(
            [
                "unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", Runtime.path, "--root", root,
                "doctor", "--json",
            ]
        ).wait(seconds: 120)
        #expect(output.status == 1, "\(output.stdout)\(output.stderr)")
        let found = try findings(output)
        #expect(found["userns.allowed"]?.remedy.text?.contains("sysctl -w user.max_user_namespaces=") ?? false)
        #expect(found["trial.run"]?.level.text == "failure")
        removeTree(root)
    }

    /// A filter around the runtime that refuses what it takes.
    @Test(.requires(.path(FilterProbe.path))) func aFilterAroundIt() throws {
        let root = stateRoot()
        let output = try Command(
            [
                FilterProbe.path, "--answer", "38", "pidfd_open,openat2", Runtime.path, "--root", root, "doctor",
                "--json",
            ]
        ).wait(seconds: 120)
        #expect(output.status == 1)
        let texts = try JSONValue(parsing: output.stdout).findings.items.compactMap { $0["text"].text }
        #expect(texts.contains("no pidfd_open"))
        #expect(texts.contains("no openat2"))
    }
}
