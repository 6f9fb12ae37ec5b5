import Foundation
import Testing

/// Sentences of runc's that engines, suites and people look for: each is whole in the longer one here.
@Suite(.containers, .requires(.root, .runtime))
struct RuncSentenceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let sentence: String
        let change: @Sendable (inout JSONValue) -> Void

        init(_ sentence: String, _ change: @escaping @Sendable (inout JSONValue) -> Void) {
            self.sentence = sentence
            self.change = change
        }

        var testDescription: String { sentence }
    }

    private static func seccomp(_ change: @escaping @Sendable (inout JSONValue) -> Void)
        -> @Sendable (inout JSONValue) -> Void
    {
        {
            $0.linux.seccomp = ["defaultAction": "SCMP_ACT_ALLOW"]
            change(&$0)
        }
    }

    private static func notify(_ call: String) -> @Sendable (inout JSONValue) -> Void {
        seccomp {
            $0.linux.seccomp.listenerPath = "/no/such.sock"
            $0.linux.seccomp.syscalls = [["names": [.string(call)], "action": "SCMP_ACT_NOTIFY"]]
        }
    }

    private static let cases: [Case] = [
        Case("exec: \"nosuch\": executable file not found in $PATH") { $0.process.args = ["nosuch"] },
        Case("exec: \"/no/such\": stat /no/such: no such file or directory") { $0.process.args = ["/no/such"] },
        Case("exec: \"/etc\": is a directory") { $0.process.args = ["/etc"] },
        Case("exec: \"/etc/passwd\": permission denied") { $0.process.args = ["/etc/passwd"] },
        Case("mkdir /etc/passwd: not a directory") { $0.process.cwd = "/etc/passwd" },
        Case("args must not be empty") { $0.process.args = [] },
        Case("Cwd property must not be empty") { $0.process.cwd = "" },
        Case("Cwd must be an absolute path") { $0.process.cwd = "x" },
        Case("wrong rlimit value: RLIMIT_FOO") { $0.process.rlimits[0].type = "RLIMIT_FOO" },
        Case("error setting rlimit") {
            $0.process.rlimits = [["type": "RLIMIT_NOFILE", "hard": 99_999_999_999, "soft": 10]]
        },
        Case("failed to update /proc/self/oom_score_adj: Permission denied") { $0.process.oomScoreAdj = -1000 },
        Case("failed to fulfil mount request: open /no/such: no such file or directory") {
            $0.mount("/mnt", source: "/no/such", "bind")
        },
        Case("error mounting \"x\" to rootfs at \"/mnt\": ") { $0.mount("/mnt", type: "nosuchfs", source: "x") },
        Case("cannot be mounted because it is not of type proc") { $0.mount("/proc", source: "/etc", "bind") },
        Case("cannot be mounted because it is inside /proc") { $0.mount("/proc/sys", source: "/etc", "bind") },
        Case("must be mounted on ordinary directory") {
            $0.mounts.removeAll { $0.type == "proc" }
            $0.mount("/link", type: "proc", source: "proc")
        },
        Case("is on the top of ") { $0.mount("/", type: "sysfs", source: "x") },
        Case("bind mounts cannot have any filesystem-specific options applied") {
            $0.mount("/mnt", source: "/tmp", "bind", "size=1m")
        },
        Case("id-mapped mounts must have both uid and gid mappings specified") {
            $0.mount("/mnt", source: "/tmp", "bind")
            $0.mounts[7].uidMappings = [["containerID": 0, "hostID": 0, "size": 1]]
        },
        Case("error running prestart hook #0: exit status 1, stdout: , stderr: ") {
            $0.hooks.prestart = [["path": "/bin/false"]]
        },
        Case("error running createRuntime hook #1: fork/exec /no/such: no such file or directory") {
            $0.hooks.createRuntime = [["path": "/bin/true"], ["path": "/no/such"]]
        },
        Case("hook ran past specified timeout of 1.0s") {
            $0.hooks.createContainer = [["path": "/bin/sleep", "args": ["sleep", "9"], "timeout": 1]]
        },
        Case("open sysctl net.ipv4.nosuch file") { $0.linux.sysctl = ["net.ipv4.nosuch": "1"] },
        Case("is not in a separate kernel namespace") { $0.linux.sysctl = ["kernel.foo": "1"] },
        Case("namespace path: lstat /no/such: no such file or directory") { $0.addNamespace("ipc", path: "/no/such") },
        Case("namespace {\"foo\" \"\"} does not exist") { $0.linux.namespaces.append(["type": "foo"]) },
        Case("malformed spec file: duplicated ns {\"pid\" \"\"}") { $0.linux.namespaces.append(["type": "pid"]) },
        Case("time namespace offsets specified, but time namespace isn't enabled in the config") {
            $0.linux.timeOffsets = ["monotonic": ["secs": 5]]
        },
        Case("unable to set hostname without a private UTS namespace") {
            $0.linux.namespaces.removeAll { $0.type == "uts" }
        },
        Case("unable to move network devices without a NET namespace") {
            $0.dropNamespace("network")
            $0.linux.netDevices = ["dummy0": [:]]
        },
        Case("error creating network interfaces: move netDevice nosuch0 to namespace ") {
            $0.linux.netDevices = ["nosuch0": [:]]
        },
        Case("root must be specified") { $0.remove("root") },
        Case("invalid rootfs: stat ") { $0.root.path = "nosuch" },
        Case("invalid rootfs: not an absolute path, or a symlink") { $0.root.path = "linked" },
        Case("rootfsPropagation=foo is not supported") { $0.linux.rootfsPropagation = "foo" },
        Case("invalid personality domain FOO") { $0.linux.personality = ["domain": "FOO"] },
        Case("invalid memory policy mode \"MPOL_FOO\"") { $0.linux.memoryPolicy = ["mode": "MPOL_FOO"] },
        Case("mode requires 0 nodes but got 8") { $0.linux.memoryPolicy = ["mode": "MPOL_DEFAULT", "nodes": "0-7"] },
        Case("invalid memory policy node") { $0.linux.memoryPolicy = ["mode": "MPOL_BIND", "nodes": "0-9876543210"] },
        Case("invalid memory policy flag \"x\"") {
            $0.linux.memoryPolicy = ["mode": "MPOL_BIND", "nodes": "0", "flags": ["x"]]
        },
        Case("invalid ioPriority.Class: \"FOO\"") { $0.process.ioPriority = ["class": "FOO"] },
        Case("string FOO is not a valid action for seccomp", seccomp { $0.linux.seccomp.defaultAction = "FOO" }),
        Case("string FOO is not a valid arch for seccomp", seccomp { $0.linux.seccomp.architectures = ["FOO"] }),
        Case(
            "SCMP_ACT_NOTIFY cannot be used as default action",
            seccomp { $0.linux.seccomp.defaultAction = "SCMP_ACT_NOTIFY" }),
        Case("SCMP_ACT_NOTIFY cannot be used for the write syscall", notify("write")),
        Case("failed to connect with seccomp agent specified in the seccomp profile", notify("mkdir")),
        Case(
            "seccomp listenerPath is not set",
            seccomp { $0.linux.seccomp.syscalls = [["names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"]] }),
        Case("error creating device nodes") {
            $0.linux.devices = [["path": "/etc/passwd/x", "type": "c", "major": 1, "minor": 3]]
        },
        Case("invalid device type \"z\"") {
            $0.linux.devices = [["path": "/dev/x", "type": "z", "major": 1, "minor": 3]]
        },
        Case("invalid cgroup device type \"q\"") {
            $0.linux.resources.devices = [["allow": true, "type": "q", "access": "rwm"]]
        },
        Case("failed to write \"9999\"") { $0.linux.resources.cpu = ["cpus": "9999"] },
        Case("numerical result out of range") { $0.linux.resources.cpu = ["cpus": "9999"] },
        Case("cannot setuid to unmapped uid 5000 in user namespace") {
            $0.process.user.uid = 5000
            $0.addNamespace("user")
            $0.linux.uidMappings = [["containerID": 0, "hostID": 100000, "size": 1000]]
            $0.linux.gidMappings = [["containerID": 0, "hostID": 100000, "size": 1000]]
        },
        Case("user namespaces enabled, but no uid mappings found") {
            $0.addNamespace("user")
            $0.linux.gidMappings = [["containerID": 0, "hostID": 0, "size": 1]]
        },
        Case("Intel RDT") { $0.linux.intelRdt = ["closID": "x", "l3CacheSchema": "L3:0=f"] },
    ]

    @Test(arguments: cases) func aSentence(_ expected: Case) throws {
        let bundle = try TestBundle { expected.change(&$0) }
        symlink("proc", bundle.rootfs + "/link")
        symlink("rootfs", bundle.path + "/linked")
        let isScore = expected.sentence.contains("oom_score_adj")
        let output =
            isScore
            ? try Command.run(
                "setpriv", "--bounding-set", "-sys_resource", Runtime.path, "--root", bundle.stateRoot, "--log",
                bundle.log, "create", "--bundle", bundle.path, bundle.id) : try bundle.create()
        #expect(output.status == 1)
        #expect(output.error.contains(expected.sentence), "\(output.stderr)")
        #expect(output.error.hasPrefix("runc create failed: "))
        bundle.expectNothingLeft()
    }

    @Test(.requires(.rootless)) func aContainerThatCannotBeKilled() throws {
        let bundle = try TestBundle(shell: "true", view: .ordinaryUser) {
            $0.linux.remove("cgroupsPath")
            $0.dropNamespace("pid")
            $0.mounts.removeAll { $0.type == "proc" }
            $0.mount("/proc", source: "/proc", "rbind")
            $0.linux.maskedPaths = []
            $0.linux.readonlyPaths = []
        }
        let output = try bundle.run()
        #expect(output.status == 0, "\(output.stderr)")
        let log = try #require(contents(bundle.log))
        #expect(log.contains("Such configuration is strongly discouraged"), "\(log)")
    }

    /// A program calls itself by its own name, or by the one of what it stands in for.
    @Test(arguments: ["apus", "runc"]) func theNameOfTheProgram(_ name: String) throws {
        let bundle = try TestBundle { $0.process.terminal = true }
        let link = bundle.path + "/" + name
        symlink(Runtime.path, link)
        func error(_ arguments: String...) throws -> String {
            try Command([link, "--root", bundle.stateRoot] + arguments).wait().stderr
        }
        let create = try error("create", "--bundle", bundle.path, bundle.id)
        #expect(create.contains("cannot allocate tty if \(name) will detach without setting console socket"))
        let socket = try error("run", "--console-socket", "/x", "--bundle", bundle.path, bundle.id)
        #expect(socket.contains("cannot use console socket if \(name) will not detach or allocate tty"))
        unlink(bundle.path + "/config.json")
        #expect(try error("create", "--bundle", bundle.path, bundle.id).contains("(make one: \(name) spec)"))
    }

    @Test func aFileThatIsNoConfigurationIsNamed() throws {
        let bundle = try TestBundle()
        try bundle.write(text: "{")
        let output = try bundle.create()
        #expect(output.error.hasPrefix("runc create failed: \(bundle.path)/config.json: "), "\(output.error)")
        let process = bundle.path + "/process.json"
        try "[".write(toFile: process, atomically: false, encoding: .utf8)
        let state = bundle.stateRoot + "/broken/state.json"
        try FileManager.default.createDirectory(
            atPath: bundle.stateRoot + "/broken", withIntermediateDirectories: true)
        try "{".write(toFile: state, atomically: false, encoding: .utf8)
        #expect(try bundle.apus("state", "broken").error.hasPrefix(state + ": unexpected EOF"))
        try bundle.apus("delete", "--force", "broken").succeeded()
        let running = try TestBundle(shell: "sleep 1000").running()
        #expect(try running.apus("exec", "-p", process, running.id).error.contains(process + ": "))
    }
}
