import ContainerInit
import ContainerSteps
import LinuxKernel

/// The word that lets a container's init go on to its program.
struct StartSignal {
    /// What the init waits at; the other end closes at the exec.
    private let way: SharedDescriptor
    private let isSocket: Bool

    /// Over the fifo of the state directory.
    init(over fifo: SharedDescriptor) {
        way = fifo
        isSocket = false
    }

    /// Over the socket to a process that was just made.
    init(over conversation: Conversation) throws(ContainerError) {
        guard let socket = conversation.takeSocket() else {
            throw ContainerError(reason: "the process has no start")
        }
        way = socket
        isSocket = true
    }

    /// Gives it and, if wanted, waits until the init has closed its end: by the exec of the program, or by its own end.
    func give(to process: borrowing ProcessHandle, waits: Bool = true) throws(ContainerError) {
        do throws(Errno) {
            let word = [UInt8(ascii: "0")]
            if isSocket { try way.file.send(word) } else { try way.file.write(word) }
            guard waits else { return }
            var watched = PollSet()
            watch(in: &watched)
            watched.add(process)
            _ = try watched.wait(milliseconds: -1)
        } catch .brokenPipe {
            // It ended before it read the word; its status tells.
        } catch {
            throw ContainerError(
                operation: isSocket ? "sendmsg" : "write", subject: "the start signal", errno: error)
        }
    }

    /// Watches for the exec, or for the process's end before it.
    func watch(in watched: inout PollSet) {
        // No event is asked for: the end of the last one at the other end comes unasked.
        watched.add(way.file, events: 0)
    }

    /// Whether that has come.
    func hasCome(_ watched: PollSet) -> Bool { watched.isReady(way.file) }
}

/// A start that was given, until the process has come to its program.
final class PendingStart {
    private var signal: StartSignal?
    private var executable: SealedExecutable?

    /// - Parameter executable: what the process executes before; see `Conversation.takeExecutable`.
    init(_ signal: StartSignal, _ executable: consuming SealedExecutable?) {
        self.signal = signal
        self.executable = executable
    }

    /// Watches for the exec, or for the process's end before it.
    func watch(in watched: inout PollSet) { signal?.watch(in: &watched) }

    /// Lets go of what was kept if that has come.
    func note(_ watched: PollSet) {
        guard signal?.hasCome(watched) ?? false else { return }
        signal = nil
        executable = nil
    }
}
