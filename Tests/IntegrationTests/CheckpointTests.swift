import Foundation
import Testing

/// checkpoint and restore with a CRIU that works.
@Suite(.containers, .requires(.root, .runtime, .criu))
struct CheckpointTests {
    // MARK: What goes on

    @Test func aCountingProcessGoesOn() throws {
        let counter = try Counter()
        let before = try counter.checkpoint()
        counter.bundle.expectNothingLeft()
        try counter.restore()
        try counter.expectGoingOn(from: before)
        #expect(try counter.bundle.status == "running")
    }

    /// A checkpoint of what was restored is one like any other.
    @Test func twice() throws {
        let counter = try Counter()
        for name in ["one", "two"] {
            let before = try counter.checkpoint("--image-path", counter.images(name))
            try counter.restore("--image-path", counter.images(name))
            try counter.expectGoingOn(from: before)
        }
    }

    @Test func aPausedContainer() throws {
        let counter = try Counter()
        try counter.bundle.apus("pause", counter.bundle.id).succeeded()
        let before = try counter.checkpoint()
        try counter.restore()
        if try counter.bundle.status == "paused" { try counter.bundle.apus("resume", counter.bundle.id).succeeded() }
        try counter.expectGoingOn(from: before)
    }

    @Test func theStateOfARestoredContainer() throws {
        let counter = try Counter { $0.annotations = ["org.example": "x"] }
        let created = try counter.bundle.state()
        _ = try counter.checkpoint()
        let pidFile = counter.bundle.stateRoot + ".pid"
        try counter.restore("--pid-file", pidFile)
        let restored = try counter.bundle.state()
        #expect(restored.annotations == created.annotations)
        #expect(restored.bundle == created.bundle)
        #expect(restored.created.text != created.created.text)
        #expect(contents(pidFile) == "\(try counter.bundle.pid())")
        // What enters later has the same clocks and namespaces.
        let names = ["time", "uts", "ipc", "net", "mnt", "pid", "cgroup"]
        let script =
            "for n in \(names.joined(separator: " ")); do readlink /proc/1/ns/$n; readlink /proc/self/ns/$n; done"
        let lines = try counter.bundle.exec(shell: script).succeeded().lines
        #expect(lines.count == 2 * names.count)
        for index in stride(from: 0, to: lines.count - 1, by: 2) { #expect(lines[index] == lines[index + 1]) }
        let file = try JSONValue(
            parsing: try #require(contents(counter.bundle.stateRoot + "/\(counter.bundle.id)/state.json")))
        #expect(file.external_descriptors.items.count == 3)
        unlink(pidFile)
    }

    @Test func theForegroundGetsOutputAndExitCode() throws {
        let bundle = try TestBundle(
            shell: "echo begun; while ! test -e /mnt/end; do sleep 0.05; done; echo done; echo wrong >&2; exit 7"
        ) { $0.mounts.append(["destination": "/mnt", "type": "bind", "source": "SHARED", "options": ["bind"]]) }
        let shared = bundle.directory("shared")
        try bundle.change { $0.replaceSource("SHARED", by: shared) }
        let first = try bundle.launch(["run", "--bundle", bundle.path, bundle.id])
        eventually("the program has begun") { first.partialOutput.contains("begun") }
        let images = bundle.directory("images")
        try bundle.apus("checkpoint", "--image-path", images, bundle.id, seconds: 60).succeeded()
        #expect(first.wait().status == 137)
        let second = try bundle.launch(["restore", "--bundle", bundle.path, "--image-path", images, bundle.id])
        bundle.waitUntilRunning()
        try "".write(toFile: shared + "/end", atomically: false, encoding: .utf8)
        let output = second.wait()
        #expect(output.status == 7)
        #expect(output.stdout == "done\n")
        #expect(output.stderr.hasSuffix("wrong\n"))
        bundle.expectNothingLeft()
    }

    @Test func aTerminalOverAConsoleSocket() throws {
        let bundle = try TestBundle(shell: "while read line; do echo got $line on $(tty); done") {
            $0.process.terminal = true
        }
        let socket = try SocketListener()
        try bundle.launch(
            ["run", "--detach", "--bundle", bundle.path, "--console-socket", socket.path, bundle.id], stdout: .null,
            stderr: .null
        ).wait().succeeded()
        let first = Terminal(master: try #require(try socket.receive().descriptors.first))
        first.type("one\n")
        first.wait(for: "got one on /dev/pts/0")
        let images = bundle.directory("images")
        try bundle.apus("checkpoint", "--image-path", images, bundle.id, seconds: 60).succeeded()
        try bundle.launch(
            [
                "restore", "--detach", "--bundle", bundle.path, "--image-path", images, "--console-socket", socket.path,
                bundle.id,
            ], stdout: .null, stderr: .null
        ).wait(seconds: 60).succeeded()
        let message = try socket.receive()
        #expect(message.text == "/dev/pts/ptmx")
        let second = Terminal(master: try #require(message.descriptors.first))
        second.type("two\n")
        second.wait(for: "got two on /dev/pts/0")
    }

    @Test func aTerminalInTheForeground() throws {
        let bundle = try TestBundle(shell: "read line; echo got $line; read line; echo got $line; exit 5") {
            $0.process.terminal = true
        }
        let first = try Terminal()
        let run = try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id], stdin: .terminal(first.name), stdout: .terminal(first.name),
            stderr: .terminal(first.name))
        bundle.waitUntilRunning()
        first.type("one\n")
        first.wait(for: "got one", seconds: 30)
        let images = bundle.directory("images")
        try bundle.apus("checkpoint", "--image-path", images, bundle.id, seconds: 60).succeeded()
        #expect(run.wait().status == 137)
        let second = try Terminal()
        let restore = try bundle.launch(
            ["restore", "--bundle", bundle.path, "--image-path", images, bundle.id], stdin: .terminal(second.name),
            stdout: .terminal(second.name), stderr: .terminal(second.name))
        bundle.waitUntilRunning()
        second.type("two\n")
        second.wait(for: "got two", seconds: 60)
        #expect(restore.wait().status == 5)
        bundle.expectNothingLeft()
    }

    /// A link of the image as the source of a mount leads nowhere else than in the create.
    @Test func aSourceInTheRootFileSystem() throws {
        let counter = try Counter {
            let rootfs = $0.root.path.text ?? "rootfs"
            $0.mounts.append([
                "destination": "/home", "type": "bind", "source": .string(rootfs + "/root/link"), "options": ["bind"],
            ])
        } fill: { bundle in
            mkdir(bundle.rootfs + "/root/inside", 0o755)
            symlink("/root/inside", bundle.rootfs + "/root/link")
            try "inside\n".write(toFile: bundle.rootfs + "/root/inside/it", atomically: false, encoding: .utf8)
        }
        let before = try counter.checkpoint()
        try counter.restore()
        try counter.expectGoingOn(from: before)
        #expect(try counter.bundle.exec(shell: "cat /home/it").succeeded().stdout == "inside\n")
    }

    @Test func openFilesAndDeletedOnes() throws {
        let counter = try Counter(
            "exec 3>>/tmp/kept 4>/tmp/gone; rm /tmp/gone; echo lost >&4", "echo $i >&3; echo $i >&4")
        let before = try counter.checkpoint("--link-remap")
        try counter.restore()
        try counter.expectGoingOn(from: before)
        let kept = try counter.bundle.exec(shell: "cat /tmp/kept").succeeded().lines
        #expect(kept.first == "1" && kept.contains("\(before + 2)"))
        #expect(try counter.bundle.exec(shell: "head -n 1 /proc/1/fd/4").succeeded().stdout == "lost\n")
    }

    @Test func establishedConnections() throws {
        let counter = try Counter(
            """
            mkfifo /tmp/pipe /tmp/quiet; exec 4<>/tmp/quiet; nc -l -p 4000 <&4 > /mnt/received &
            while ! grep -q ':0FA0 0*:0000 0A' /proc/net/tcp /proc/net/tcp6; do sleep 0.05; done
            nc 127.0.0.1 4000 < /tmp/pipe &
            exec 3> /tmp/pipe
            """, "echo $i >&3")
        eventually("something has come over the connection") { counter.file("received").contains("5\n") }
        let failed = try counter.bundle.apus(
            "checkpoint", "--image-path", counter.images("refused"), counter.bundle.id, seconds: 60)
        failed.failed(naming: "criu failed: type DUMP errno", "dump.log")
        let running = counter.value
        try counter.expectGoingOn(from: running)
        let before = try counter.checkpoint("--tcp-established")
        try counter.restore("--tcp-established")
        try counter.expectGoingOn(from: before)
        eventually("what was written later comes over the connection") {
            counter.file("received").contains("\n\(before + 5)\n")
        }
    }

    // MARK: What stays

    @Test func leaveRunning() throws {
        let counter = try Counter()
        let before = try counter.checkpoint("--leave-running")
        try counter.expectGoingOn(from: before)
        #expect(try counter.bundle.status == "running")
        try counter.bundle.delete("--force").succeeded()
        // The images are worth as much as without.
        try counter.restore()
        try counter.expectGoingOn(from: before)
    }

    @Test func preDumpsAndTheirChild() throws {
        let counter = try Counter()
        _ = try counter.checkpoint("--pre-dump", "--image-path", counter.images("one"))
        #expect(try counter.bundle.status == "running")
        _ = try counter.checkpoint(
            "--pre-dump", "--image-path", counter.images("two"), "--parent-path", "../one")
        let before = try counter.checkpoint("--image-path", counter.images("three"), "--parent-path", "../two")
        #expect(exists(counter.images("three") + "/parent"))
        try counter.restore("--image-path", counter.images("three"))
        try counter.expectGoingOn(from: before)
    }

    @Test func aFailedDumpLeavesTheContainerRunning() throws {
        // The caller's file is in no mount of the container.
        let counter = try Counter(stdout: .file(TestRun.shared.uniquePath("output")))
        let output = try counter.bundle.apus(
            "checkpoint", "--image-path", counter.images(), "--work-path", counter.images("work"), counter.bundle.id,
            seconds: 60)
        output.failed(naming: "criu failed: type DUMP errno 0 (see \(counter.images("work"))/dump.log: ", "Error (")
        let log = try #require(contents(counter.bundle.log))
        #expect(log.contains("--- Quoting \\\"\(counter.images("work"))/dump.log\\\""))
        #expect(try counter.bundle.status == "running")
        try counter.expectGoingOn(from: counter.value)
    }

    @Test(.requires(.unified)) func theHostKeepsTheOptionsOfItsCgroups() throws {
        func options() -> [Set<String>] { Mountinfo.host().filter { $0.type == "cgroup2" }.map(\.superOptions) }
        let before = options()
        let counter = try Counter()
        let count = try counter.checkpoint()
        #expect(options() == before)
        try counter.restore()
        try counter.expectGoingOn(from: count)
        #expect(options() == before)
    }

    // MARK: The surroundings

    @Test func theHooksOfARestore() throws {
        let counter = try Counter()
        _ = try counter.checkpoint()
        let record = counter.shared + "/hooks"
        let hook = { (name: String) -> JSONValue in
            [
                "path": "/bin/sh",
                "args": ["sh", "-c", .string("echo \(name) $(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/') >> \(record)")],
            ]
        }
        try counter.bundle.change {
            $0.hooks = [
                "prestart": [hook("prestart")], "createRuntime": [hook("createRuntime")],
                "createContainer": [hook("createContainer")], "startContainer": [hook("startContainer")],
                "poststart": [hook("poststart")], "poststop": [hook("poststop")],
            ]
        }
        try counter.restore()
        let pid = try counter.bundle.pid()
        #expect(
            contents(record)?.split(separator: "\n").map(String.init)
                == ["prestart \(pid)", "createRuntime \(pid)", "poststart \(pid)"])
        try counter.bundle.delete("--force").succeeded()
        #expect(contents(record)?.contains("poststop") ?? false)
    }

    @Test func aFailingHookUndoesTheRestore() throws {
        let counter = try Counter()
        let before = try counter.checkpoint()
        try counter.bundle.change { $0.hooks = ["createRuntime": [["path": "/bin/false"]]] }
        let output = try counter.tryRestore()
        output.failed(naming: "error running createRuntime hook #0", "exit status 1")
        counter.bundle.expectNothingLeft()
        try counter.bundle.change { $0.hooks = .null }
        try counter.restore()
        try counter.expectGoingOn(from: before)
    }

    @Test func aServiceManagerHearsAtOnce() throws {
        let socket = try SocketListener(datagram: true)
        let counter = try Counter(environment: ["NOTIFY_SOCKET": socket.path])
        let before = try counter.checkpoint()
        let images = counter.images()
        let restore = try counter.bundle.launch(
            ["restore", "--detach", "--bundle", counter.bundle.path, "--image-path", images, counter.bundle.id],
            environment: ["NOTIFY_SOCKET": socket.path], stdout: .null, stderr: .null)
        #expect(try socket.receive(seconds: 60).text == "READY=1\n")
        #expect(try socket.receive().text == "MAINPID=\(try counter.bundle.pid())\n")
        let barrier = try socket.receive()
        #expect(barrier.text == "BARRIER=1" && barrier.descriptors.count == 1)
        barrier.closeDescriptors()
        try restore.wait().succeeded()
        try counter.expectGoingOn(from: before)
    }

    /// The root file system of the other host has never seen a container.
    @Test func placesOfMountsAreMade() throws {
        let counter = try Counter {
            $0.mounts.append([
                "destination": "/mnt/deep/er", "type": "bind", "source": "/tmp", "options": ["bind", "ro"],
            ])
        }
        let before = try counter.checkpoint()
        for path in [counter.bundle.rootfs + "/mnt", counter.bundle.rootfs + "/sys"] { rmdir(path) }
        rmdir(counter.shared + "/deep/er")
        rmdir(counter.shared + "/deep")
        try counter.restore()
        try counter.expectGoingOn(from: before)
        #expect(exists(counter.shared + "/deep/er"))
    }

    @Test func masksAndReadonlyPathsStay() throws {
        let counter = try Counter()
        let script =
            "cat /proc/kcore | wc -c; ls /proc/acpi /sys/firmware | wc -l; echo x 2>/dev/null > /proc/sys/kernel/hostname || echo no"
        let before = try counter.bundle.exec(shell: script).succeeded().stdout
        _ = try counter.checkpoint()
        try counter.restore()
        #expect(try counter.bundle.exec(shell: script).succeeded().stdout == before)
    }

    @Test(.requires(.userNamespaces)) func aUserNamespace() throws {
        let counter = try Counter {
            $0.linux.namespaces.append(["type": "user"])
            $0.linux.uidMappings = [["containerID": 0, "hostID": 100_000, "size": 65536]]
            $0.linux.gidMappings = [["containerID": 0, "hostID": 100_000, "size": 65536]]
        } fill: {
            chmod($0.directory("shared"), 0o777)
            try Command.run("chown", "-R", "100000:100000", $0.rootfs).succeeded()
        }
        let before = try counter.checkpoint()
        try counter.restore()
        try counter.expectGoingOn(from: before)
        #expect(try counter.bundle.exec(shell: "id -u; cat /proc/self/uid_map").succeeded().lines.count == 2)
    }

    @Test func aNetworkNamespaceOfTheHost() throws {
        let holder = try Command(["unshare", "--net", "sleep", "1000"])
        eventually("the namespace is there") {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(holder.pid)/ns/net"))
                != (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net"))
        }
        let counter = try Counter {
            $0.setNamespace("network", path: "/proc/\(holder.pid)/ns/net")
        }
        let before = try counter.checkpoint()
        try counter.restore()
        try counter.expectGoingOn(from: before)
        let pid = try counter.bundle.pid()
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/net")
                == FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(holder.pid)/ns/net"))
    }

    @Test(.requires(.cgroupV2("pids"))) func theCgroupAndItsLimits() throws {
        let counter = try Counter { $0.linux.resources.pids = ["limit": 37] }
        let before = try counter.checkpoint()
        try counter.restore()
        try counter.expectGoingOn(from: before)
        #expect(counter.bundle.cgroupFile("pids.max", controller: "") == "37")
        #expect(
            counter.bundle.cgroupFile("cgroup.procs", controller: "")?.contains("\(try counter.bundle.pid())") ?? false)
    }

    @Test(.requires(.path("/run/systemd/system"))) func inAScopeOfSystemd() throws {
        let counter = try Counter(global: ["--systemd-cgroup"]) {
            $0.linux.cgroupsPath = .string(":apus:" + TestRun.shared.uniqueName())
        }
        let before = try counter.checkpoint()
        try counter.restore()
        try counter.expectGoingOn(from: before)
        let cgroup = try #require(contents("/proc/\(try counter.bundle.pid())/cgroup"))
        #expect(cgroup.contains(".scope"))
    }

    // MARK: Memory that comes later

    @Test func lazyPages() throws {
        let counter = try Counter()
        let images = counter.images()
        let port = 20_000 + Int(getpid()) % 20_000
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let dump = try counter.bundle.launch(
            [
                "checkpoint", "--lazy-pages", "--page-server", "127.0.0.1:\(port)", "--status-fd", "3", "--image-path",
                images, counter.bundle.id,
            ], passing: [ends[1]])
        close(ends[1])
        try #require(readable(ends[0], milliseconds: 60_000 * patience), "no byte came: \(dump.partialError)")
        var byte: UInt8 = 1
        #expect(read(ends[0], &byte, 1) == 1 && byte == 0)
        // The byte is the last one.
        #expect(readable(ends[0], milliseconds: 10_000) && read(ends[0], &byte, 1) == 0)
        let before = counter.value
        let server = try Command([
            "criu", "lazy-pages", "--page-server", "--address", "127.0.0.1", "--port", "\(port)", "-W", images, "-D",
            images,
        ])
        eventually("the server of pages listens", seconds: 30) { exists(images + "/lazy-pages.socket") }
        // The processes stay where they were until all their memory is fetched.
        let state = counter.bundle.directory("other-state")
        try counter.bundle.change { $0.linux.cgroupsPath = .string(counter.bundle.cgroup + "-2") }
        let restored = try counter.bundle.launch(
            [
                "restore", "--lazy-pages", "--detach", "--bundle", counter.bundle.path, "--image-path", images,
                counter.bundle.id + "-2",
            ],
            global: ["--root", state, "--log", counter.bundle.log], stdout: .null, stderr: .null)
        afterTest {
            _ = try? counter.bundle.apus("delete", "--force", counter.bundle.id + "-2", global: ["--root", state])
        }
        try restored.wait(seconds: 60).succeeded()
        try counter.expectGoingOn(from: before)
        try dump.wait(seconds: 60).succeeded()
        #expect(server.wait(seconds: 60).status == 0)
        try counter.bundle.apus("delete", "--force", counter.bundle.id + "-2", global: ["--root", state]).succeeded()
        counter.bundle.expectNothingLeft()
    }
}

/// A container that counts in a file of the host.
final class Counter {
    let bundle: TestBundle
    /// The directory that the container has at /mnt.
    let shared: String
    private let global: [String]

    /// - Parameters:
    ///   - preparation: what its shell does first.
    ///   - work: what it does with each number `$i`.
    init(
        _ preparation: String = "", _ work: String = ":", global: [String] = [], environment: [String: String] = [:],
        stdout: Command.Stream = .null,
        _ change: (inout JSONValue) throws -> Void = { _ in }, fill: (TestBundle) throws -> Void = { _ in }
    ) throws {
        let script = """
            \(preparation)
            i=0
            while :; do
                i=$((i + 1)); \(work); echo $i > /mnt/new && mv /mnt/new /mnt/count; sleep 0.02
            done
            """
        bundle = try TestBundle(shell: script)
        shared = bundle.directory("shared")
        self.global = global
        try fill(bundle)
        let shared = shared
        try bundle.change {
            $0.mounts.append(["destination": "/mnt", "type": "bind", "source": .string(shared), "options": ["bind"]])
            $0.root.readonly = false
            try change(&$0)
        }
        try bundle.launch(
            // With a service manager it would wait for the program's word, as `start` would.
            [environment.isEmpty ? "run" : "create"] + (environment.isEmpty ? ["--detach"] : [])
                + ["--bundle", bundle.path, bundle.id], global: globalArguments, environment: environment,
            stdout: stdout,
            stderr: .null
        ).wait().succeeded()
        if !environment.isEmpty { try bundle.start().succeeded() }
        eventually("the container counts") { value > 3 }
    }

    private var globalArguments: [String] { ["--root", bundle.stateRoot, "--log", bundle.log] + global }

    func images(_ name: String = "images") -> String { bundle.directory(name) }

    func file(_ name: String) -> String { contents(shared + "/" + name) ?? "" }

    /// How far it has counted.
    var value: Int { Int(file("count").trimmingCharacters(in: .newlines)) ?? 0 }

    /// Makes a checkpoint and gives how far the container had counted by then.
    func checkpoint(_ options: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> Int {
        let path = options.contains("--image-path") ? [] : ["--image-path", images()]
        try bundle.launch(["checkpoint"] + path + options + [bundle.id], global: globalArguments)
            .wait(seconds: 60, sourceLocation: sourceLocation).succeeded(sourceLocation: sourceLocation)
        return value
    }

    func tryRestore(_ options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
        let path = options.contains("--image-path") ? [] : ["--image-path", images()]
        let errors = TestRun.shared.uniquePath("errors")
        return try bundle.launch(
            ["restore", "--detach", "--bundle", bundle.path] + path + options + [bundle.id], global: globalArguments,
            stdout: .null, stderr: .file(errors)
        ).wait(seconds: 60, sourceLocation: sourceLocation).with(stderr: contents(errors) ?? "")
    }

    func restore(_ options: String..., sourceLocation: SourceLocation = #_sourceLocation) throws {
        try tryRestore(options, sourceLocation: sourceLocation).succeeded(sourceLocation: sourceLocation)
    }

    /// Checks that it counts on from where it was, and not from the beginning.
    func expectGoingOn(from before: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(before > 3, sourceLocation: sourceLocation)
        #expect(value >= before, sourceLocation: sourceLocation)
        eventually("it counts on from \(before)", seconds: 20, sourceLocation: sourceLocation) { value > before + 10 }
    }
}

extension Output {
    func with(stderr: String) -> Output { Output(status: status, stdout: stdout, stderr: stderr) }
}

extension JSONValue {
    fileprivate mutating func setNamespace(_ type: String, path: String) {
        for index in self.linux.namespaces.items.indices where self.linux.namespaces[index].type.text == type {
            self.linux.namespaces[index].path = .string(path)
        }
    }

    fileprivate mutating func replaceSource(_ name: String, by source: String) {
        for index in self.mounts.items.indices where self.mounts[index].source.text == name {
            self.mounts[index].source = .string(source)
        }
    }
}
