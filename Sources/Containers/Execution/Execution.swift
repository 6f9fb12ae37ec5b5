import ContainerInit
import LinuxKernel

/// A process in a container: the first one, or one that `Container.exec` has added.
///
/// Any number of tasks may use it. It can be dropped at any time: the process goes on, and its status is taken when it ends.
/// What it writes then, to a pipe that nobody can read any more, fails.
public final class Execution: Sendable {
    /// The number of the process on the host.
    public let processIdentifier: Int32
    /// What the process reads; writing fails unless its input is `.pipe`.
    public let standardInput: InputWriter
    /// What the process writes; empty unless its output is `.pipe`.
    public let standardOutput: OutputSequence
    /// What the process writes to its standard error; empty unless that is `.pipe`.
    public let standardError: OutputSequence
    /// The other end of the terminal, for a process that has one and no console socket.
    public let terminal: PseudoTerminal?

    let child: ChildProcess

    init(
        _ child: ChildProcess, input: ByteSink?, output: ByteSource?, error: ByteSource?, terminal: PseudoTerminal?
    ) {
        self.child = child
        processIdentifier = child.handle.pid
        standardInput = InputWriter(input)
        standardOutput = OutputSequence(output)
        standardError = OutputSequence(error)
        self.terminal = terminal
        // What is written by others, who hold the same pipe, is waited for no longer than the process lives. Pipes that nobody
        // holds any more are not kept for that.
        Task { [weak input, weak output, weak error, weak terminal] in
            _ = await child.end.value()
            output?.endWithoutMore()
            error?.endWithoutMore()
            input?.close()
            terminal?.source.endWithoutMore()
            terminal?.sink.close()
        }
    }

    /// How the process ended; nil while it lives.
    public var termination: Termination? { child.end.current?.termination }

    /// Waits until the process has ended. Any number of tasks may wait.
    ///
    /// - Throws: `cancelled` when the task is cancelled first, which does not end the process; and the reason when it ended
    ///   before it could become the program.
    public func wait() async throws(ContainerError) -> Termination {
        guard let end = await child.end.valueUnlessCancelled() else { throw .cancelled }
        if let failure = end.failure { throw failure }
        return end.termination
    }

    /// Sends a signal to the process alone.
    ///
    /// - Throws: `notRunning` when it has ended.
    public func send(_ signal: Signal) throws(ContainerError) { try child.send(signal) }

    /// Asks the process to end with `signal`, and kills it if it has not ended after `patience`.
    public func terminate(_ signal: Signal = .terminate, patience: Duration = .seconds(10)) async throws(ContainerError)
    {
        guard child.end.current == nil else { return }
        do throws(ContainerError) {
            try send(signal)
        } catch {
            guard error.code == .notRunning else { throw error }
            return
        }
        let child = child
        let killer = Task {
            // A wait that is cut short means that it has ended.
            do { try await Task.sleep(for: patience) } catch { return }
            do throws(ContainerError) { try child.send(.kill) } catch { return }
        }
        _ = await child.end.value()
        killer.cancel()
    }
}

extension ContainerError {
    /// The task was cancelled.
    static var cancelled: ContainerError { ContainerError(.cancelled, exactly: "the task was cancelled") }
}
