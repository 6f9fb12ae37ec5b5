import CIntegrationSupport
import Foundation
import Testing

/// What a process in the foreground has as its standard streams, and what becomes of the caller's.
@Suite(.containers, .requires(.root, .runtime))
struct StandardStreamTests {
    /// What a process of user 1000 can do to what it has as standard streams: open it anew, and write.
    private static let attack = """
        for number in 0 1 2; do
            (echo spoiled >/proc/self/fd/$number) 2>/dev/null
            (echo spoiled 1<>/proc/self/fd/$number >&1) 2>/dev/null
        done
        true
        """

    @Test(arguments: ["run", "exec"]) func theCallersFilesAreOutOfReach(_ way: String) throws {
        let bundle = try TestBundle(shell: Self.attack) {
            $0.process.user = ["uid": 1000, "gid": 1000]
            if way == "exec" { $0.process.args = ["sleep", "1000"] }
        }
        let input = try bundle.file("input", "precious\n")
        let output = try bundle.file("output", "first\n")
        if way == "exec" { try bundle.create().succeeded() }
        if way == "exec" { try bundle.start().succeeded() }
        let arguments =
            way == "run"
            ? ["run", "--bundle", bundle.path, bundle.id] : ["exec", bundle.id, "sh", "-c", Self.attack]
        try bundle.launch(arguments, stdin: .file(input), stdout: .file(output)).wait().succeeded()
        #expect(contents(input) == "precious\n")
        #expect(contents(output)?.hasPrefix("first\n") ?? false)
        for path in [input, output] {
            var place = stat()
            #expect(stat(path, &place) == 0 && place.st_uid == 0 && place.st_mode & 0o777 == 0o644)
        }
    }

    /// Pipes of the caller, too: what others write into one is not the container's to read.
    @Test func theCallersPipesAreOutOfReach() throws {
        let bundle = try TestBundle(shell: "ls -lL /proc/self/fd/0 /proc/self/fd/1 >&2; stat -L -c %i /proc/self/fd/1")
        {
            $0.process.user = ["uid": 1000, "gid": 1000]
        }
        var ends: [Int32] = [0, 0]
        try #require(support_pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id], stdin: .text("input"), stdout: .descriptor(ends[1])
        ).wait().succeeded()
        var pipe = stat()
        try #require(fstat(ends[0], &pipe) == 0)
        #expect(pipe.st_uid == 0)
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(ends[0], &buffer, buffer.count)
        #expect(String(decoding: buffer.prefix(count), as: UTF8.self) != "\(pipe.st_ino)\n")
        // Whoever shares the pipe with the runtime finds it as it was.
        #expect(fcntl(ends[1], F_GETFL) & O_NONBLOCK == 0)
    }

    @Test(arguments: [false, true]) func theUserOpensItsStreamsAgain(_ hasUserNamespace: Bool) throws {
        let printed = try output(of: "cat /dev/stdin >/dev/null; echo out >/dev/stdout; echo error >/dev/stderr; id -u")
        {
            $0.process.user = ["uid": 1000, "gid": 1000]
            guard hasUserNamespace else { return }
            $0.addNamespace("user")
            let mapping: JSONValue = ["containerID": 0, "hostID": 100_000, "size": 65536]
            $0.linux.uidMappings = [mapping]
            $0.linux.gidMappings = [mapping]
        }
        #expect(printed == "out\n1000")
    }

    /// Input and output of any length arrive whole, and the end of the input as well.
    @Test func everyByteArrives() throws {
        let bundle = try TestBundle(shell: "cat; echo error >&2")
        let text = (0..<200_000).map { "line \($0)\n" }.joined()
        let input = try bundle.file("input", text)
        let output = try bundle.run(stdin: .file(input)).succeeded()
        #expect(output.stdout == text)
        #expect(output.stderr == "error\n")
    }

    /// A reader who takes its time gets everything, though the container has ended long before.
    @Test func aSlowReaderGetsEverything() throws {
        let bundle = try TestBundle(shell: "seq 1 30000")
        let reader = try Command([
            "sh", "-c", "\"$0\" \"$@\" | (sleep 1; wc -l)",
            Runtime.path, "--root", bundle.stateRoot, "run", "--bundle", bundle.path, bundle.id,
        ])
        #expect(reader.wait().stdout.trimmingCharacters(in: .whitespacesAndNewlines) == "30000")
    }

    /// Only the program is waited for, not what it leaves behind with its streams open.
    @Test func aProcessThatStaysDoesNotHoldItsCaller() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let output = try bundle.exec(shell: "sleep 1000 & echo started")
        #expect(output.status == 0)
        #expect(output.stdout == "started\n")
    }

    /// The program learns that nobody reads any more.
    @Test func aReaderThatIsGone() throws {
        let bundle = try TestBundle(shell: "yes; echo ended with $? >&2")
        let command = try Command([
            "sh", "-c", "\"$0\" \"$@\" | head -n 1",
            Runtime.path, "--root", bundle.stateRoot, "run", "--bundle", bundle.path, bundle.id,
        ])
        let output = command.wait()
        #expect(output.stdout == "y\n")
        #expect(output.stderr.contains("ended with"))
    }

    /// The processor time of a process so far, in ticks of a hundredth of a second.
    private func ticks(of pid: Int32) -> Int {
        let times = (contents("/proc/\(pid)/stat") ?? "").split(separator: " ")
        return times.count > 14 ? (Int(times[13]) ?? 0) + (Int(times[14]) ?? 0) : 0
    }

    /// Streams that can be neither read nor written make no trouble and no load.
    @Test func streamsThatAreOfNoUse() throws {
        let bundle = try TestBundle(shell: "cat; echo done; echo done >&2; sleep 1")
        let command = try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id], stdin: .file("/tmp"), stdout: .file("/dev/full"))
        bundle.waitUntilRunning()
        usleep(200_000)
        let before = ticks(of: command.pid)
        usleep(500_000)
        // Hundredths of a second; a loop would have used all there were.
        #expect(ticks(of: command.pid) - before < 25)
        #expect(command.wait().status == 0)
    }

    /// A socket, as a service manager gives it.
    @Test(.requires(.program("python3"))) func aSocketAsOutput() throws {
        let bundle = try TestBundle(shell: "seq 1 2000")
        let command = try Command([
            "python3", "-c",
            """
            import socket, subprocess, sys, threading
            a, b = socket.socketpair()
            got = []
            def take():
                while True:
                    part = a.recv(1000)
                    if not part: break
                    got.append(part)
            reader = threading.Thread(target=take)
            reader.start()
            subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=b, check=True)
            b.close()
            reader.join()
            print(len(b''.join(got).splitlines()))
            """, Runtime.path, "--root", bundle.stateRoot, "run", "--bundle", bundle.path, bundle.id,
        ])
        #expect(command.wait().stdout == "2000\n")
    }

    /// The caller's terminal goes away: what the program writes goes nowhere, and the program goes on.
    @Test(arguments: ["run", "exec"]) func aTerminalThatGoesAway(_ way: String) throws {
        let script = """
            trap '' HUP; echo ready; until [ -e /shared/gone ]; do sleep 0.05; done
            seq 1 100000; echo finished >/shared/finished
            """
        let bundle = try TestBundle(shell: script) {
            if way == "exec" { $0.process.args = ["sleep", "1000"] } else { $0.process.terminal = true }
        }
        let shared = bundle.directory("shared")
        try bundle.change { $0.mount("/shared", source: shared, "bind") }
        if way == "exec" { try bundle.create().succeeded() }
        if way == "exec" { try bundle.start().succeeded() }
        let terminal = try Terminal()
        let arguments =
            way == "run"
            ? ["run", "--bundle", bundle.path, bundle.id] : ["exec", "-t", bundle.id, "sh", "-c", script]
        let command = try bundle.launch(
            arguments, stdin: .terminal(terminal.name), stdout: .terminal(terminal.name),
            stderr: .terminal(terminal.name))
        terminal.wait(for: "ready\r\n")
        // Another file takes the number, so that the last descriptor of the terminal's other side is closed.
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        try #require(null >= 0 && dup2(null, terminal.master) >= 0)
        close(null)
        try "".write(toFile: shared + "/gone", atomically: false, encoding: .utf8)
        eventually("the program goes on to its end") { exists(shared + "/finished") }
        #expect(command.wait().status == 0)
    }
}
