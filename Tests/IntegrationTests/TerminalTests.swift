import Foundation
import Testing

/// Containers with a terminal: in the foreground, over a console socket, and with exec -t.
@Suite(.containers, .requires(.root, .runtime))
struct TerminalTests {
    private func bundle(_ script: String, _ change: (inout JSONValue) throws -> Void = { _ in }) throws -> TestBundle {
        try TestBundle(shell: script) {
            $0.process.terminal = true
            try change(&$0)
        }
    }

    // MARK: Console socket

    @Test func theConsoleSocketGetsTheMaster() throws {
        let bundle = try bundle("tty; stty size; read line; echo got $line") {
            $0.process.consoleSize = ["height": 25, "width": 81]
        }
        let socket = try SocketListener()
        try bundle.create("--console-socket", socket.path).succeeded()
        let message = try socket.receive()
        // runc 1.1.5 says /dev/ptmx.
        #expect(message.text == "/dev/pts/ptmx")
        try #require(message.descriptors.count == 1)
        #expect(socket.rest() == "", "the connection is closed after one message")
        let terminal = Terminal(master: message.descriptors[0])
        #expect(terminal.size == [25, 81])
        #expect(terminal.isCooked)
        try bundle.start().succeeded()
        terminal.wait(for: "/dev/pts/0\r\n25 81\r\n")
        terminal.type("hello\n")
        terminal.wait(for: "got hello\r\n")
    }

    @Test func runDetachedWithAConsoleSocket() throws {
        let bundle = try bundle("echo on $(tty); sleep 1000")
        let socket = try SocketListener()
        try bundle.run("--detach", "--console-socket", socket.path).succeeded()
        Terminal(master: try #require(try socket.receive().descriptors.first)).wait(for: "on /dev/pts/0\r\n")
    }

    @Test func execWithAConsoleSocket() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let socket = try SocketListener()
        let script = "tty; test -t 0 && test -t 1 && test -t 2 && echo all; cat"
        try bundle.exec("--tty", "--detach", "--console-socket", socket.path, shell: script).succeeded()
        let message = try socket.receive()
        try #require(message.descriptors.count == 1)
        Terminal(master: message.descriptors[0]).wait(for: "/dev/pts/0\r\nall\r\n")
    }

    /// The path is looked up in the bundle, unlike that of the pid file.
    @Test func aRelativeConsoleSocketIsBelowTheBundle() throws {
        let bundle = try bundle("sleep 1000")
        let socket = try SocketListener()
        symlink(socket.path, bundle.path + "/console.sock")
        let caller = bundle.directory("caller")
        try bundle.apus(
            "create", "--bundle", bundle.path, "--console-socket", "console.sock", bundle.id, directory: caller
        ).succeeded()
        #expect(try socket.receive().descriptors.count == 1)
    }

    @Test func theConsoleIsDevConsole() throws {
        let bundle = try bundle("echo to the console >/dev/console; stat -c %t:%T /dev/console; sleep 1000")
        let socket = try SocketListener()
        try bundle.run("--detach", "--console-socket", socket.path).succeeded()
        Terminal(master: try #require(try socket.receive().descriptors.first))
            .wait(for: "to the console\r\n88:0\r\n")
    }

    @Test func theTerminalBelongsToTheUser() throws {
        let bundle = try bundle("stat -c %u $(tty); sleep 1000") { $0.process.user = ["uid": 1000, "gid": 1000] }
        let socket = try SocketListener()
        try bundle.run("--detach", "--console-socket", socket.path).succeeded()
        Terminal(master: try #require(try socket.receive().descriptors.first)).wait(for: "1000\r\n")
    }

    /// The terminal controls the session: typing the interrupt character sends the signal.
    @Test func theTerminalIsTheControllingOne() throws {
        let bundle = try bundle("trap 'echo interrupted' INT; echo ready; while :; do sleep 0.05; done")
        let socket = try SocketListener()
        try bundle.run("--detach", "--console-socket", socket.path).succeeded()
        let terminal = Terminal(master: try #require(try socket.receive().descriptors.first))
        terminal.wait(for: "ready\r\n")
        terminal.type("\u{3}")
        terminal.wait(for: "interrupted")
    }

    @Test func aConsoleSocketThatNobodyListensAt() throws {
        let bundle = try bundle("sleep 1000")
        try bundle.create("--console-socket", bundle.path + "/none")
            .failed(from: "runc create failed: ", to: "connect: no such file or directory")
        bundle.expectNothingLeft()
    }

    @Test func detachedWithoutAConsoleSocket() throws {
        let bundle = try bundle("sleep 1000")
        let message = "cannot allocate tty if apus will detach without setting console socket"
        try bundle.create().failed(from: "runc create failed: ", to: message)
        try bundle.run("--detach").failed(from: "runc run failed: ", to: message)
        bundle.expectNothingLeft()
    }

    @Test func aConsoleSocketWithoutATerminal() throws {
        let bundle = try TestBundle(shell: "true")
        let socket = try SocketListener()
        let message = "cannot use console socket if apus will not detach or allocate tty"
        try bundle.create("--console-socket", socket.path).failed(from: "runc create failed: ", to: message)
        try bundle.run("--console-socket", socket.path).failed(from: "runc run failed: ", to: message)
        bundle.expectNothingLeft()
    }

    // MARK: In the foreground

    /// The runtime in the foreground at a terminal.
    private func atTerminal(_ bundle: TestBundle, _ arguments: [String]) throws -> (Command, Terminal) {
        let terminal = try Terminal()
        terminal.resize(rows: 30, columns: 90)
        let command = try bundle.launch(
            arguments, stdin: .terminal(terminal.name), stdout: .terminal(terminal.name),
            stderr: .terminal(terminal.name))
        return (command, terminal)
    }

    @Test func foregroundTypingSizeAndExitCode() throws {
        let bundle = try bundle("stty size; read line; echo got $line; exit 7")
        let (command, terminal) = try atTerminal(bundle, ["run", "--bundle", bundle.path, bundle.id])
        terminal.wait(for: "30 90\r\n")
        #expect(!terminal.isCooked)
        terminal.type("hello\r")
        terminal.wait(for: "got hello\r\n")
        #expect(command.wait().status == 7)
        #expect(terminal.isCooked)
        bundle.expectNothingLeft()
    }

    @Test func foregroundResize() throws {
        let bundle = try bundle(
            "until stty size 2>/dev/null; do :; done; while [ \"$(stty size)\" != '40 100' ]; do sleep 0.05; done; stty size"
        )
        let (command, terminal) = try atTerminal(bundle, ["run", "--bundle", bundle.path, bundle.id])
        terminal.wait(for: "30 90\r\n")
        terminal.resize(rows: 40, columns: 100)
        command.signal(SIGWINCH)
        terminal.wait(for: "40 100\r\n")
        #expect(command.wait().status == 0)
    }

    /// The terminal is raw: the interrupt character goes to the container, not to the runtime.
    @Test func foregroundInterrupt() throws {
        let bundle = try bundle("trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.05; done")
        let (command, terminal) = try atTerminal(bundle, ["run", "--bundle", bundle.path, bundle.id])
        terminal.wait(for: "ready\r\n")
        terminal.type("\u{3}")
        terminal.wait(for: "interrupted\r\n")
        #expect(command.wait().status == 9)
        #expect(terminal.isCooked)
    }

    @Test func theTerminalIsRestoredAfterAFailure() throws {
        let bundle = try bundle("true") { $0.process.args = ["nosuch"] }
        let (command, terminal) = try atTerminal(bundle, ["run", "--bundle", bundle.path, bundle.id])
        #expect(command.wait().status == 1)
        #expect(terminal.isCooked)
        bundle.expectNothingLeft()
    }

    @Test func theTerminalIsRestoredWhenTheContainerIsKilled() throws {
        let bundle = try bundle("echo ready; sleep 1000")
        let (command, terminal) = try atTerminal(bundle, ["run", "--bundle", bundle.path, bundle.id])
        terminal.wait(for: "ready\r\n")
        try bundle.kill("KILL").succeeded()
        #expect(command.wait().status == 137)
        #expect(terminal.isCooked)
        bundle.expectNothingLeft()
    }

    @Test func execAtTheTerminal() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let (command, terminal) = try atTerminal(
            bundle,
            [
                "exec", "-t", bundle.id, "sh", "-c",
                "tty; until stty size 2>/dev/null; do :; done; read line; echo got $line; exit 3",
            ])
        terminal.wait(for: "/dev/pts/0\r\n30 90\r\n")
        terminal.type("word\r")
        terminal.wait(for: "got word\r\n")
        #expect(command.wait().status == 3)
        #expect(terminal.isCooked)
    }

    /// Output just before the end is not lost.
    @Test func theLastOutputArrives() throws {
        let bundle = try bundle("seq 1 500; echo last words")
        let (command, terminal) = try atTerminal(bundle, ["run", "--bundle", bundle.path, bundle.id])
        terminal.wait(for: "last words\r\n")
        #expect(command.wait().status == 0)
    }

    @Test func foregroundWithoutATerminal() throws {
        let bundle = try bundle("true")
        try bundle.run().failed(from: "runc run failed: ", to: "open /dev/tty: no such device or address")
        bundle.expectNothingLeft()
    }
}
