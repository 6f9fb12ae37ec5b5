import Foundation
import Testing

/// Properties of the process: limits, user, directory, scheduling.
@Suite(.containers, .requires(.root, .runtime))
struct ProcessTests {
    // MARK: Limits

    @Test func rlimits() throws {
        let text = try output(of: "cat /proc/self/limits") {
            $0.process.rlimits = [
                ["type": "RLIMIT_NOFILE", "soft": 100, "hard": 200], ["type": "RLIMIT_CORE", "soft": 0, "hard": 4096],
                ["type": "RLIMIT_CPU", "soft": 1000, "hard": 2000],
                ["type": "RLIMIT_FSIZE", "soft": 1048576, "hard": 2097152],
                ["type": "RLIMIT_DATA", "soft": 104_857_600, "hard": 209_715_200],
                ["type": "RLIMIT_STACK", "soft": 4_194_304, "hard": 8_388_608],
                ["type": "RLIMIT_RSS", "soft": 5, "hard": 6], ["type": "RLIMIT_LOCKS", "soft": 7, "hard": 8],
                ["type": "RLIMIT_SIGPENDING", "soft": 9, "hard": 10],
                ["type": "RLIMIT_AS", "soft": 1_073_741_824, "hard": 2_147_483_648],
                ["type": "RLIMIT_RTTIME", "soft": 11, "hard": 12],
                ["type": "RLIMIT_MSGQUEUE", "soft": 1000, "hard": 2000],
                ["type": "RLIMIT_MEMLOCK", "soft": 4096, "hard": 8192],
                ["type": "RLIMIT_NPROC", "soft": 50, "hard": 60],
                ["type": "RLIMIT_NICE", "soft": 0, "hard": 0], ["type": "RLIMIT_RTPRIO", "soft": 0, "hard": 0],
            ]
        }
        let expected = [
            "open files": "100 200", "core file size": "0 4096", "cpu time": "1000 2000",
            "file size": "1048576 2097152", "data size": "104857600 209715200", "stack size": "4194304 8388608",
            "resident set": "5 6", "file locks": "7 8", "pending signals": "9 10",
            "address space": "1073741824 2147483648", "realtime timeout": "11 12", "msgqueue size": "1000 2000",
            "locked memory": "4096 8192", "processes": "50 60", "nice priority": "0 0", "realtime priority": "0 0",
        ]
        for (name, limits) in expected { #expect(limit(text, name) == limits, "\(name)") }
    }

    /// The soft and the hard limit of a line of /proc/PID/limits.
    private func limit(_ text: String, _ name: String) -> String? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Max \(name) ") }) else { return nil }
        return line.dropFirst(name.utf8.count + 4).split(separator: " ").prefix(2).joined(separator: " ")
    }

    @Test func theLargestLimitIsUnlimited() throws {
        let text = try output(of: "cat /proc/self/limits") {
            $0.process.rlimits = [
                [
                    "type": "RLIMIT_FSIZE", "soft": .number("18446744073709551615"),
                    "hard": .number("18446744073709551615"),
                ]
            ]
        }
        #expect(limit(text, "file size") == "unlimited unlimited")
    }

    /// The runtime must give back its caller's limit if it raised its own.
    @Test func limitsThatAreNotNamedAreTheCallers() throws {
        let bundle = try TestBundle(shell: "ulimit -Sn; ulimit -Sc") { $0.process.remove("rlimits") }
        let command = try Command(
            ["sh", "-c", "ulimit -S -n 321; ulimit -S -c 7; exec \"$0\" \"$@\""]
                + bundle.arguments(["run", "--bundle", bundle.path, bundle.id]))
        #expect(try command.wait().succeeded().lines == ["321", "7"])
    }

    @Test func aHardLimitThatCannotBeHad() throws {
        let bundle = try TestBundle(shell: "true") {
            $0.process.rlimits = [
                ["type": "RLIMIT_NOFILE", "soft": 1024, "hard": .number("18446744073709551615")]
            ]
        }
        let output = try bundle.run()
        #expect(output.status == 1)
        #expect(output.error.hasPrefix("runc run failed: "))
        #expect(output.error.contains(": operation not permitted (raising a hard limit takes CAP_SYS_RESOURCE"))
        bundle.expectNothingLeft()
    }

    @Test func oomScoreAdjustment() throws {
        #expect(try output(of: "cat /proc/self/oom_score_adj") { $0.process.oomScoreAdj = 123 } == "123")
        // Absent is not zero: it is the caller's.
        let bundle = try TestBundle(shell: "cat /proc/self/oom_score_adj")
        let command = try Command(
            ["sh", "-c", "echo 77 >/proc/self/oom_score_adj; exec \"$0\" \"$@\""]
                + bundle.arguments(["run", "--bundle", bundle.path, bundle.id]))
        #expect(try command.wait().succeeded().stdout == "77\n")
    }

    // MARK: User

    // runc 1.1.5 ends at 2147483647.
    @Test func userAndGroups() throws {
        let text = try output(of: "cat /proc/self/status") {
            $0.process.user = ["uid": 1000, "gid": 1001, "additionalGids": [5, 6, 4_000_000_000]]
        }
        let status = Status(text)
        #expect(status["Uid"] == "1000\t1000\t1000\t1000")
        #expect(status["Gid"] == "1001\t1001\t1001\t1001")
        #expect(status["Groups"]?.split(separator: " ") == ["5", "6", "4000000000"])
    }

    /// The groups of the runtime do not stay.
    @Test func withoutAdditionalGroups() throws {
        let bundle = try TestBundle { $0.process.args = ["cat", "/proc/self/status"] }
        let command = try Command(
            ["setpriv", "--groups", "7,8"] + bundle.arguments(["run", "--bundle", bundle.path, bundle.id]))
        #expect(Status(try command.wait().succeeded().stdout)["Groups"]?.trimmingCharacters(in: .whitespaces) == "")
    }

    @Test func umask() throws {
        #expect(try output(of: "umask") == "0022")
        #expect(try output(of: "umask") { $0.process.user.umask = 0o77 } == "0077")
        #expect(try output(of: "umask") { $0.process.user.umask = 0 } == "0000")
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.process.user.umask = 0o27
        }.running()
        #expect(try bundle.exec(shell: "umask").stdout == "0027\n")
    }

    @Test func home() throws {
        #expect(try output(of: "echo $HOME") == "/root")
        #expect(try output(of: "echo $HOME") { $0.process.user = ["uid": 1000, "gid": 0] } == "/home/user")
        #expect(try output(of: "echo $HOME") { $0.process.user = ["uid": 77, "gid": 0] } == "/")
        #expect(try output(of: "echo $HOME") { $0.process.env.append("HOME=/elsewhere") } == "/elsewhere")
        // runc 1.1.5 keeps the empty one.
        #expect(try output(of: "echo $HOME") { $0.process.env.append("HOME=") } == "/root")
    }

    /// The file belongs to the image: it may be anything.
    @Test(arguments: ["missing", "fifo", "link", "garbage", "long"])
    func aHostilePasswd(_ kind: String) throws {
        let bundle = try TestBundle(shell: "echo $HOME")
        let passwd = bundle.rootfs + "/etc/passwd"
        unlink(passwd)
        switch kind {
        case "fifo": mkfifo(passwd, 0o644)
        case "link": symlink("../../../../../../../../etc/passwd", passwd)
        case "garbage":
            try Data([0xFF, 0x3A, 0x00, 0x0A, 0x3A, 0x3A, 0x3A, 0x3A] + Array(repeating: 0x3A, count: 100)).write(
                to: URL(fileURLWithPath: passwd))
        case "long":
            try (String(repeating: "x", count: 2_000_000) + "\nroot:x:0:0::/long:/bin/sh\n").write(
                toFile: passwd, atomically: false, encoding: .utf8)
        default: break
        }
        let output = try bundle.launch(["run", "--bundle", bundle.path, bundle.id]).wait(seconds: 10)
        try output.succeeded()
        if kind == "missing" { #expect(output.stdout == "/\n") }
    }

    // MARK: Directory

    @Test func workingDirectory() throws {
        #expect(try output(of: "pwd") { $0.process.cwd = "/etc" } == "/etc")
    }

    @Test(arguments: [false, true]) func aMissingWorkingDirectoryIsMade(_ isReadOnly: Bool) throws {
        let bundle = try TestBundle(shell: "pwd; stat -c %a:%u /job /job/deep") {
            $0.root.readonly = .bool(isReadOnly)
            $0.process.cwd = "/job/deep"
            $0.process.user = ["uid": 1000, "gid": 1000]
        }
        #expect(try bundle.run().succeeded().lines == ["/job/deep", "755:0", "755:0"])
    }

    @Test func aWorkingDirectoryThatIsAFile() throws {
        let bundle = try TestBundle { $0.process.cwd = "/etc/passwd" }
        try bundle.run().failed(from: "runc run failed: ", to: "not a directory")
        bundle.expectNothingLeft()
    }

    /// A directory that only the user may enter, or only root before it changes the user.
    @Test func aWorkingDirectoryOfTheUser() throws {
        let bundle = try TestBundle(shell: "pwd") {
            $0.process.user = ["uid": 1000, "gid": 1000]
            $0.process.cwd = "/home/private"
        }
        mkdir(bundle.rootfs + "/home/private", 0o700)
        chown(bundle.rootfs + "/home/private", 1000, 1000)
        #expect(try bundle.run().succeeded().stdout == "/home/private\n")
    }

    // MARK: Scheduling

    // runc 1.1.5 ignores scheduler, ioPriority, personality and memoryPolicy.
    @Test(arguments: [
        ("SCHED_OTHER", 10, 0, "SCHED_OTHER"), ("SCHED_BATCH", 5, 0, "SCHED_BATCH"), ("SCHED_IDLE", 0, 0, "SCHED_IDLE"),
        ("SCHED_FIFO", 0, 3, "SCHED_FIFO"), ("SCHED_RR", 0, 4, "SCHED_RR"),
    ])
    func scheduler(_ policy: String, _ nice: Int, _ priority: Int, _ name: String) throws {
        var scheduler: JSONValue = ["policy": .string(policy)]
        if nice != 0 { scheduler.nice = .number("\(nice)") }
        if priority != 0 { scheduler.priority = .number("\(priority)") }
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.process.scheduler = scheduler
            // Where groups have a real-time budget, a new one has none.
            if priority != 0, let cpu = HostCgroups.hierarchies["cpu"], exists(cpu + "/cpu.rt_runtime_us") {
                mkdir(cpu + TestRun.shared.cgroup, 0o755)
                try "100000".write(
                    toFile: cpu + TestRun.shared.cgroup + "/cpu.rt_runtime_us", atomically: false, encoding: .utf8)
                $0.linux.resources.cpu = ["realtimePeriod": 1_000_000, "realtimeRuntime": 20000]
            }
        }
        _ = try bundle.running()
        let pid = try bundle.pid()
        let report = try Command.run("chrt", "-p", "\(pid)").succeeded().stdout
        #expect(report.contains(name))
        #expect(report.contains("priority: \(priority)"))
        if nice != 0 {
            let fields = (contents("/proc/\(pid)/stat") ?? "").split(separator: " ")
            #expect(fields[18] == "\(nice)")
        }
        let file = bundle.path + "/exec.pid"
        try bundle.apus("exec", "--detach", "--pid-file", file, bundle.id, "sleep", "999").succeeded()
        let second = try #require(pid_t(contents(file) ?? ""))
        #expect(try Command.run("chrt", "-p", "\(second)").stdout.contains(name))
    }

    @Test func theResetOnForkFlag() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.process.scheduler = ["policy": "SCHED_BATCH", "flags": ["SCHED_FLAG_RESET_ON_FORK"]]
        }.running()
        #expect(try Command.run("chrt", "-p", "\(bundle.pid())").stdout.contains("SCHED_BATCH|SCHED_RESET_ON_FORK"))
    }

    @Test func aDeadlineScheduler() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.process.scheduler = [
                "policy": "SCHED_DEADLINE", "runtime": 10_000_000, "deadline": 50_000_000, "period": 100_000_000,
            ]
        }
        let output = try bundle.run("--detach")
        // A cpuset of its own that is not the whole root domain has no deadline tasks.
        if output.status != 0 {
            output.failed(from: "runc run failed: ", to: "operation not permitted")
            return bundle.expectNothingLeft()
        }
        #expect(try Command.run("chrt", "-p", "\(bundle.pid())").stdout.contains("10000000/50000000/100000000"))
    }

    @Test(arguments: [
        ("IOPRIO_CLASS_BE", 3, "best-effort: prio 3"), ("IOPRIO_CLASS_IDLE", 0, "idle"),
        ("IOPRIO_CLASS_RT", 2, "realtime: prio 2"),
    ])
    func ioPriority(_ class: String, _ priority: Int, _ report: String) throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.process.ioPriority = ["class": .string(`class`), "priority": .number("\(priority)")]
        }.running()
        #expect(try Command.run("ionice", "-p", "\(bundle.pid())").stdout.hasPrefix(report))
        #expect(try bundle.exec(shell: "ionice -p $$").stdout.hasPrefix(report))
    }

    @Test func personality() throws {
        #expect(try output(of: "uname -m") { $0.linux.personality = ["domain": "LINUX32"] } == "i686")
        #expect(try output(of: "uname -m") { $0.linux.personality = ["domain": "LINUX"] } == "x86_64")
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.personality = ["domain": "LINUX32"]
        }.running()
        #expect(contents("/proc/\(try bundle.pid())/personality") == "00000008\n")
        #expect(try bundle.exec(shell: "uname -m").stdout == "i686\n")
    }

    @Test(.requires(.path("/proc/self/numa_maps"))) func memoryPolicy() throws {
        for (mode, nodes, flags, expected) in [
            ("MPOL_BIND", "0", [], "bind:0"), ("MPOL_INTERLEAVE", "0", ["MPOL_F_STATIC_NODES"], "interleave=static:0"),
            ("MPOL_PREFERRED", "0", [], "prefer:0"), ("MPOL_LOCAL", "", [], "local"),
        ] as [(String, String, [String], String)] {
            let text = try output(of: "cat /proc/self/numa_maps") {
                $0.linux.memoryPolicy = ["mode": .string(mode), "nodes": .string(nodes), "flags": JSONValue(flags)]
            }
            #expect(text.contains(" \(expected) "), "\(mode)")
        }
    }

    /// The program has the final processors, not the initial ones.
    @Test(.requires(.path("/sys/devices/system/cpu/cpu1"))) func execAffinity() throws {
        for (initial, final) in [("0", "1"), ("1", "0")] {
            let bundle = try TestBundle {
                $0.process.args = ["sleep", "1000"]
                $0.process.execCPUAffinity = ["initial": .string(initial), "final": .string(final)]
            }.running()
            let text = try bundle.exec(shell: "grep Cpus_allowed_list /proc/self/status").stdout
            #expect(text == "Cpus_allowed_list:\t\(final)\n")
        }
    }

    /// A service manager's affinity is not the container's.
    @Test func theCallersAffinityIsNotInherited() throws {
        let bundle = try TestBundle(shell: "grep Cpus_allowed_list /proc/self/status")
        let all = Status(contents("/proc/self/status") ?? "")["Cpus_allowed_list"]
        let command = try Command(
            ["taskset", "-c", "0"] + bundle.arguments(["run", "--bundle", bundle.path, bundle.id]))
        #expect(Status(try command.wait().succeeded().stdout)["Cpus_allowed_list"] == all)
    }

    // MARK: Others

    @Test func sysctl() throws {
        let text = try output(
            of: "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax /proc/sys/net/ipv4/conf/lo/forwarding"
        ) {
            $0.linux.sysctl = [
                "net.ipv4.ip_forward": "1", "kernel.msgmax": "4096", "net/ipv4/conf/lo/forwarding": "1",
            ]
        }
        #expect(text == "1\n4096\n1")
    }

    @Test func theSessionKeyringIsTheContainers() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.remove("maskedPaths")
        }.running()
        let script = "grep _ses. /proc/keys | grep -v '^ ' | awk '{print $9}'"
        #expect(try bundle.exec(shell: script).stdout.contains("_ses.\(bundle.id)"))
        // The keyring of init and of exec is one.
        let serials = try bundle.exec(shell: "grep -c _ses.\(bundle.id) /proc/keys").stdout
        #expect(serials == "1\n")
    }

    @Test func withoutANewKeyring() throws {
        let bundle = try TestBundle(shell: "cat /proc/keys") { $0.linux.remove("maskedPaths") }
        let output = try bundle.run("--no-new-keyring").succeeded()
        #expect(!output.stdout.contains("_ses.\(bundle.id)"))
    }
}
