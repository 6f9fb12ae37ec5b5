import Foundation
import Testing

/// Which descriptors a container's program has, and which it must not have.
@Suite(.containers, .requires(.root, .runtime))
struct DescriptorTests {
    /// The numbers that `ls` sees; its own descriptor of the directory is the highest.
    private static let list = "ls /proc/self/fd | tr '\\n' ' '"

    @Test func runPassesOnlyTheStreams() throws {
        #expect(try output(of: Self.list) == "0 1 2 3 ")
    }

    /// Whatever the caller has open: nothing but 0 to 2 may reach the program, in none of the ways to start one.
    @Test func nothingOfTheCallersLeaks() throws {
        let bundle = try TestBundle(shell: "\(Self.list); read line")
        let directory = open("/", O_RDONLY | O_CLOEXEC)
        afterTest { close(directory) }
        let many = Array(repeating: directory, count: 20)
        let output = try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id], stdin: .text("\n"), passing: many
        ).wait()
        #expect(try output.succeeded().stdout == "0 1 2 3 ")
    }

    @Test func createAndStartPassOnlyTheStreams() throws {
        let bundle = try TestBundle(shell: Self.list)
        let directory = open("/", O_RDONLY | O_CLOEXEC)
        afterTest { close(directory) }
        let create = try bundle.launch(
            ["create", "--bundle", bundle.path, bundle.id], passing: [directory, directory])
        try create.wait().succeeded()
        try bundle.start().succeeded()
        eventually("the output is there") { create.partialOutput == "0 1 2 3 " }
    }

    @Test func execPassesOnlyTheStreams() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let directory = open("/", O_RDONLY | O_CLOEXEC)
        afterTest { close(directory) }
        let output = try bundle.launch(["exec", bundle.id, "sh", "-c", Self.list], passing: [directory, directory])
            .wait()
        #expect(try output.succeeded().stdout == "0 1 2 3 ")
    }

    /// Not even between create and start does init hold a directory of the host.
    @Test func theWaitingInitHoldsNoDirectoryOfTheHost() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        try bundle.create().succeeded()
        let pid = try bundle.pid()
        for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd") {
            var information = stat()
            guard stat("/proc/\(pid)/fd/\(entry)", &information) == 0 else { continue }
            if information.st_mode & S_IFMT == S_IFDIR {
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(entry)")
                Issue.record("init holds the directory \(target ?? "?")")
            }
        }
    }

    @Test func preservedDescriptorsKeepTheirNumbers() throws {
        let bundle = try TestBundle(shell: "cat <&3; cat <&4; \(Self.list)")
        let first = open(try bundle.file("first", "one\n"), O_RDONLY | O_CLOEXEC)
        let second = open(try bundle.file("second", "two\n"), O_RDONLY | O_CLOEXEC)
        afterTest {
            close(first)
            close(second)
        }
        let output = try bundle.launch(
            ["run", "--preserve-fds", "2", "--bundle", bundle.path, bundle.id], passing: [first, second, first]
        ).wait()
        #expect(try output.succeeded().stdout == "one\ntwo\n0 1 2 3 4 5 ")
    }

    /// Also those whose numbers the runtime would have taken for its own.
    @Test(arguments: ["run", "exec"]) func eachPreservedDescriptorIsTheOneOfItsNumber(_ way: String) throws {
        let numbers = 3..<43
        let list = "for n in $(seq 3 42); do cat /proc/self/fd/$n; done; \(Self.list)"
        let bundle = try way == "run" ? TestBundle(shell: list) : TestBundle { $0.process.args = ["sleep", "1000"] }
        let files = try numbers.map { open(try bundle.file("passed\($0)", "\($0)\n"), O_RDONLY | O_CLOEXEC) }
        afterTest { for file in files { close(file) } }
        let arguments: [String]
        if way == "run" {
            arguments = ["run", "--preserve-fds", "40", "--bundle", bundle.path, bundle.id]
        } else {
            try bundle.create().succeeded()
            try bundle.start().succeeded()
            arguments = ["exec", "--preserve-fds", "40", bundle.id, "sh", "-c", list]
        }
        let output = try bundle.launch(arguments, passing: files).wait().succeeded()
        let read = numbers.map { "\($0)\n" }.joined()
        #expect(output.stdout == read + (0..<44).map { "\($0) " }.sorted().joined())
    }

    /// A number that is not open is an error, and never some descriptor that the runtime opened itself.
    @Test(arguments: ["1", "3", "40"])
    func aMissingPreservedDescriptor(_ count: String) throws {
        let bundle = try TestBundle(shell: Self.list)
        let output = try bundle.run("--preserve-fds", count)
        #expect(output.status == 1)
        #expect(output.error.contains("unable to stat preserved-fd"))
        #expect(output.stdout == "")
        bundle.expectNothingLeft()
    }

    @Test func socketActivation() throws {
        // The runtime is the very process that LISTEN_PID names: a shell says its own pid and becomes it.
        let bundle = try TestBundle(
            shell: "echo $LISTEN_FDS $LISTEN_PID ${LISTEN_FDNAMES-unset}; cat <&3; cat <&4; \(Self.list)")
        let first = open(try bundle.file("first", "one\n"), O_RDONLY | O_CLOEXEC)
        let second = open(try bundle.file("second", "two\n"), O_RDONLY | O_CLOEXEC)
        afterTest {
            close(first)
            close(second)
        }
        let script = "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=x; exec \"$0\" \"$@\""
        let command = try Command(
            ["sh", "-c", script]
                + bundle.arguments(["run", "--preserve-fds", "1", "--bundle", bundle.path, bundle.id]),
            passing: [first, second])
        #expect(try command.wait().succeeded().stdout == "1 1 unset\none\ntwo\n0 1 2 3 4 5 ")
    }

    @Test func socketActivationOfAnotherProcess() throws {
        let bundle = try TestBundle(shell: "echo ${LISTEN_FDS-unset} ${LISTEN_PID-unset}; \(Self.list)")
        let file = open(try bundle.file("first", "one\n"), O_RDONLY | O_CLOEXEC)
        afterTest { close(file) }
        let output = try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id], environment: ["LISTEN_FDS": "1", "LISTEN_PID": "1"],
            passing: [file]
        ).wait()
        #expect(try output.succeeded().stdout == "unset unset\n0 1 2 3 ")
    }

    @Test func theStreamsBelongToTheUser() throws {
        let owners = try output(of: "stat -L -c %u /proc/self/fd/1 /proc/self/fd/2") {
            $0.process.user = ["uid": 1000, "gid": 1000]
        }
        #expect(owners == "1000\n1000")
    }

    /// A null device of the host would be a way to the host's file system.
    @Test func theNullDeviceIsTheContainers() throws {
        let bundle = try TestBundle(shell: "stat -L -c %d /proc/self/fd/0 /dev/null >/proc/self/fd/1; sleep 1000")
        let command = try bundle.launch(["create", "--bundle", bundle.path, bundle.id])
        try command.wait().succeeded()
        try bundle.start().succeeded()
        eventually("two lines") { command.partialOutput.split(separator: "\n").count == 2 }
        #expect(Set(command.partialOutput.split(separator: "\n")).count == 1)
    }

    // MARK: NOTIFY_SOCKET

    /// The container's READY is sent on to the caller's socket. runc 1.1.5 sends no barrier.
    @Test(.requires(.program("python3"))) func notifySocket() throws {
        let bundle = try TestBundle(shell: "echo $NOTIFY_SOCKET; test -S $NOTIFY_SOCKET && echo there; sleep 1000")
        let socket = try SocketListener(datagram: true)
        let create = try bundle.launch(
            ["create", "--bundle", bundle.path, bundle.id], environment: ["NOTIFY_SOCKET": socket.path])
        try create.wait().succeeded()
        let start = try bundle.launch(["start", bundle.id], environment: ["NOTIFY_SOCKET": socket.path])
        eventually("the program sees its socket") {
            create.partialOutput == "/run/notify/notify.sock\nthere\n"
        }
        #expect(start.isRunning, "start waits until the container is ready")
        try Command.run(
            "python3", "-c",
            "import socket,sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1\\nSTATUS=x\\n', sys.argv[1])",
            bundle.stateRoot + "/" + bundle.id + "/notify/notify.sock"
        ).succeeded()
        #expect(try socket.receive().text.hasPrefix("READY=1"))
        #expect(try socket.receive().text == "MAINPID=\(try bundle.pid())\n")
        let barrier = try socket.receive()
        #expect(barrier.text == "BARRIER=1")
        #expect(barrier.descriptors.count == 1)
        barrier.closeDescriptors()
        #expect(start.wait().status == 0)
    }

    /// In the foreground a manager that is slow to confirm must not keep signals and the program's end waiting.
    @Test func aManagerThatDoesNotConfirm() throws {
        let bundle = try TestBundle(shell: "while ! test -e /done/it; do sleep 0.02; done; exit 3")
        let directory = bundle.directory("done")
        try bundle.change { $0.mount("/done", source: directory, "bind") }
        let socket = try SocketListener(datagram: true)
        let run = try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id], environment: ["NOTIFY_SOCKET": socket.path])
        bundle.waitUntilRunning()
        try Command.run(
            "python3", "-c",
            "import socket,sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', sys.argv[1])",
            bundle.stateRoot + "/" + bundle.id + "/notify/notify.sock"
        ).succeeded()
        #expect(try socket.receive().text.hasPrefix("READY=1"))
        try bundle.file("done/it")
        #expect(run.wait(seconds: 10).status == 3)
    }
}
