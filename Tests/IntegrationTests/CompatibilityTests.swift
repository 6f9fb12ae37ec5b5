import CIntegrationSupport
import Foundation
import Testing

/// What callers of runc rely on beyond the specification.
@Suite(.containers, .requires(.root, .runtime))
struct CompatibilityTests {
    // MARK: The command line

    @Test func calledByTheNameOfRunc() throws {
        let bundle = try TestBundle(shell: "true")
        let program = bundle.directory("bin") + "/runc"
        symlink(Runtime.path, program)
        #expect(try Command.run(program, "--version").stdout.hasPrefix("runc version "))
        #expect(try Command.run(program, "--help").lines[1].hasPrefix("   runc - Open Container Initiative runtime"))
        #expect(try Command.run(program, "list", "--help").lines[1].hasPrefix("   runc list - "))
        #expect(try Command.run(Runtime.path, "--version").stdout.hasPrefix("apus version "))
    }

    /// Tools look for these words in runc's debug log.
    @Test func theDebugLog() throws {
        let bundle = try TestBundle(shell: "sleep 1000") {
            $0.linux.seccomp = ["defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_LOG"]]
        }
        let log = bundle.path + "/own.log"
        let global = ["--debug", "--root", bundle.stateRoot, "--log", log]
        try bundle.launch(["run", "--detach", "--bundle", bundle.path, bundle.id], global: global).wait().succeeded()
        try bundle.launch(["exec", bundle.id, "true"], global: global).wait().succeeded()
        let text = try #require(contents(log))
        for words in [
            "level=debug", "runc exeseal: using /proc/self/exe clone", "nsexec container setup", ": affinity: 0x",
            "child process in init()", "\"seccomp filter flags: 2\"", "init: closing the pipe to signal completion",
            "setns_init: about to exec true",
        ] { #expect(text.contains(words), "\(words)") }
    }

    /// The terminal is known by standard error alone; the bytes go to and come from the other two.
    @Test func theOutputOfATerminalThatIsRedirected() throws {
        let bundle = try TestBundle(shell: "tty; read line; echo got $line") { $0.process.terminal = true }
        let terminal = try Terminal()
        let output = try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id], stdin: .text("words\n"), stderr: .terminal(terminal.name)
        ).wait()
        #expect(output.status == 0)
        #expect(output.stdout.contains("/dev/pts/0"))
        #expect(output.stdout.contains("got words"))
    }

    /// From the working directory first, as newer runc has it.
    @Test func aConsoleSocketBesideTheCaller() throws {
        let bundle = try TestBundle(shell: "sleep 1000") { $0.process.terminal = true }
        let socket = try SocketListener()
        let caller = bundle.directory("caller")
        symlink(socket.path, caller + "/console.sock")
        let options = ["--console-socket", "console.sock"]
        try bundle.launch(
            ["create", "--bundle", bundle.path] + options + [bundle.id], directory: caller
        ).wait().succeeded()
        #expect(try socket.receive().descriptors.count == 1)
        try bundle.launch(["exec", "-t", "-d"] + options + [bundle.id, "true"], directory: caller).wait().succeeded()
        #expect(try socket.receive().descriptors.count == 1)
    }

    // MARK: exec

    /// As in `--process <(generate)` of a shell.
    @Test func aProcessFromAPipe() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let fifo = bundle.path + "/process"
        mkfifo(fifo, 0o600)
        let command = try bundle.launch(["exec", "--process", fifo, bundle.id])
        try #"{"args":["/bin/echo","from a pipe"],"cwd":"/"}"#.write(toFile: fifo, atomically: false, encoding: .utf8)
        #expect(try command.wait().succeeded().stdout == "from a pipe\n")
    }

    @Test func aProcessThatWaitsForAReader() throws {
        let bundle = try TestBundle {
            $0.root.readonly = false
            $0.process.args = ["sleep", "1000"]
        }.running()
        let fifo = bundle.path + "/fifo"
        mkfifo(fifo, 0o600)
        let pid = bundle.path + "/pid"
        let wait = ["exec", "--detach", "--pid-file", pid, "--exec-wait-fifo", fifo, bundle.id]
        try bundle.launch(wait + ["touch", "/tmp/mark"]).wait().succeeded()
        #expect(exists(pid))
        usleep(50_000)
        #expect(!exists(bundle.rootfs + "/tmp/mark"))
        try Command.run("timeout", "10", "cat", fifo).succeeded()
        eventually("the program runs") { exists(bundle.rootfs + "/tmp/mark") }
        try bundle.apus("exec", "--exec-wait-fifo", bundle.path + "/config.json", bundle.id, "true").failed(
            naming: "is not a fifo", code: 255)
        try bundle.apus("exec", "--exec-wait-fifo", bundle.path + "/none", bundle.id, "true").failed(
            naming: "failed to open exec wait fifo", code: 255)
    }

    @Test(.requires(.cgroupV1("cpu"))) func aCgroupBelowThatIsMissing() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        try bundle.apus("exec", "--cgroup", "cpu:none", bundle.id, "true").failed(
            from: "exec failed: error adding pid of the new process to cgroups: ", to: "no such file or directory",
            code: 255)
    }

    // MARK: Life

    /// As with any other program, although it is the first of its pid namespace.
    @Test(arguments: ["TERM", "INT", "HUP"]) func aSignalEndsACreatedContainer(_ signal: String) throws {
        let bundle = try TestBundle(shell: "true")
        try bundle.create().succeeded()
        try bundle.kill(signal).succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
    }

    /// Without a pid namespace the others outlive the first process.
    @Test func killReachesWhatTheFirstProcessLeft() throws {
        let bundle = try TestBundle(shell: "sleep 992 >/dev/null 2>&1 & sleep 0.01") { $0.dropNamespace("pid") }
            .running()
        try bundle.waitUntilStopped()
        let left = HostCgroups.processes(bundle.cgroup)
        #expect(left.count == 1)
        try bundle.kill("TERM").failed(naming: "container not running")
        try bundle.kill("KILL").succeeded()
        for pid in left { waitForEnd(of: pid) }
    }

    /// A cgroup that serves others outlives the failure of a container that cannot have it.
    @Test(.requires(.cgroupV1("freezer"))) func aFrozenCgroupIsLeftAlone() throws {
        let bundle = try TestBundle(shell: "true")
        let directory = try #require(HostCgroups.directory(bundle.cgroup, controller: "freezer"))
        try FileManager.default.createDirectory(atPath: directory + "/child", withIntermediateDirectories: true)
        try Data("FROZEN".utf8).write(to: URL(fileURLWithPath: directory + "/freezer.state"))
        for _ in 0..<2 { try bundle.create().failed(naming: "container's cgroup unexpectedly frozen") }
        #expect(exists(directory + "/child"))
        rmdir(directory + "/child")
        #expect(rmdir(directory) == 0)
    }

    // MARK: Hooks

    @Test func createContainerHooksStartInTheRoot() throws {
        let bundle = try TestBundle(shell: "cat /made") {
            $0.hooks.createContainer = [["path": "/bin/sh", "args": ["sh", "-c", "pwd > made"]]]
        }
        #expect(try bundle.run().succeeded().stdout == bundle.rootfs + "\n")
    }

    /// They are programs of the image.
    @Test(arguments: [true, false]) func startContainerHooksHaveTheFilter(_ noNewPrivileges: Bool) throws {
        let bundle = try TestBundle(shell: "true") {
            $0.process.noNewPrivileges = .bool(noNewPrivileges)
            $0.process.rlimits = [["type": "RLIMIT_CORE", "soft": 0, "hard": 0]]
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [
                    ["names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL"],
                    // As common profiles do, which cannot look at its flags.
                    ["names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38],
                ],
            ]
            $0.hooks.startContainer = [["path": "/bin/mkdir", "args": ["mkdir", "/tmp/made"]]]
        }
        try bundle.run().failed(
            naming: "error running startContainer hook #0: ", "signal: bad system call", code: 255)
        bundle.expectNothingLeft()
    }

    @Test func startContainerHooksHaveTheContainersCapabilities() throws {
        let bundle = try TestBundle(shell: "cat /hook; grep CapEff /proc/self/status") {
            $0.root.readonly = false
            $0.linux.seccomp = ["defaultAction": "SCMP_ACT_ALLOW"]
            $0.process.noNewPrivileges = false
            $0.hooks.startContainer = [
                ["path": "/bin/sh", "args": ["sh", "-c", "grep CapEff /proc/self/status > /hook"]]
            ]
        }
        let lines = try bundle.run().succeeded().lines
        #expect(lines.count == 2 && lines[0] == lines[1])
    }

    @Test func startContainerHooksHaveTheProcesssEnvironment() throws {
        let bundle = try TestBundle(shell: "cat /hook") {
            $0.root.readonly = false
            $0.process.env = ["ONE=two", "HOME=/first", "HOME=", "PATH=/bin"]
            $0.hooks.startContainer = [["path": "/bin/sh", "args": ["sh", "-c", "echo $ONE $HOME > /hook"]]]
        }
        #expect(try bundle.run().succeeded().stdout == "two /root\n")
    }

    // MARK: Configurations

    @Test func aPathIsMaskedOnce() throws {
        let bundle = try TestBundle { $0.linux.maskedPaths = ["/etc", "/etc/..//etc", "/etc"] }
        #expect(try bundle.mounts().filter { $0.point == "/etc" }.count == 1)
    }

    @Test func ambientCapabilitiesThatCannotBeRaised() throws {
        let bundle = try TestBundle(shell: "grep CapAmb /proc/self/status") {
            $0.process.capabilities.inheritable = ["CAP_KILL"]
            $0.process.capabilities.ambient = ["CAP_KILL", "CAP_CHOWN"]
            $0.process.capabilities.permitted = ["CAP_KILL"]
            $0.process.capabilities.effective = ["CAP_KILL"]
            $0.process.capabilities.bounding = ["CAP_KILL"]
        }
        #expect(try bundle.run().succeeded().stdout == "CapAmb:\t0000000000000020\n")
        #expect(contents(bundle.log)?.contains("can't raise ambient capability CAP_CHOWN: ") ?? false)
    }

    @Test func aDeviceWhosePlaceIsTaken() throws {
        let bundle = try TestBundle(shell: "true") {
            $0.linux.devices = [["path": "/data", "type": "c", "major": 1, "minor": 3]]
        }
        try "".write(toFile: bundle.rootfs + "/data", atomically: false, encoding: .utf8)
        try bundle.run().failed(naming: "/data has incorrect ftype: ")
        unlink(bundle.rootfs + "/data")
        try #require(mknod(bundle.rootfs + "/data", S_IFCHR | 0o666, dev_t(1 << 8 | 5)) == 0)
        try bundle.run().failed(naming: "/data has incorrect major:minor: 1:5 doesn't match expected 1:3")
    }

    @Test(.requires(.path("/proc/self/numa_maps"))) func anEmptyMemoryPolicy() throws {
        let bundle = try TestBundle(shell: "head -n 1 /proc/self/numa_maps | cut -d ' ' -f 2") {
            $0.linux.memoryPolicy = .object([:])
        }
        try bundle.run().failed(naming: "invalid memory policy mode \"\"")
    }

    @Test func aRootThatFollowsTheHost() throws {
        let bundle = try TestBundle { $0.linux.rootfsPropagation = "slave" }
        try bundle.change { $0.process.args = ["cat", "/proc/self/mountinfo"] }
        let output = try Command(
            ["unshare", "-m", "--propagation", "private", "sh", "-c", "mount --make-rshared / && exec \"$@\"", "sh"]
                + bundle.arguments(["run", "--bundle", bundle.path, bundle.id])
        ).wait().succeeded()
        let root = try #require(Mountinfo.parse(output.stdout).at("/"))
        #expect(root.propagation.contains { $0.hasPrefix("master:") })
        #expect(!root.propagation.contains { $0.hasPrefix("shared:") })
    }

    /// With `--no-pivot` the host's procfs and sysfs are taken away, and the root is moved, in the container alone.
    @Test func withoutPivotRootTheHostKeepsItsMounts() throws {
        let bundle = try TestBundle(shell: "true") { $0.linux.rootfsPropagation = "rshared" }
        let script = """
            mount --make-rshared /
            mount --bind "$0" "$0"
            cat /proc/self/mountinfo | wc -l
            "$@"
            cat /proc/self/mountinfo | wc -l
            """
        let output = try Command(
            ["unshare", "-m", "--propagation", "private", "sh", "-ec", script, bundle.rootfs]
                + bundle.arguments(["run", "--no-pivot", "--bundle", bundle.path, bundle.id])
        ).wait().succeeded()
        #expect(output.lines.count == 2 && output.lines.first == output.lines.last, "\(output.lines)")
    }
}
