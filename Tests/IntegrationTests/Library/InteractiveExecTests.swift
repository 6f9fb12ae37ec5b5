import Containers
import Foundation
import Testing

/// A shell on a terminal in a container that runs, as a program that offers one to its user has it.
@Suite(.containers, .requires(.root, .runtime), .timeLimit(.minutes(10)))
struct InteractiveExecTests {
    /// What a user sees: all output up to the text that was waited for.
    private struct Screen {
        private var output: OutputSequence.AsyncIterator
        private var shown = ""

        init(_ terminal: PseudoTerminal) { output = terminal.output.makeAsyncIterator() }

        mutating func wait(for text: String) async throws {
            while true {
                if let range = shown.range(of: text) {
                    shown.removeSubrange(..<range.upperBound)
                    return
                }
                let bytes = try #require(try await output.next(), "the terminal ended before \(text): \(shown)")
                shown += String(decoding: bytes, as: UTF8.self)
            }
        }

        mutating func waitForEnd() async throws { while try await output.next() != nil {} }
    }

    @Test func aShellOnATerminal() async throws {
        let library = try LibraryStore()
        let container = try await library.store.create("shell", library.source("sleep 1000"), streams: .discarded)
        try await container.start()
        var options = ProcessOptions()
        options.terminal = true
        options.consoleSize = ConsoleSize(height: 24, width: 80)
        options.environment = ["TERM=xterm", "PS1=$ "]
        let shell = try await container.exec(["sh"], options: options)
        let terminal = try #require(shell.terminal)
        var screen = Screen(terminal)
        try await terminal.input.write("echo size: $(stty size)\n")
        try await screen.wait(for: "size: 24 80")
        try terminal.resize(ConsoleSize(height: 40, width: 132))
        #expect(terminal.size == ConsoleSize(height: 40, width: 132))
        try await terminal.input.write("echo size: $(stty size)\n")
        try await screen.wait(for: "size: 40 132")
        // What is typed is interpreted by the terminal: Control-C ends what runs, Control-D the shell.
        // An interrupt between two commands of its own list would not keep the shell from the second one.
        try await terminal.input.write("(echo waiting; exec sleep 1000)\n")
        try await screen.wait(for: "\nwaiting")
        try await terminal.input.write([3])
        // What is typed before the shell is back goes with the interrupt.
        try await screen.wait(for: "$ ")
        try await terminal.input.write("echo b''ack\n")
        try await screen.wait(for: "back")
        // Before the shell has made the terminal its own again, an end of input is a byte like others by the time it is read.
        try await screen.wait(for: "$ ")
        try await terminal.input.write([4])
        try await screen.waitForEnd()
        #expect(try await shell.wait().status == .exited(0))
        // The rest of the container has not noticed.
        #expect(try container.status() == .running)
        try await container.delete(force: true)
        try library.expectEmpty()
    }

    @Test func theUserGoesAway() async throws {
        let library = try LibraryStore()
        let container = try await library.store.create("gone", library.source("sleep 1000"), streams: .discarded)
        try await container.start()
        var options = ProcessOptions()
        options.terminal = true
        let task = Task {
            try await container.run(["sh"], options: options) { shell in
                guard let terminal = shell.terminal else { return }
                for try await _ in terminal.output {}
            }
        }
        // The shell is there, or is about to be.
        let deadline = ContinuousClock.now + .seconds(60 * Int(patience))
        while try container.processes().count < 2 {
            try #require(ContinuousClock.now < deadline, "the shell is there")
            try await Task.sleep(for: .milliseconds(10))
        }
        task.cancel()
        let error = await #expect(throws: ContainerError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        let left = try await container.run(["ps", "-o", "comm"])
        #expect(!left.standardOutput.text.split(separator: "\n").contains("sh"), "\(left)")
        try await container.delete(force: true)
        try library.expectEmpty()
    }

    /// A bundle whose process has a terminal is known to have one only once it is read.
    @Test func theTerminalOfABundle() async throws {
        let library = try LibraryStore()
        try library.bundle.change {
            $0.process.args = ["sh", "-c", "test -t 0 && test -t 1 && test -t 2 && echo a terminal"]
            $0.process.terminal = true
        }
        let result = try await library.store.run(.bundle(Path(library.bundle.path)), input: .text("not for a terminal"))
        #expect(result.standardOutput == "a terminal\r\n")
        try library.expectEmpty()
    }
}
