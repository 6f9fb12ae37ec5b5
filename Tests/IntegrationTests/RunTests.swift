import Foundation
import Testing

/// run in the foreground and detached: streams, exit codes, signals, clean-up.
@Suite(.containers, .requires(.root, .runtime))
struct RunTests {
    @Test(arguments: [0, 1, 42, 126, 255])
    func theExitCodeIsTheProcesss(_ code: Int) throws {
        let bundle = try TestBundle(shell: "exit \(code)")
        #expect(try bundle.run().status == code)
        bundle.expectNothingLeft()
    }

    /// pid 1 ignores signals without a handler, so the child of a shell would not do: without a pid namespace it dies.
    @Test(arguments: [SIGTERM, SIGKILL, SIGHUP, SIGSEGV])
    func aDeathBySignalIs128AndItsNumber(_ signal: Int32) throws {
        let bundle = try TestBundle(shell: "kill -\(signal) $$; sleep 10") { $0.dropNamespace("pid") }
        #expect(try bundle.run().status == 128 + signal)
        bundle.expectNothingLeft()
    }

    @Test func streamsPassThroughApart() throws {
        let bundle = try TestBundle(shell: "cat; echo error >&2; exit 3")
        let output = try bundle.run(stdin: .text("one\ntwo\n"))
        #expect(output.status == 3)
        #expect(output.stdout == "one\ntwo\n")
        #expect(output.stderr == "error\n")
    }

    @Test func muchOutput() throws {
        let bundle = try TestBundle(shell: "head -c 3000000 /dev/zero | tr '\\0' x")
        #expect(try bundle.run().succeeded().stdout.utf8.count == 3_000_000)
    }

    /// What is written just before the end must not be lost.
    @Test func theLastOutputArrives() throws {
        for _ in 0..<5 {
            let bundle = try TestBundle { $0.process.args = ["echo", "last words"] }
            #expect(try bundle.run().succeeded().stdout == "last words\n")
        }
    }

    @Test func closedStreams() throws {
        let bundle = try TestBundle(shell: "exit 4")
        let command = try bundle.launch(["run", "--bundle", bundle.path, bundle.id], stdin: .closed)
        #expect(command.wait().status == 4)
    }

    /// A reader that has gone must not leave the runtime hanging, nor kill it before it has cleaned up.
    @Test func aReaderThatHasGone() throws {
        let bundle = try TestBundle(shell: "sleep 0.1; echo x; echo y; exit 0")
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let command = try bundle.launch(["run", "--bundle", bundle.path, bundle.id], stdout: .descriptor(ends[1]))
        close(ends[0])
        close(ends[1])
        _ = command.wait(seconds: 20)
        eventually("the container is gone") { !exists(bundle.stateRoot + "/" + bundle.id) }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGCONT, SIGTSTP, SIGALRM])
    func aSignalIsForwarded(_ signal: Int32) throws {
        let bundle = try TestBundle(
            shell: "trap 'echo caught; exit 5' \(signal); echo ready; while :; do sleep 0.05; done")
        let command = try bundle.launch(["run", "--bundle", bundle.path, bundle.id])
        eventually("the container is ready") { command.partialOutput == "ready\n" }
        command.signal(signal)
        let output = command.wait()
        #expect(output.status == 5)
        #expect(output.stdout == "ready\ncaught\n")
        bundle.expectNothingLeft()
    }

    @Test func aProcessThatExecLeftIsKilledAtTheEnd() throws {
        let bundle = try TestBundle(shell: "read line")
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let command = try bundle.launch(["run", "--bundle", bundle.path, bundle.id], stdin: .descriptor(ends[0]))
        close(ends[0])
        bundle.waitUntilRunning()
        let file = bundle.path + "/pid"
        try bundle.apus("exec", "-d", "--pid-file", file, bundle.id, "sleep", "997").succeeded()
        let pid = try #require(pid_t(contents(file) ?? ""))
        close(ends[1])
        _ = command.wait()
        waitForEnd(of: pid)
        bundle.expectNothingLeft()
    }

    /// Without a pid namespace nothing but the runtime ends what the process left behind.
    @Test func processesLeftWithoutAPidNamespaceAreKilled() throws {
        let bundle = try TestBundle(shell: "sleep 996 >/dev/null 2>&1 & echo $!") { $0.dropNamespace("pid") }
        let output = try bundle.run().succeeded()
        let pid = try #require(pid_t(output.stdout.trimmingCharacters(in: .newlines)))
        waitForEnd(of: pid)
        bundle.expectNothingLeft()
    }

    @Test func detachLeavesTheContainerRunning() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let output = try bundle.run("--detach").succeeded()
        #expect(output.stdout == "")
        #expect(try bundle.status == "running")
        try bundle.kill("KILL").succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
    }

    @Test func detachIsFineWhateverTheProgramDoes() throws {
        let bundle = try TestBundle(shell: "exit 9")
        try bundle.run("--detach").succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
    }

    @Test func keepKeepsTheStoppedContainer() throws {
        let bundle = try TestBundle(shell: "exit 6")
        #expect(try bundle.run("--keep").status == 6)
        #expect(try bundle.status == "stopped")
        try bundle.delete().succeeded()
    }

    @Test func theBundleIsTheWorkingDirectory() throws {
        let bundle = try TestBundle(shell: "echo here")
        #expect(try bundle.apus("run", bundle.id, directory: bundle.path).succeeded().stdout == "here\n")
    }

    @Test func aRelativeBundle() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        try bundle.apus("create", "-b", "bundle", bundle.id, directory: bundle.path + "/..").succeeded()
        #expect(try bundle.state().bundle.text == bundle.path)
        #expect(try bundle.state().rootfs.text == bundle.rootfs)
    }

    @Test func aBundleWithBlanksAndLetters() throws {
        let bundle = try TestBundle(shell: "echo here")
        let moved = bundle.path + " of Ünï, \"quoted\""
        try FileManager.default.moveItem(atPath: bundle.path, toPath: moved)
        #expect(try bundle.apus("run", "--bundle", moved, bundle.id).succeeded().stdout == "here\n")
    }

    @Test func aBundleThatIsMissing() throws {
        let bundle = try TestBundle()
        try bundle.apus("run", "--bundle", "/nonexistent", bundle.id)
            .failed("runc run failed: chdir /nonexistent: no such file or directory")
        try bundle.apus("create", "--bundle", bundle.rootfs, bundle.id)
            .failed(naming: "runc create failed: JSON specification file config.json not found")
        bundle.expectNothingLeft()
    }

    @Test(arguments: [
        ("nosuch", "exec: \"nosuch\": executable file not found in $PATH"),
        ("", "exec: \"\": executable file not found in $PATH"),
        ("/no/such", "exec: \"/no/such\": stat /no/such: no such file or directory"),
        ("/etc/passwd", "exec: \"/etc/passwd\": permission denied"),
        // runc 1.1.5 says "permission denied".
        ("/etc", "exec: \"/etc\": is a directory"),
    ])
    func aProgramThatCannotRun(_ program: String, _ cause: String) throws {
        let bundle = try TestBundle { $0.process.args = [.string(program)] }
        try bundle.run().failed(from: "runc run failed: unable to start container process: ", to: cause)
        bundle.expectNothingLeft()
        try bundle.create().failed(from: "runc create failed: unable to start container process: ", to: cause)
        bundle.expectNothingLeft()
    }

    /// Seen only when it is executed: the container's own business, on its own stderr. runc 1.1.5 exits with 1.
    @Test(arguments: [("garbage", "exec format error"), ("#!/nosuch/interpreter\n", "no such file or directory")])
    func aProgramThatTheKernelRefuses(_ content: String, _ cause: String) throws {
        let bundle = try TestBundle { $0.process.args = ["/bin/program"] }
        _ = FileManager.default.createFile(
            atPath: bundle.rootfs + "/bin/program", contents: Data(content.utf8), attributes: [.posixPermissions: 0o755]
        )
        let output = try bundle.run()
        #expect(output.status == 255)
        #expect(output.stderr.hasPrefix("exec /bin/program: \(cause) ("))
        bundle.expectNothingLeft()
    }

    @Test func theProgramIsLookedUpInItsOwnPath() throws {
        let bundle = try TestBundle {
            $0.process.args = ["tool"]
            $0.process.env = ["PATH=/nosuch:/opt:/bin"]
        }
        mkdir(bundle.rootfs + "/opt", 0o755)
        symlink("/bin/busybox", bundle.rootfs + "/opt/tool")
        #expect(try bundle.run().stderr.contains("applet not found"))
    }

    @Test func theProcessLeadsItsSession() throws {
        // Fields of stat behind the name: state, parent, group, session.
        let fields = try output(of: "cut -d' ' -f4-6 /proc/1/stat")
        #expect(fields == "0 1 1")
    }

    @Test func signalsAreAtTheirDefaults() throws {
        let bundle = try TestBundle { $0.process.args = ["cat", "/proc/self/status"] }
        let status = Status(try bundle.run().succeeded().stdout)
        #expect(status.mask("SigBlk") == 0)
        // 32 and 33 are the C library's own, and inherited from whoever ran the tests.
        #expect(status.mask("SigIgn").map { $0 & 0x7FFF_FFFF } == 0)
    }

    /// As by nohup(1).
    @Test func signalsThatTheCallerIgnoresAreAtTheirDefaults() throws {
        let bundle = try TestBundle { $0.process.args = ["cat", "/proc/self/status"] }
        let words = bundle.arguments(["run", "--bundle", bundle.path, bundle.id])
        let output = try Command(["sh", "-c", "trap '' HUP USR1 TERM PIPE; exec \"$0\" \"$@\""] + words).wait()
        let status = Status(try output.succeeded().stdout)
        #expect(status.mask("SigBlk") == 0)
        #expect(status.mask("SigIgn").map { $0 & 0x7FFF_FFFF } == 0)
    }

    /// Nothing of the runtime's environment or command line reaches the container.
    @Test func theEnvironmentIsTheConfigurations() throws {
        let bundle = try TestBundle {
            $0.process.args = ["env"]
            $0.process.env = ["PATH=/bin", "B=1", "A=2", "B=3"]
        }
        let output = try bundle.apus(
            "run", "--bundle", bundle.path, bundle.id, environment: ["SECRET": "x", "_OCI_SYNCPIPE": "3"]
        ).succeeded()
        #expect(Set(output.lines) == ["PATH=/bin", "A=2", "B=3", "HOME=/root"])
    }

    @Test func anotherConfigurationOfTheBundle() throws {
        let bundle = try TestBundle(shell: "echo config.json")
        let configuration = try bundle.configuration()
        mkdir(bundle.path + "/config", 0o755)
        for file in ["config/other.json", bundle.path + "/config/other.json"] {
            try bundle.change { $0.process.args = ["echo", "other"] }
            try FileManager.default.moveItem(
                atPath: bundle.path + "/config.json", toPath: bundle.path + "/config/other.json")
            let output = try bundle.apus(
                "run", "--bundle", bundle.path, "--config", file, bundle.id, directory: "/")
            #expect(try output.succeeded().stdout == "other\n", "\(file)")
            unlink(bundle.path + "/config/other.json")
            try bundle.write(configuration)
        }
    }
}
