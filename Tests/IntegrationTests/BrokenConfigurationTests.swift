import Foundation
import Testing

/// Configurations that must be refused: the last line of stderr names the property, its value and the reason, and nothing
/// is left of the attempt.
@Suite(.containers, .requires(.root, .runtime))
struct BrokenConfigurationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        /// What else the error says: the value above all.
        let texts: [String]
        let change: @Sendable (inout JSONValue) -> Void

        init(_ path: String, _ texts: String..., change: @escaping @Sendable (inout JSONValue) -> Void) {
            self.path = path
            self.texts = texts
            self.change = change
        }

        var testDescription: String { ([path] + texts).joined(separator: " ") }
    }

    private static let cases: [Case] = [
        Case("process.args", "args must not be empty") { $0.process.args = [] },
        Case("process.args[0]") { $0.process.args = [5] },
        Case("process.args") { $0.process.args = "sh" },
        Case("process.cwd") { $0.process.cwd = "" },
        Case("process.cwd", "relative") { $0.process.cwd = "relative" },
        Case("process.terminal", "yes") { $0.process.terminal = "yes" },
        Case("process.env[2]", "missing '='") { $0.process.env.append("NOEQUALS") },
        Case("process.env[2]", "name cannot be empty") { $0.process.env.append("=value") },
        Case("process.env[2]") { $0.process.env.append("A=b\u{0}c") },
        Case("process.args[0]") { $0.process.args = ["a\u{0}b"] },
        Case("process.user.uid", "-1") { $0.process.user.uid = -1 },
        Case("process.user.uid", "4294967296") { $0.process.user.uid = 4_294_967_296 },
        Case("process.user.uid", "4294967295") { $0.process.user.uid = 4_294_967_295 },
        Case("process.user.gid", "1.5") { $0.process.user.gid = .number("1.5") },
        Case("process.user.umask", "512") { $0.process.user.umask = 512 },
        Case("process.user.additionalGids[0]", "-7") { $0.process.user.additionalGids = [-7] },
        Case("process.rlimits[0].type", "RLIMIT_FOO") { $0.process.rlimits[0].type = "RLIMIT_FOO" },
        Case("process.rlimits[1]", "RLIMIT_NOFILE") { $0.process.rlimits.append($0.process.rlimits[0]) },
        Case("process.rlimits[0].soft") { $0.process.rlimits[0].remove("soft") },
        Case("process.rlimits[0]", "2048", "1024") { $0.process.rlimits[0].soft = 2048 },
        Case("process.rlimits[0].hard", "18446744073709551616") {
            $0.process.rlimits[0].hard = .number("18446744073709551616")
        },
        Case("process.oomScoreAdj", "1001") { $0.process.oomScoreAdj = 1001 },
        Case("process.oomScoreAdj", "-2000") { $0.process.oomScoreAdj = -2000 },
        Case("process.scheduler.policy", "SCHED_FOO") { $0.process.scheduler = ["policy": "SCHED_FOO"] },
        Case("process.scheduler.policy", "SCHED_ISO") { $0.process.scheduler = ["policy": "SCHED_ISO"] },
        Case("process.scheduler") { $0.process.scheduler = [:] },
        Case("process.scheduler.priority", "5") { $0.process.scheduler = ["policy": "SCHED_OTHER", "priority": 5] },
        Case("process.scheduler.nice", "20") { $0.process.scheduler = ["policy": "SCHED_OTHER", "nice": 20] },
        Case("process.scheduler", "runtime") { $0.process.scheduler = ["policy": "SCHED_OTHER", "runtime": 10000] },
        Case("process.scheduler.flags[0]", "SCHED_FLAG_FOO") {
            $0.process.scheduler = ["policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_FOO"]]
        },
        Case("process.ioPriority.class", "IOPRIO_CLASS_FOO") { $0.process.ioPriority = ["class": "IOPRIO_CLASS_FOO"] },
        Case("process.ioPriority.priority", "8") {
            $0.process.ioPriority = ["class": "IOPRIO_CLASS_BE", "priority": 8]
        },
        Case("process.execCPUAffinity.initial", "1-0") { $0.process.execCPUAffinity = ["initial": "1-0"] },
        Case("process.consoleSize", "70000") {
            $0.process.consoleSize = ["height": 70000, "width": 10]
            $0.process.terminal = true
        },
        Case("root", "root must be specified") { $0.remove("root") },
        Case("root.path") { $0.root = [:] },
        Case("hostname") { $0.linux.namespaces.removeAll { $0.type == "uts" } },
        Case("domainname", "example") {
            $0.dropNamespace("uts")
            $0.domainname = "example"
        },
        Case("hooks.createRuntime[0].path", "relative") { $0.hooks.createRuntime = [["path": "relative"]] },
        Case("hooks.poststop[0].timeout", "0") { $0.hooks.poststop = [["path": "/bin/true", "timeout": 0]] },
        Case("hooks.poststop[0].timeout", "-5") { $0.hooks.poststop = [["path": "/bin/true", "timeout": -5]] },
        Case("hooks.prestart") { $0.hooks.prestart = ["path": "/bin/true"] },
        Case("annotations", "5") { $0.annotations = ["key": 5] },
        Case("annotations[\"\"]", "value") { $0.annotations = ["": "value"] },
        Case("linux.namespaces[5].type", "foo") { $0.linux.namespaces.append(["type": "foo"]) },
        Case("linux.namespaces[5]", "pid") { $0.linux.namespaces.append(["type": "pid"]) },
        Case("linux.namespaces[4].path", "relative/path") { $0.addNamespace("network", path: "relative/path") },
        Case("linux.uidMappings", "no uid mappings found") {
            $0.addNamespace("user")
            $0.linux.gidMappings = [["containerID": 0, "hostID": 0, "size": 1]]
        },
        Case("linux.gidMappings", "no gid mappings found") {
            $0.addNamespace("user")
            $0.linux.uidMappings = [["containerID": 0, "hostID": 1000, "size": 1]]
        },
        Case("linux.uidMappings[0].size") {
            $0.addNamespace("user")
            $0.linux.uidMappings = [["containerID": 0, "hostID": 1000]]
            $0.linux.gidMappings = [["containerID": 0, "hostID": 1000, "size": 1]]
        },
        Case("linux.uidMappings[0].size", "0") {
            $0.addNamespace("user")
            $0.linux.uidMappings = [["containerID": 0, "hostID": 1000, "size": 0]]
            $0.linux.gidMappings = [["containerID": 0, "hostID": 1000, "size": 1]]
        },
        Case("linux.timeOffsets") { $0.linux.timeOffsets = ["monotonic": ["secs": 5]] },
        Case("linux.timeOffsets", "realtime") {
            $0.addNamespace("time")
            $0.linux.timeOffsets = ["realtime": ["secs": 5]]
        },
        Case("linux.timeOffsets", "1000000000") {
            $0.addNamespace("time")
            $0.linux.timeOffsets = ["monotonic": ["nanosecs": 1_000_000_000]]
        },
        Case("linux.devices[0].type", "z") {
            $0.linux.devices = [["path": "/dev/x", "type": "z", "major": 1, "minor": 3]]
        },
        Case("linux.devices[0].path") { $0.linux.devices = [["type": "p"]] },
        Case("linux.devices[0]", "dev/x") { $0.linux.devices = [["type": "p", "path": "dev/x"]] },
        Case("linux.devices[0]", "major") { $0.linux.devices = [["type": "c", "path": "/dev/x", "minor": 1]] },
        Case("linux.devices[0].minor", "-1") {
            $0.linux.devices = [["type": "c", "path": "/dev/x", "major": 1, "minor": -1]]
        },
        Case("linux.devices[0]", "65536") {
            $0.linux.devices = [["type": "p", "path": "/dev/x", "fileMode": 65536]]
        },
        Case("linux.devices[1]", "/dev/x") {
            $0.linux.devices = [
                ["type": "p", "path": "/dev/x"], ["type": "c", "path": "/dev/x", "major": 1, "minor": 3],
            ]
        },
        Case("linux.netDevices", "a/b") { $0.linux.netDevices = ["a/b": [:]] },
        Case("linux.netDevices") {
            $0.dropNamespace("network")
            $0.linux.netDevices = ["dummy0": [:]]
        },
        Case("linux.sysctl", "kernel.foo") { $0.linux.sysctl = ["kernel.foo": "1"] },
        Case("linux.sysctl", "kernel.hostname") { $0.linux.sysctl = ["kernel.hostname": "x"] },
        Case("linux.sysctl", "net.ipv4.ip_forward") {
            $0.dropNamespace("network")
            $0.linux.sysctl = ["net.ipv4.ip_forward": "1"]
        },
        Case("linux.sysctl", "kernel.shmmax") {
            $0.dropNamespace("ipc")
            $0.mounts.removeAll { $0.type == "mqueue" }
            $0.linux.sysctl = ["kernel.shmmax": "1000000"]
        },
        Case("linux.sysctl", "..") { $0.linux.sysctl = ["net/../kernel/hostname": "x"] },
        Case("linux.maskedPaths[0]", "relative") { $0.linux.maskedPaths = ["relative"] },
        Case("linux.readonlyPaths[0]", "relative") { $0.linux.readonlyPaths = ["relative"] },
        Case("linux.rootfsPropagation", "foo") { $0.linux.rootfsPropagation = "foo" },
        Case("linux.personality.domain", "FOO") { $0.linux.personality = ["domain": "FOO"] },
        Case("linux.memoryPolicy.mode", "MPOL_FOO") { $0.linux.memoryPolicy = ["mode": "MPOL_FOO"] },
        Case("linux.memoryPolicy.nodes", "x") { $0.linux.memoryPolicy = ["mode": "MPOL_BIND", "nodes": "x"] },
        Case("linux.memoryPolicy") { $0.linux.memoryPolicy = ["mode": "MPOL_BIND"] },
        Case("linux.memoryPolicy.flags[0]", "MPOL_F_FOO") {
            $0.linux.memoryPolicy = ["mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_FOO"]]
        },
        Case("mounts[7].destination") { $0.mounts.append(["type": "tmpfs"]) },
        Case("mounts[7]", "uid and gid mappings") {
            $0.mount("/mnt", source: "/tmp", "bind", "idmap")
            $0.mounts[7].uidMappings = [["containerID": 0, "hostID": 0, "size": 1]]
        },
        Case("mounts[7]", "bind") {
            $0.mount("/mnt", type: "tmpfs", source: "tmpfs", "idmap")
            $0.mounts[7].uidMappings = [["containerID": 0, "hostID": 1, "size": 1]]
            $0.mounts[7].gidMappings = [["containerID": 0, "hostID": 1, "size": 1]]
        },
        Case("mounts[7].options", "size=1m") { $0.mount("/mnt", source: "/tmp", "bind", "size=1m") },
        Case("linux.seccomp.defaultAction", "SCMP_ACT_FOO") { $0.linux.seccomp = ["defaultAction": "SCMP_ACT_FOO"] },
        Case("linux.seccomp") { $0.linux.seccomp = ["syscalls": [["names": ["mkdir"], "action": "SCMP_ACT_ERRNO"]]] },
        Case("linux.seccomp.defaultAction", "SCMP_ACT_NOTIFY") {
            $0.linux.seccomp = ["defaultAction": "SCMP_ACT_NOTIFY"]
        },
        Case("linux.seccomp.architectures[0]", "SCMP_ARCH_FOO") {
            $0.linux.seccomp = ["defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_FOO"]]
        },
        Case("linux.seccomp.flags[0]", "SECCOMP_FILTER_FLAG_FOO") {
            $0.linux.seccomp = ["defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_FOO"]]
        },
        Case("linux.seccomp.syscalls[0].action", "SCMP_ACT_FOO") {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [["names": ["mkdir"], "action": "SCMP_ACT_FOO"]],
            ]
        },
        Case("linux.seccomp.syscalls[0].names") {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [["names": [], "action": "SCMP_ACT_ERRNO"]],
            ]
        },
        Case("linux.seccomp.syscalls[0].errnoRet", "5") {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ERRNO",
                "syscalls": [["names": ["mkdir"], "action": "SCMP_ACT_ALLOW", "errnoRet": 5]],
            ]
        },
        Case("linux.seccomp.syscalls[0].args[0].index", "6") {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [
                    [
                        "names": ["mkdir"], "action": "SCMP_ACT_ERRNO",
                        "args": [["index": 6, "value": 1, "op": "SCMP_CMP_EQ"]],
                    ]
                ],
            ]
        },
        Case("linux.seccomp.syscalls[0].args[0].op", "SCMP_CMP_FOO") {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [
                    [
                        "names": ["mkdir"], "action": "SCMP_ACT_ERRNO",
                        "args": [["index": 0, "value": 1, "op": "SCMP_CMP_FOO"]],
                    ]
                ],
            ]
        },
        Case("linux.seccomp.listenerMetadata") {
            $0.linux.seccomp = ["defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "x"]
        },
        Case("linux.resources.devices[0].allow") { $0.linux.resources.devices = [["access": "rwm"]] },
        Case("linux.resources.devices[0].type", "q") {
            $0.linux.resources.devices = [["allow": true, "type": "q", "access": "rwm"]]
        },
        Case("linux.resources.devices[0].access", "x") {
            $0.linux.resources.devices = [["allow": true, "type": "c", "access": "x"]]
        },
        Case("linux.resources.devices[0].major", "-2") {
            $0.linux.resources.devices = [["allow": true, "type": "c", "major": -2, "access": "r"]]
        },
        Case("linux.resources.memory.limit", "1.5") { $0.linux.resources.memory = ["limit": .number("1.5")] },
        Case("linux.resources.memory.limit", "1M") { $0.linux.resources.memory = ["limit": "1M"] },
        Case("linux.resources.memory.swappiness", "101") { $0.linux.resources.memory = ["swappiness": 101] },
        Case("linux.resources.pids.limit", "1.5") { $0.linux.resources.pids = ["limit": .number("1.5")] },
        Case("linux.resources.cpu.shares", "-1") { $0.linux.resources.cpu = ["shares": -1] },
        Case("linux.resources.cpu.idle", "2") { $0.linux.resources.cpu = ["idle": 2] },
        Case("linux.resources.hugepageLimits[0].pageSize", "64kB") {
            $0.linux.resources.hugepageLimits = [["pageSize": "64kB", "limit": 0]]
        },
        Case("linux.resources.blockIO.weight", "70000") { $0.linux.resources.blockIO = ["weight": 70000] },
        Case("linux.resources.blockIO.throttleReadBpsDevice[0]", "major") {
            $0.linux.resources.blockIO = ["throttleReadBpsDevice": [["minor": 0, "rate": 5]]]
        },
        Case("linux.resources.rdma") { $0.linux.resources.rdma = ["mlx": [:]] },
        Case("linux.resources.unified", "a/b") { $0.linux.resources.unified = ["a/b": "1"] },
        Case("linux.intelRdt.closID", "a/b") { $0.linux.intelRdt = ["closID": "a/b"] },
        Case("linux.intelRdt") { $0.linux.intelRdt = ["closID": "x", "l3CacheSchema": "L3:0=f\nL3:1=f"] },
    ]

    @Test(arguments: cases) func aBrokenProperty(_ broken: Case) throws {
        let bundle = try TestBundle { broken.change(&$0) }
        let output = try bundle.create()
        #expect(output.status == 1)
        #expect(output.error.hasPrefix("runc create failed: "))
        for text in [broken.path] + broken.texts { #expect(output.error.contains(text)) }
        // Engines look for these words anywhere.
        for phrase in ["container does not exist", "not running", "executable file not found", "permission denied"] {
            #expect(!output.error.contains(phrase))
        }
        bundle.expectNothingLeft()
    }

    @Test(arguments: [
        ("", "EOF"), ("{", ""), ("null", "config cannot be null"), ("[]", ""), ("{\"ociVersion\":\"1.0.2\",}", ""),
        ("\u{FEFF}{}", ""), ("{\"process\":5}", "process"), (String(repeating: "[", count: 100_000), ""),
        ("{\"root\":{\"path\":\"\\ud800\"}}", ""), ("{\"ociVersion\":\"1.0.2\"} trailing", ""),
    ])
    func aFileThatIsNoConfiguration(_ text: String, _ word: String) throws {
        let bundle = try TestBundle()
        try bundle.write(text: text)
        let output = try bundle.create()
        #expect(output.status == 1)
        #expect(output.error.hasPrefix("runc create failed: "))
        #expect(word.isEmpty || output.error.contains(word))
        #expect(output.error.utf8.count < 8000, "an engine reads no more")
        bundle.expectNothingLeft()
    }

    @Test func bytesThatAreNoText() throws {
        let bundle = try TestBundle()
        try Data([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D]).write(
            to: URL(fileURLWithPath: bundle.path + "/config.json"))
        #expect(try bundle.create().status == 1)
        bundle.expectNothingLeft()
    }

    @Test func aConfigurationThatIsNoFile() throws {
        let bundle = try TestBundle()
        let path = bundle.path + "/config.json"
        unlink(path)
        mkfifo(path, 0o644)
        #expect(try bundle.launch(["create", "-b", bundle.path, bundle.id]).wait(seconds: 10).status == 1)
        unlink(path)
        mkdir(path, 0o755)
        #expect(try bundle.create().status == 1)
        bundle.expectNothingLeft()
    }

    /// All that is wrong is said at once, and still in one line.
    @Test func severalFindings() throws {
        let bundle = try TestBundle {
            $0.process.cwd = "relative"
            $0.process.oomScoreAdj = 5000
            $0.linux.rootfsPropagation = "foo"
        }
        let output = try bundle.create()
        #expect(output.status == 1)
        for path in ["process.cwd", "process.oomScoreAdj", "linux.rootfsPropagation"] {
            #expect(output.error.contains(path))
        }
    }

    // MARK: What only the kernel or the host refuses

    private static let refusals: [Case] = [
        Case("process.args[0]", "nosuch", "executable file not found in $PATH") { $0.process.args = ["nosuch"] },
        Case("process.args[0]", "no\\nsuch", "executable file not found") { $0.process.args = ["no\nsuch"] },
        Case("process.cwd", "/etc/passwd", "not a directory") { $0.process.cwd = "/etc/passwd" },
        Case("process.rlimits[0].hard: 99999999999", "RLIMIT_NOFILE", "operation not permitted") {
            $0.process.rlimits = [["type": "RLIMIT_NOFILE", "hard": 99_999_999_999, "soft": 10]]
        },
        Case("process.user.uid", "unmapped uid 5000") {
            $0.process.user.uid = 5000
            $0.mapUsers()
        },
        Case("process.user.gid", "unmapped gid 5000") {
            $0.process.user.gid = 5000
            $0.mapUsers()
        },
        Case("root.path", "a\\nb", "no such file or directory") { $0.root.path = "a\nb" },
        Case("root.path", "a\\x1bb", "no such file or directory") { $0.root.path = "a\u{1b}b" },
        Case("hooks.prestart[1]: \"/bin/false\"", "exit status 1") {
            $0.hooks.prestart = [["path": "/bin/true"], ["path": "/bin/false"]]
        },
        Case("hooks.createRuntime[0].path: \"/no/such\"", "no such file or directory") {
            $0.hooks.createRuntime = [["path": "/no/such"]]
        },
        Case("hooks.createContainer[0].timeout: 1", "hook ran past specified timeout of 1.0s") {
            $0.hooks.createContainer = [["path": "/bin/sleep", "args": ["sleep", "9"], "timeout": 1]]
        },
        Case("hooks.prestart[0]", "signal: killed") {
            $0.hooks.prestart = [["path": "/bin/sh", "args": ["sh", "-c", "kill -9 $$"]]]
        },
        Case("hooks.prestart[0]", "stderr: a\\nb\\x1b[1m") {
            $0.hooks.prestart = [["path": "/bin/sh", "args": ["sh", "-c", "printf 'a\\nb\\033[1m' >&2; exit 3"]]]
        },
        Case("mounts[7].type: \"nosuchfs\"", "no such device") { $0.mount("/mnt", type: "nosuchfs", source: "x") },
        Case("mounts[7].options[1]: \"nosuch\"", "invalid argument") {
            $0.mount("/mnt", type: "tmpfs", source: "x", "ro", "nosuch")
        },
        Case("mounts[7].options[2]: \"size=abc\"", "invalid argument") {
            $0.mount("/mnt", type: "tmpfs", source: "x", "mode=700", "nosuid", "size=abc")
        },
        Case("mounts[7].options[0]: \"lowerdir=/no/such\"", "no such file or directory") {
            $0.mount("/mnt", type: "overlay", source: "overlay", "lowerdir=/no/such")
        },
        Case("mounts[7].options[1]: \"idmap=x\"") { $0.mount("/mnt", source: "/tmp", "bind", "idmap=x") },
        Case("mounts[7].source", "/no/such", "no such file or directory") {
            $0.mount("/mnt", source: "/no/such", "bind")
        },
        Case("mounts[7].source: \"/dev/nosuch\"", "no such file or directory") {
            $0.mount("/mnt", type: "ext4", source: "/dev/nosuch")
        },
        Case("mounts[7].destination", "/etc/passwd/x", "not a directory") {
            $0.mount("/etc/passwd/x", type: "tmpfs", source: "x")
        },
        Case("mounts[7].type", "a\\nb", "no such device") { $0.mount("/mnt", type: "a\nb", source: "c\nd") },
        Case("linux.namespaces[5].path: \"/no/such\"", "no such file or directory") {
            $0.addNamespace("cgroup", path: "/no/such")
        },
        Case("linux.namespaces[5].path: \"/proc/self/ns/net\"", "another type", "/proc/PID/ns/cgroup") {
            $0.addNamespace("cgroup", path: "/proc/self/ns/net")
        },
        Case("linux.namespaces[5].path: \"/etc/passwd\"", "no namespace") {
            $0.addNamespace("cgroup", path: "/etc/passwd")
        },
        Case("hostname: \"other\"", "without a private UTS namespace") {
            $0.dropNamespace("uts")
            $0.hostname = "other"
            $0.addNamespace("uts", path: "/proc/self/ns/uts")
        },
        Case("linux.timeOffsets.boottime.secs: -99999999", "numerical result out of range") {
            $0.addNamespace("time")
            $0.linux.timeOffsets = ["monotonic": ["secs": 1], "boottime": ["secs": -99_999_999]]
        },
        Case("linux.devices[0].path", "/etc/passwd", "has incorrect ftype: 0100000") {
            $0.linux.devices = [["path": "/etc/passwd", "type": "c", "major": 1, "minor": 3]]
        },
        Case("linux.netDevices.nosuch0: \"eth7\"", "no such device") {
            $0.linux.netDevices = ["nosuch0": ["name": "eth7"]]
        },
        Case("linux.sysctl[\"net.ipv4.nosuch\"]: \"5\"", "no such file or directory") {
            $0.linux.sysctl = ["net.ipv4.ip_forward": "1", "net.ipv4.nosuch": "5"]
        },
        Case("linux.sysctl[\"net.ipv4.ip_forward\"]: \"abc\"", "invalid argument") {
            $0.linux.sysctl = ["net.ipv4.ip_forward": "abc"]
        },
        Case("linux.maskedPaths[1]", "/loop", "too many levels of symbolic links") {
            $0.linux.maskedPaths = ["/proc/keys", "/loop"]
        },
        Case("linux.readonlyPaths[0]", "/loop", "too many levels of symbolic links") {
            $0.linux.readonlyPaths = ["/loop"]
        },
        Case("linux.memoryPolicy.nodes", "99", "invalid argument") {
            $0.linux.memoryPolicy = ["mode": "MPOL_BIND", "nodes": "99"]
        },
        Case("linux.seccomp.listenerPath", "/no/such.sock", "no such file or directory") {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/no/such.sock",
                "syscalls": [["names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"]],
            ]
        },
        Case("linux.seccomp.flags[1]", "WAIT_KILLABLE_RECV") {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW",
                "flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
            ]
        },
        Case("linux.resources.cpu.cpus: \"9999\"", "numerical result out of range") {
            $0.linux.resources.cpu = ["cpus": "9999"]
        },
        Case("linux.resources.hugepageLimits[0].pageSize: \"3MB\"") {
            $0.linux.resources.hugepageLimits = [["pageSize": "3MB", "limit": 0]]
        },
    ]

    /// Each names the place in the configuration, the value and the kernel's reason, on one line.
    @Test(arguments: refusals) func aRefusal(_ broken: Case) throws {
        let bundle = try TestBundle { broken.change(&$0) }
        symlink("loop", bundle.rootfs + "/loop")
        let before = contents("/proc/sys/kernel/hostname")
        let output = try bundle.create()
        #expect(output.status == 1)
        #expect(output.stderr.split(separator: "\n").count == 1, "\(output.stderr)")
        #expect(output.error.hasPrefix("runc create failed: "))
        // Nothing but the parts of the command comes before the property.
        let text = output.error.replacingOccurrences(
            of: "unable to start container process: (error during container init: )?", with: "",
            options: .regularExpression)
        #expect(text.hasPrefix("runc create failed: " + broken.path), "\(output.error)")
        for part in broken.texts { #expect(output.error.contains(part), "\(output.error)") }
        #expect(!output.error.unicodeScalars.contains { $0.value < 32 || (127..<160).contains($0.value) })
        #expect(contents("/proc/sys/kernel/hostname") == before)
        bundle.expectNothingLeft()
    }

    /// Values of any length leave room for the cause, and the log has the same line.
    @Test func aRefusalOfALongValue() throws {
        let bundle = try TestBundle { $0.mount("/mnt", source: "/" + String(repeating: "y", count: 9000), "bind") }
        let log = bundle.path + "/log"
        let output = try bundle.apus(
            "create", "--bundle", bundle.path, bundle.id,
            global: ["--root", bundle.stateRoot, "--log", log, "--log-format", "json"])
        #expect(output.error.utf8.count < 8000)
        #expect(output.error.contains("mounts[7].source: "))
        #expect(output.error.hasSuffix("file name too long"))
        let record = try JSONValue(parsing: try #require(contents(log)))
        #expect(record.msg.text == output.error)
        #expect(record.property.text == "mounts[7].source")
    }

    /// A failure late in the way, when all is made already.
    @Test(
        arguments: [
            { $0.process.args = ["nosuch"] }, { $0.process.cwd = "/etc/passwd" },
            { $0.linux.sysctl = ["net.ipv4.nosuch": "1"] }, { $0.mount("/mnt", source: "/nosuch", "bind") },
            { $0.linux.resources.cpu = ["cpus": "9999"] }, { $0.process.apparmorProfile = "nosuch-profile" },
            { $0.process.selinuxLabel = "system_u:system_r:nosuch_t:s0" },
            { $0.addNamespace("ipc", path: "/proc/self/ns/net") },
            { $0.hooks.createContainer = [["path": "/bin/false"]] },
        ] as [@Sendable (inout JSONValue) -> Void])
    func aLateFailureLeavesNothing(_ change: @Sendable (inout JSONValue) -> Void) throws {
        let bundle = try TestBundle {
            $0.mount("/mnt/t", type: "tmpfs", source: "tmpfs")
            change(&$0)
        }
        let mounts = Mountinfo.host().filter { !$0.point.hasPrefix("/tmp/apus-tests.") }
        for command in ["create", "run"] {
            let output = try bundle.apus(command, "--bundle", bundle.path, bundle.id)
            #expect(output.status == 1)
            #expect(output.error.hasPrefix("runc \(command) failed: "))
            bundle.expectNothingLeft()
        }
        #expect(Mountinfo.host().filter { !$0.point.hasPrefix("/tmp/apus-tests.") } == mounts)
        #expect(HostCgroups.processes(bundle.cgroup) == [])
    }

    // MARK: What must be accepted

    @Test func unknownPropertiesAreIgnored() throws {
        #expect(
            try output(of: "echo fine") {
                $0["x-foo"] = [:]
                $0.process["x-foo"] = [1, 2]
                $0.process.user["x-foo"] = "y"
                $0.root["x-foo"] = nil
                $0.mounts[0]["x-foo"] = true
                $0.linux["x-foo"] = ["deep": ["deeper": []]]
                $0.linux.resources["x-foo"] = 1
                $0.linux.namespaces[0]["x-foo"] = 1
                $0.hooks = ["x-foo": []]
                $0.windows = ["layerDirectories": []]
                $0.solaris = [:]
            } == "fine")
    }

    @Test func nullIsAbsent() throws {
        #expect(
            try output(of: "echo fine") {
                for name in ["hooks", "annotations", "domainname"] { $0[name] = nil }
                for name in ["rlimits", "apparmorProfile", "selinuxLabel", "scheduler", "oomScoreAdj", "consoleSize"] {
                    $0.process[name] = nil
                }
                for name in ["seccomp", "sysctl", "devices", "uidMappings", "intelRdt", "personality", "maskedPaths"] {
                    $0.linux[name] = nil
                }
                $0.mounts[0].options = nil
            } == "fine")
    }

    @Test(arguments: ["1.0.0", "1.0.2-dev", "1.1.0-rc.2", "1.3.0+dev", "1.99.0", "1.0", "2.0.0", "", "none"])
    func versions(_ version: String)
        throws
    {
        #expect(try output(of: "echo fine") { $0.ociVersion = .string(version) } == "fine")
    }

    @Test func theSmallestConfiguration() throws {
        let bundle = try TestBundle()
        try bundle.write([
            "ociVersion": "1.0.2", "root": ["path": "rootfs"],
            "process": ["cwd": "/", "args": ["/bin/busybox", "echo", "fine"]],
            "linux": ["namespaces": [["type": "mount"]], "cgroupsPath": .string(bundle.cgroup)],
        ])
        #expect(try bundle.run().succeeded().stdout == "fine\n")
    }

    @Test func theLastOfTwoPropertiesCounts() throws {
        let bundle = try TestBundle()
        let text = try bundle.configuration().description
        try bundle.write(
            text: text.dropLast() + ",\"hostname\":\"first\",\"hostname\":\"second\",\"process\":"
                + "{\"cwd\":\"/\",\"args\":[\"/bin/hostname\"]}}")
        #expect(try bundle.run().succeeded().stdout == "second\n")
    }
}

extension JSONValue {
    /// Gives the container a user namespace with the ids from 0 to 999.
    fileprivate mutating func mapUsers() {
        addNamespace("user")
        self.linux.uidMappings = [["containerID": 0, "hostID": 100000, "size": 1000]]
        self.linux.gidMappings = [["containerID": 0, "hostID": 100000, "size": 1000]]
    }
}
