import Foundation
import Testing

/// exec: another process in a container that is there.
@Suite(.containers, .requires(.root, .runtime))
struct ExecTests {
    private func sleeper(_ change: (inout JSONValue) throws -> Void = { _ in }) throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            try change(&$0)
        }
    }

    private func processFile(_ bundle: TestBundle, _ process: JSONValue) throws -> String {
        try bundle.file("process.json", process.description)
    }

    @Test func itIsInTheContainersNamespaces() throws {
        let bundle = try sleeper().running()
        let pid = try bundle.pid()
        let inside = try bundle.exec(
            shell: "for n in mnt pid net ipc uts cgroup user; do readlink /proc/self/ns/$n; done")
        let expected = try ["mnt", "pid", "net", "ipc", "uts", "cgroup", "user"].map {
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/\($0)")
        }
        #expect(try inside.succeeded().lines == expected)
    }

    @Test func itIsInTheContainersCgroup() throws {
        let bundle = try sleeper().running()
        let inside = try bundle.exec(shell: "cat /proc/1/cgroup; echo; cat /proc/self/cgroup").succeeded()
        let halves = inside.stdout.components(separatedBy: "\n\n")
        #expect(halves.count == 2)
        #expect(halves[0] + "\n" == halves[1])
        #expect(halves[0].contains("/" + bundle.id))
    }

    @Test(arguments: [0, 1, 7, 126, 127, 254, 255])
    func theExitCodeIsTheProcesss(_ code: Int) throws {
        let bundle = try sleeper().running()
        #expect(try bundle.exec(shell: "exit \(code)").status == code)
    }

    @Test(arguments: [SIGTERM, SIGKILL, SIGUSR1])
    func aDeathBySignalIs128AndItsNumber(_ signal: Int32) throws {
        let bundle = try sleeper().running()
        #expect(try bundle.exec(shell: "kill -\(signal) $$").status == 128 + signal)
    }

    @Test func inputAndOutputPassThrough() throws {
        let bundle = try sleeper().running()
        let output = try bundle.exec(shell: "cat; echo error >&2", stdin: .text("input\n")).succeeded()
        #expect(output.stdout == "input\n")
        #expect(output.stderr == "error\n")
    }

    @Test func aSignalIsForwarded() throws {
        let bundle = try sleeper().running()
        let command = try bundle.launch([
            "exec", bundle.id, "sh", "-c", "trap 'echo caught; exit 3' TERM; echo ready; while :; do sleep 0.05; done",
        ])
        eventually("the process is ready") { command.partialOutput == "ready\n" }
        command.signal(SIGTERM)
        let output = command.wait()
        #expect(output.status == 3)
        #expect(output.stdout == "ready\ncaught\n")
    }

    @Test func detachReturnsWhileTheProcessRuns() throws {
        let bundle = try sleeper().running()
        let file = bundle.path + "/pid"
        try bundle.apus("exec", "--detach", "--pid-file", file, bundle.id, "sleep", "998").succeeded()
        let pid = try #require(pid_t(contents(file) ?? ""))
        #expect(isAlive(pid))
        try bundle.delete("--force").succeeded()
        waitForEnd(of: pid)
    }

    /// The exit code of what runs detached is nobody's business.
    @Test func detachIsFineWhateverTheProcessDoes() throws {
        let bundle = try sleeper().running()
        #expect(try bundle.exec("--detach", shell: "exit 9").status == 0)
    }

    // MARK: Flags

    @Test func cwd() throws {
        let bundle = try sleeper().running()
        #expect(try bundle.exec("--cwd", "/etc", shell: "pwd").succeeded().stdout == "/etc\n")
        try bundle.exec("--cwd", "etc", shell: "pwd").failed(
            naming: "exec failed: ", "Cwd must be an absolute path", code: 255)
        try bundle.exec("--cwd", "/nosuch", shell: "pwd")
            .failed(from: "exec failed: ", to: "no such file or directory", code: 255)
    }

    @Test func environmentVariablesAreAddedAndReplaceTheConfigurations() throws {
        let bundle = try sleeper { $0.process.env = ["PATH=/bin", "A=1", "B=2"] }.running()
        let output = try bundle.exec("-e", "A=x,y", "--env", "C=3", "--env=D=", shell: "echo $A $B $C ${D-unset}")
        #expect(try output.succeeded().stdout == "x,y 2 3\n")
        try bundle.exec("-e", "B", shell: "true")
            .failed(naming: "exec failed: ", "invalid environment variable", "missing '='", code: 255)
    }

    @Test func user() throws {
        let bundle = try sleeper { $0.process.user = ["uid": 7, "gid": 8, "additionalGids": [9]] }.running()
        func ids(_ options: String...) throws -> String {
            try bundle.launch(["exec"] + options + [bundle.id, "sh", "-c", "id -u; id -g; id -G"]).wait().succeeded()
                .lines.joined(separator: " ")
        }
        #expect(try ids() == "7 8 8 9")
        #expect(try ids("--user", "10") == "10 8 8 9")
        #expect(try ids("-u", "10:11") == "10 11 11 9")
        #expect(try ids("-g", "20", "--additional-gids", "21") == "7 8 8 9 20 21")
    }

    @Test(arguments: ["root", "1:x", "-1", "4294967296", "1:4294967296", "0x1:"])
    func aUserThatIsNotANumberInRange(_ user: String) throws {
        let bundle = try sleeper().running()
        let output = try bundle.exec("--user", user, shell: "true")
        #expect(output.status == 255)
        #expect(output.error.hasPrefix("exec failed: "))
    }

    @Test func aNegativeGroup() throws {
        let bundle = try sleeper().running()
        try bundle.exec("--additional-gids=-1", shell: "true")
            .failed(from: "exec failed: ", to: "additional-gids must be a positive number -1", code: 255)
    }

    @Test func capabilitiesAreAdded() throws {
        let bundle = try sleeper().running()
        let output = try bundle.exec("--cap", "CAP_CHOWN", "-c", "CAP_FOWNER", shell: "grep Cap /proc/self/status")
        let sets = Status(try output.succeeded().stdout)
        // AUDIT_WRITE 29, KILL 5, NET_BIND_SERVICE 10, and the two.
        let expected: UInt64 = 1 << 29 | 1 << 5 | 1 << 10 | 1 << 0 | 1 << 3
        #expect(sets.mask("CapBnd") == expected)
        #expect(sets.mask("CapPrm") == expected)
        #expect(sets.mask("CapEff") == expected)
        #expect(sets.mask("CapInh") == 0)
        #expect(sets.mask("CapAmb") == 0)
    }

    @Test func noNewPrivileges() throws {
        let bundle = try sleeper { $0.process.noNewPrivileges = false }.running()
        #expect(try bundle.exec(shell: "grep NoNewPrivs /proc/self/status").stdout == "NoNewPrivs:\t0\n")
        #expect(
            try bundle.exec("--no-new-privs", shell: "grep NoNewPrivs /proc/self/status").stdout == "NoNewPrivs:\t1\n")
    }

    @Test func preservedDescriptors() throws {
        let bundle = try sleeper().running()
        let descriptor = open(try bundle.file("data", "data\n"), O_RDONLY | O_CLOEXEC)
        afterTest { close(descriptor) }
        let output = try bundle.launch(
            ["exec", "--preserve-fds", "1", bundle.id, "sh", "-c", "cat <&3; ls /proc/self/fd | tr '\\n' ' '"],
            passing: [descriptor]
        ).wait()
        // The last one is the directory that ls reads.
        #expect(try output.succeeded().stdout == "data\n0 1 2 3 4 ")
    }

    // MARK: --process

    @Test func theProcessFileReplacesEverything() throws {
        let bundle = try sleeper { $0.process.env = ["PATH=/bin", "CONFIG=1"] }.running()
        let file = try processFile(
            bundle,
            [
                "args": ["sh", "-c", "pwd; id -u; echo ${CONFIG-unset} $OWN"], "cwd": "/etc",
                "user": ["uid": 3, "gid": 4], "env": ["PATH=/bin", "OWN=2"],
            ])
        let output = try bundle.apus("exec", "--process", file, bundle.id).succeeded()
        #expect(output.lines == ["/etc", "3", "unset 2"])
    }

    /// Arguments and other flags do not count beside a process file.
    @Test func argumentsBesideTheProcessFile() throws {
        let bundle = try sleeper().running()
        let file = try processFile(bundle, ["args": ["/bin/echo", "file"], "cwd": "/"])
        #expect(try bundle.apus("exec", "-p", file, bundle.id, "echo", "arguments").succeeded().stdout == "file\n")
    }

    @Test func whatTheProcessFileLeavesOutIsTheContainers() throws {
        let bundle = try sleeper {
            $0.process.rlimits = [["type": "RLIMIT_NOFILE", "soft": 77, "hard": 88]]
            $0.process.noNewPrivileges = true
        }.running()
        let script = "grep -E 'Cap(Bnd|Eff)|NoNew' /proc/self/status; grep 'open files' /proc/self/limits"
        let file = try processFile(
            bundle, ["args": ["/bin/sh", "-c", .string(script)], "cwd": "/", "env": ["PATH=/bin"]])
        let output = try bundle.apus("exec", "-p", file, bundle.id).succeeded().stdout
        let expected: UInt64 = 1 << 29 | 1 << 5 | 1 << 10
        #expect(Status(output).mask("CapBnd") == expected)
        #expect(Status(output).mask("CapEff") == expected)
        // Not noNewPrivileges: it is false when the file does not say it.
        #expect(output.contains("NoNewPrivs:\t0\n"))
        #expect(output.contains(/Max open files +77 +88/))
    }

    @Test func theProcessFileNeedsNoBundle() throws {
        let bundle = try sleeper().running()
        try FileManager.default.removeItem(atPath: bundle.path + "/config.json")
        let file = try processFile(bundle, ["args": ["/bin/echo", "here"], "cwd": "/"])
        #expect(try bundle.apus("exec", "-p", file, bundle.id).succeeded().stdout == "here\n")
        try bundle.exec(shell: "true")
            .failed(naming: "exec failed: JSON specification file config.json not found", code: 255)
    }

    /// The bundle's configuration is read at each exec.
    @Test func theConfigurationIsTheCurrentOne() throws {
        let bundle = try sleeper().running()
        var configuration = try bundle.configuration()
        configuration.process.env = ["PATH=/bin", "NEW=yes"]
        try bundle.write(configuration)
        #expect(try bundle.exec(shell: "echo $NEW").succeeded().stdout == "yes\n")
    }

    @Test func aBrokenProcessFile() throws {
        let bundle = try sleeper().running()
        for text in ["", "{", "[]", "{\"args\":5}"] {
            let file = try bundle.file("broken.json", text)
            let output = try bundle.apus("exec", "-p", file, bundle.id)
            #expect(output.status == 255)
            #expect(output.error.hasPrefix("exec failed: "))
        }
        try bundle.apus("exec", "-p", bundle.path + "/none", bundle.id)
            .failed(from: "exec failed: ", to: "no such file or directory", code: 255)
    }

    @Test func bareNamesNeedAPath() throws {
        let bundle = try sleeper().running()
        let file = try processFile(bundle, ["args": ["sh"], "cwd": "/"])
        try bundle.apus("exec", "-p", file, bundle.id)
            .failed(from: "exec failed: ", to: "exec: \"sh\": executable file not found in $PATH", code: 255)
    }

    // MARK: Errors

    @Test func noArguments() throws {
        let bundle = try sleeper().running()
        let output = try bundle.apus("exec", bundle.id)
        // runc 1.1.5: "process args cannot be empty".
        output.failed(from: "exec failed: ", to: "args cannot be empty", code: 255)
    }

    @Test(arguments: [
        ("nosuch", "exec: \"nosuch\": executable file not found in $PATH"),
        ("/no/such", "exec: \"/no/such\": stat /no/such: no such file or directory"),
        ("/etc/passwd", "exec: \"/etc/passwd\": permission denied"),
        // runc 1.1.5 says "permission denied".
        ("/etc", "exec: \"/etc\": is a directory"),
    ])
    func aProgramThatCannotRun(_ program: String, _ cause: String) throws {
        let bundle = try sleeper().running()
        try bundle.apus("exec", bundle.id, program)
            .failed(from: "exec failed: unable to start container process: ", to: cause, code: 255)
    }

    /// A process in a container where another one is root of the cgroup's limits: exec works in a created container too.
    @Test func execInACreatedContainer() throws {
        let bundle = try sleeper()
        try bundle.create().succeeded()
        #expect(try bundle.exec(shell: "hostname").succeeded().stdout == "container\n")
        #expect(try bundle.status == "created")
    }

    @Test func flagsAfterTheIdBelongToTheCommand() throws {
        let bundle = try sleeper().running()
        #expect(try bundle.apus("exec", bundle.id, "echo", "--tty", "-d").succeeded().stdout == "--tty -d\n")
        #expect(try bundle.apus("exec", "--", bundle.id, "echo", "a").succeeded().stdout == "a\n")
        #expect(try bundle.apus("exec", bundle.id, "--", "echo", "b").succeeded().stdout == "b\n")
    }

    /// systemd or an engine inside makes the container's cgroup an inner node; exec then has to go where init is.
    @Test(.requires(.cgroupV2("pids"))) func execAfterInitMovedToAChildCgroup() throws {
        let bundle = try TestBundle(
            shell: "mkdir /sys/fs/cgroup/init && echo 1 >/sys/fs/cgroup/init/cgroup.procs && "
                + "echo +pids >/sys/fs/cgroup/cgroup.subtree_control && touch /tmp/ready && sleep 1000", view: .v2
        ) {
            $0.root.readonly = false
            $0.addNamespace("cgroup")
            $0.mounts[6].options = ["rw"]
        }.running()
        eventually("init has moved") { exists(bundle.rootfs + "/tmp/ready") }
        #expect(try bundle.exec(shell: "cat /proc/self/cgroup").succeeded().stdout.contains("0::/init"))
    }
}
