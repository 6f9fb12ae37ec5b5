import Foundation
import Testing

/// An ordinary user in a session: its processes are in a cgroup of root's, from which the kernel lets none of them go to those
/// of the user's own service manager. systemd moves them.
@Suite(.containers, .requires(.root, .runtime, .systemd, .session, .unifiedAlone))
struct SystemdSessionTests {
    init() throws {
        // The manager of the user's units lives on between sessions.
        try Command.run("loginctl", "enable-linger", "user").succeeded()
        let directory = "/run/user/\(HostView.session.user)/systemd/private"
        eventually("the user's service manager is there") { exists(directory) }
    }

    private func bundle(
        _ cgroupsPath: String?, _ change: (inout JSONValue) throws -> Void = { _ in }
    ) throws -> TestBundle {
        try TestBundle(view: .session) {
            $0.process.args = ["sleep", "1000"]
            if let cgroupsPath { $0.linux.cgroupsPath = .string(cgroupsPath) }
            try change(&$0)
        }
    }

    @discardableResult
    private func apus(_ bundle: TestBundle, _ arguments: String...) throws -> Output {
        try bundle.launch(
            arguments, global: ["--root", bundle.stateRoot, "--log", bundle.log, "--systemd-cgroup"]
        ).wait()
    }

    /// The place of the user's units.
    private var manager: String {
        let user = HostView.session.user
        return "/user.slice/user-\(user).slice/user@\(user).service"
    }

    private func cgroup(of pid: pid_t) -> String? {
        contents("/proc/\(pid)/cgroup")?.split(separator: "\n").last.map { String($0.dropFirst(3)) }
    }

    @Test func theUserIsInASession() throws {
        let output = try Command(HostView.session.prefix + ["cat", "/proc/self/cgroup"]).wait().succeeded()
        #expect(output.stdout.contains(".slice/session-"))
    }

    @Test(arguments: [true, false]) func createAndExec(_ hasPath: Bool) throws {
        let name = TestRun.shared.uniqueName()
        let bundle = try bundle(hasPath ? "user.slice:apus:\(name)" : nil)
        let place = manager + "/user.slice/" + (hasPath ? "apus-\(name)" : "runc-\(bundle.id)") + ".scope"
        try apus(bundle, "create", "--bundle", bundle.path, bundle.id).succeeded()
        #expect(cgroup(of: try bundle.pid()) == place)
        try bundle.start().succeeded()
        #expect(try bundle.status == "running")
        let file = bundle.stateRoot + "/pid"
        try bundle.apus("exec", "--detach", "--pid-file", file, bundle.id, "sleep", "1000").succeeded()
        let pid = try #require(contents(file).flatMap { pid_t($0) })
        #expect(cgroup(of: pid) == place)
        try bundle.apus("kill", "--all", bundle.id, "KILL").succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
        #expect(!exists("/sys/fs/cgroup" + place))
    }

    @Test func run() throws {
        let name = TestRun.shared.uniqueName()
        let bundle = try bundle(":apus:\(name)") {
            $0.process.args = ["cat", "/proc/self/cgroup"]
        }
        let output = try apus(bundle, "run", "--bundle", bundle.path, bundle.id).succeeded()
        #expect(output.lines.last == "0::\(manager)/user.slice/apus-\(name).scope")
    }

    /// The process goes to the cgroup that is asked for, and to where the first one is when the own one takes none.
    @Test func execBelowTheOwnCgroup() throws {
        let name = TestRun.shared.uniqueName()
        let bundle = try bundle("user.slice:apus:\(name)")
        try apus(bundle, "create", "--bundle", bundle.path, bundle.id).succeeded()
        try bundle.start().succeeded()
        let place = manager + "/user.slice/apus-\(name).scope"
        mkdir("/sys/fs/cgroup\(place)/inner", 0o755)
        try Command.run("chown", "-R", "\(HostView.session.user)", "/sys/fs/cgroup\(place)/inner").succeeded()
        let file = bundle.stateRoot + "/pid"
        try bundle.apus(
            "exec", "--detach", "--cgroup", "/inner", "--pid-file", file, bundle.id, "sleep", "1000"
        ).succeeded()
        let pid = try #require(contents(file).flatMap { pid_t($0) })
        #expect(cgroup(of: pid) == place + "/inner")
    }

    /// Without systemd's help the refusal is of the cgroup, not of the namespaces.
    @Test func theCgroupIsBlamed() throws {
        let bundle = try bundle(manager + "/apus-" + TestRun.shared.uniqueName())
        let output = try bundle.apus("run", "--bundle", bundle.path, bundle.id)
        output.failed(naming: "linux.cgroupsPath", "permission denied")
        #expect(!output.error.contains("linux.namespaces"))
        bundle.expectNothingLeft()
    }

    @Test func nothingIsLeftOfAFailure() throws {
        let name = TestRun.shared.uniqueName()
        let bundle = try bundle("user.slice:apus:\(name)") { $0.process.args = ["no-such-program"] }
        try apus(bundle, "run", "--bundle", bundle.path, bundle.id).failed(naming: "process.args[0]", "no-such-program")
        #expect(!exists("/sys/fs/cgroup\(manager)/user.slice/apus-\(name).scope"))
        bundle.expectNothingLeft()
    }

    @Test func noServiceManager() throws {
        let bundle = try bundle("user.slice:apus:x")
        let script = "unset XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS; exec \"$0\" \"$@\""
        let command = bundle.arguments(
            ["run", "--bundle", bundle.path, bundle.id], global: ["--root", bundle.stateRoot, "--systemd-cgroup"])
        let own = HostView.session.prefix
        let output = try Command(own + ["sh", "-c", script] + command.dropFirst(own.count)).wait()
        output.failed(naming: "neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set")
        bundle.expectNothingLeft()
    }

    /// What the user's manager has been given, the user's containers can be limited with.
    @Test(.requires(.cgroupV2("memory"), .cgroupV2("pids"))) func limitsThatAreDelegated() throws {
        let name = TestRun.shared.uniqueName()
        let bundle = try bundle("user.slice:apus:\(name)") {
            $0.linux.resources.memory = ["limit": 67_108_864]
            $0.linux.resources.pids.limit = 50
        }
        let directory = "/sys/fs/cgroup\(manager)/user.slice/apus-\(name).scope/"
        try apus(bundle, "create", "--bundle", bundle.path, bundle.id).succeeded()
        #expect(contents(directory + "memory.max") == "67108864\n")
        #expect(contents(directory + "pids.max") == "50\n")
        try bundle.start().succeeded()
        try bundle.apus("update", "--memory", "96m", "--pids-limit", "40", bundle.id).succeeded()
        #expect(contents(directory + "memory.max") == "100663296\n")
        #expect(contents(directory + "pids.max") == "40\n")
        try bundle.apus("pause", bundle.id).succeeded()
        #expect(try bundle.status == "paused")
        try bundle.apus("resume", bundle.id).succeeded()
        try bundle.exec(shell: "true").succeeded()
        try bundle.delete("--force").succeeded()
        #expect(!exists(directory))
    }

    /// A limit that nobody has given the user the means for is an error, which names it.
    @Test(.requires(.cgroupV2("memory"))) func limitsThatAreNot() throws {
        let controllers = contents("/sys/fs/cgroup\(manager)/cgroup.controllers") ?? ""
        for (controller, property, limit) in [
            ("cpuset", "cpu", ["cpus": "0"]), ("io", "blockIO", ["weight": 100]),
        ] as [(String, String, JSONValue)]
        where HostCgroups.unifiedControllers.contains(controller) && !controllers.contains(controller) {
            let name = TestRun.shared.uniqueName()
            let bundle = try bundle("user.slice:apus:\(name)") { $0.linux.resources[property] = limit }
            try apus(bundle, "run", "--bundle", bundle.path, bundle.id)
                .failed(naming: "linux.resources.\(property).", controller, "Delegate=")
            bundle.expectNothingLeft()
        }
    }

    /// Beside the session's own cgroup nothing can be made: a limit needs --systemd-cgroup, or a cgroup of the user's.
    @Test func limitsWithoutSystemd() throws {
        let bundle = try bundle(nil) {
            $0.linux["cgroupsPath"] = .null
            $0.linux.resources.pids.limit = 50
        }
        let output = try bundle.apus("run", "--bundle", bundle.path, bundle.id)
        output.failed(
            naming: "linux.resources.pids.limit", "cannot set pids limit: container could not join or create cgroup")
        bundle.expectNothingLeft()
    }

    /// A cgroup that the user's manager has delegated, used without systemd's driver from within it.
    @Test func aDelegatedCgroupWithoutSystemd() throws {
        let bundle = try bundle(nil) {
            $0.linux["cgroupsPath"] = .null
            $0.process.args = ["cat", "/proc/self/cgroup"]
        }
        let command = bundle.arguments(["run", "--bundle", bundle.path, bundle.id])
        let own = HostView.session.prefix
        let output = try Command(
            own + ["systemd-run", "--user", "--scope", "--quiet", "--collect", "-p", "Delegate=yes"]
                + command.dropFirst(own.count)
        ).wait().succeeded()
        #expect(output.lines.last?.contains("0::") ?? false, "\(output.stdout)")
        bundle.expectNothingLeft()
    }
}
