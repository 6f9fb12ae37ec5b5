import Foundation
import Testing

/// What engines make of a runtime's error: the exit status that their users see, from words anywhere in the text.
enum EngineClass {
    /// `docker run`: the daemon adds words, the client looks for others, in this case only.
    static func docker(_ message: String) -> Int32 {
        var text = message
        if text.lowercased().contains("is a directory") { text += ": permission denied" }
        for words in [
            "executable file not found", "no such file or directory", "system cannot find the file specified",
        ] where text.contains(words) {
            return 127
        }
        return text.contains("permission denied") || text.contains("is a directory") ? 126 : 125
    }

    /// Whether the daemon asks if a directory was mounted onto a file.
    static func dockerSuspectsMount(_ message: String) -> Bool { message.lowercased().contains("not a directory") }

    /// `podman run`: the first of its expressions that matches a line makes an error of its own of that line.
    static func podman(_ message: String) -> Int32 {
        func line(_ words: String...) -> String? {
            message.lowercased().split(separator: "\n").map(String.init).first { line in
                words.contains { line.contains($0) }
            }
        }
        let found: String
        if let line = line("permission denied", "operation not permitted") {
            found = line
        } else if line("executable file not found in", "no such file or directory", "open executable") != nil {
            return 127
        } else {
            found = message.lowercased()
        }
        return found.contains("not found") || found.contains("no such file") ? 127 : 126
    }

    /// What containerd's shim makes of an error of `kill`.
    static func kill(_ message: String) -> String {
        if message.contains("does not exist") { return "no such container" }
        let text = message.lowercased()
        for words in ["container not running", "os: process already finished", "no such process"]
        where text.contains(words) {
            return "process already finished"
        }
        return "unknown"
    }
}

/// Each kind of failure is of the class that engines give to runc's text for it.
@Suite(.containers, .requires(.root, .runtime))
struct EngineClassTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let docker: Int32
        let podman: Int32
        let mount: Bool
        /// Whether older releases of runc give another class.
        let isNew: Bool
        let change: @Sendable (inout JSONValue) -> Void

        init(
            _ name: String, _ docker: Int32, _ podman: Int32, mount: Bool = false, isNew: Bool = false,
            _ change: @escaping @Sendable (inout JSONValue) -> Void
        ) {
            self.name = name
            self.docker = docker
            self.podman = podman
            self.mount = mount
            self.isNew = isNew
            self.change = change
        }

        var testDescription: String { name }
    }

    private static let cases: [Case] = [
        Case("a program that PATH has not", 127, 127) { $0.process.args = ["nosuch"] },
        Case("a program without a name", 127, 127) { $0.process.args = [""] },
        Case("a program that is missing", 127, 127) { $0.process.args = ["/no/such"] },
        Case("a program that is a directory", 126, 126) { $0.process.args = ["/etc"] },
        Case("a program that may not be executed", 126, 126) { $0.process.args = ["/etc/passwd"] },
        Case("a working directory that is a file", 125, 126, mount: true) { $0.process.cwd = "/etc/passwd" },
        Case("a file on a directory", 125, 126, mount: true) { $0.mount("/mnt", source: "/etc/passwd", "bind") },
        Case("a file on a directory, recursively", 125, 126, mount: true) {
            $0.mount("/mnt", source: "/etc/passwd", "rbind")
        },
        Case("a file on a directory, read-only", 125, 126, mount: true) {
            $0.mount("/mnt", source: "/etc/passwd", "rbind", "ro")
        },
        Case("a file on a directory, private", 125, 126, mount: true) {
            $0.mount("/mnt", source: "/etc/passwd", "rbind", "rprivate")
        },
        Case("a directory on a file", 125, 126, mount: true) { $0.mount("/etc/passwd", source: "/etc", "rbind") },
        Case("a directory on a file, private", 125, 126, mount: true) {
            $0.mount("/etc/passwd", source: "/etc", "rbind", "ro", "rprivate")
        },
        Case("a place below a file", 125, 126, mount: true) { $0.mount("/etc/passwd/x", source: "/etc", "rbind") },
        Case("a tmpfs on a file", 125, 126, mount: true) { $0.mount("/etc/passwd", type: "tmpfs", source: "tmpfs") },
        Case("a source that is missing", 127, 127) { $0.mount("/mnt", source: "/no/such", "rbind") },
        Case("a place in /proc that is missing", 127, 127, isNew: true) {
            $0.mount("/proc/x", source: "/etc", "rbind")
        },
        Case("a place in /proc", 125, 126) { $0.mount("/proc/sys", source: "/etc", "rbind") },
        Case("a mount on /proc", 125, 126) { $0.mount("/proc", source: "/etc", "rbind") },
        Case("a file system that is not known", 125, 126) { $0.mount("/mnt", type: "nosuchfs", source: "x") },
        Case("an option that is not known", 125, 126) { $0.mount("/mnt", type: "tmpfs", source: "x", "nosuch") },
        Case("a block device that is missing", 127, 127) { $0.mount("/mnt", type: "ext4", source: "/dev/nosuch") },
        Case("a block device that is a directory", 125, 126) { $0.mount("/mnt", type: "ext4", source: "/tmp") },
        Case("an overlay without a layer", 127, 127) {
            $0.mount("/mnt", type: "overlay", source: "overlay", "lowerdir=/no/such")
        },
        Case("a hook that is missing", 127, 127) { $0.hooks.prestart = [["path": "/no/such"]] },
        Case("a hook that may not be executed", 126, 126) { $0.hooks.createRuntime = [["path": "/etc/passwd"]] },
        Case("a hook that fails", 125, 126) { $0.hooks.prestart = [["path": "/bin/false"]] },
        Case("a sysctl that is missing", 127, 127) { $0.linux.sysctl = ["net.ipv4.nosuch": "1"] },
        Case("a value that a sysctl refuses", 125, 126) { $0.linux.sysctl = ["net.ipv4.ip_forward": "abc"] },
        Case("a root that is missing", 127, 127) { $0.root.path = "nosuch" },
        Case("a namespace that is missing", 127, 127) { $0.addNamespace("ipc", path: "/no/such") },
        Case("a limit above the hard one of root", 125, 126) {
            $0.process.rlimits = [["type": "RLIMIT_NOFILE", "hard": 99_999_999_999, "soft": 10]]
        },
        Case("a cpu that the host has not", 125, 126) { $0.linux.resources.cpu = ["cpus": "9999"] },
        Case("an rlimit that is not known", 125, 126) {
            $0.process.rlimits = [["type": "RLIMIT_FOO", "hard": 1, "soft": 1]]
        },
        Case("a namespace that is not known", 125, 126) { $0.linux.namespaces.append(["type": "net"]) },
        Case("an action that is not known", 125, 126) { $0.linux.seccomp = ["defaultAction": "SCMP_ACT_FOO"] },
        Case("a listener that nobody has", 127, 127) {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/no/such.sock",
                "syscalls": [["names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"]],
            ]
        },
        Case("a device below a file", 125, 126, mount: true) {
            $0.linux.devices = [["path": "/etc/passwd/x", "type": "c", "major": 1, "minor": 3]]
        },
    ]

    @Test(arguments: cases) func aFailure(_ failure: Case) throws {
        let bundle = try TestBundle { failure.change(&$0) }
        let output = try bundle.create()
        #expect(output.status == 1)
        check(output.stderr, failure)
        bundle.expectNothingLeft()
    }

    /// The table says what runc does, where there is one.
    @Test(.requires(.program("runc")), arguments: cases.filter { !$0.isNew }) func aFailureOfRunc(_ failure: Case)
        throws
    {
        let bundle = try TestBundle { failure.change(&$0) }
        let output = try Command.run(
            "runc", "--root", bundle.stateRoot, "--log", bundle.path + "/log", "run", "--bundle", bundle.path, bundle.id
        )
        #expect(output.status == 1)
        #expect(output.stderr.contains("runc run failed: "), "\(output.stderr)")
        check(output.stderr, failure)
    }

    private func check(_ text: String, _ failure: Case) {
        #expect(EngineClass.docker(text) == failure.docker, "\(text)")
        #expect(EngineClass.podman(text) == failure.podman, "\(text)")
        #expect(EngineClass.dockerSuspectsMount(text) == failure.mount, "\(text)")
    }

    /// The same of `exec`, whose own failures end in 255.
    @Test(
        arguments: [
            (["nosuch"], 127), (["/no/such"], 127), (["/etc"], 126), (["/etc/passwd"], 126),
        ] as [([String], Int32)])
    func anExec(_ arguments: [String], _ expected: Int32) throws {
        let bundle = try TestBundle(shell: "sleep 1000").running()
        let output = try bundle.launch(["exec", bundle.id] + arguments).wait()
        #expect(output.status == 255)
        #expect(EngineClass.docker(output.error) == expected)
        #expect(EngineClass.podman(output.error) == expected)
    }

    /// A user whose caller may not lower the score reads of a refusal, and not of a program that may not be executed.
    @Test(.requires(.program("setpriv"))) func aScoreThatMayNotBeLowered() throws {
        let bundle = try TestBundle {
            $0.process.oomScoreAdj = -1000
            $0.process.remove("rlimits")
        }
        let output = try Command.run(
            "setpriv", "--bounding-set", "-sys_resource", Runtime.path, "--root", bundle.stateRoot, "--log",
            bundle.log, "create", "--bundle", bundle.path, bundle.id)
        #expect(output.status == 1)
        #expect(output.error.contains("process.oomScoreAdj: -1000: failed to update /proc/self/oom_score_adj: "))
        #expect(EngineClass.docker(output.error) == 125, "\(output.error)")
        #expect(EngineClass.podman(output.error) == 126)
        bundle.expectNothingLeft()
    }

    @Test func killAndDelete() throws {
        let bundle = try TestBundle(shell: "true").running()
        try bundle.waitUntilStopped()
        #expect(EngineClass.kill(try bundle.kill("KILL").error) == "process already finished")
        try bundle.delete().succeeded()
        #expect(EngineClass.kill(try bundle.kill("KILL").error) == "no such container")
        #expect(try bundle.delete().error.contains("does not exist"))
    }
}
