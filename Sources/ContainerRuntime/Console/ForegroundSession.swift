import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// What a caller does while its container, or one process of it, runs in the foreground: passes signals on, carries
/// bytes between the terminals, and waits.
final class ForegroundSession {
    private let signals: SignalStream
    /// The caller's terminal, raw while the session lasts, if the process has one of its own.
    private var host: HostTerminal?
    /// What the process has in place of the caller's standard streams.
    private(set) var streams: StandardStreams?

    /// Prepares the session before the process is made, so that no signal is lost and a missing terminal is known early.
    ///
    /// - Parameter owner: the host's ids of the container's root, to whom the process's streams belong at first.
    init(needsTerminal: Bool, owner: (user: UInt32, group: UInt32)) throws(ContainerError) {
        signals = try attempt("signalfd") { () throws(Errno) in try SignalStream() }
        if needsTerminal { host = try HostTerminal.find() } else { streams = try StandardStreams(owner: owner) }
    }

    /// Lets the terminals have the same size and settings, now that the process's is there.
    func adopt(_ terminal: SharedDescriptor?) throws(ContainerError) {
        guard let host, let terminal else { return }
        try host.prepare(master: terminal.file)
    }

    /// Serves until the process ends.
    ///
    /// - Parameter start: the start that it was given, and that may not have come to the program yet; nil for a restored process.
    func run(
        _ process: borrowing ProcessHandle, _ start: PendingStart?, terminal master: SharedDescriptor?,
        notifySocket: borrowing NotifySocket?
    ) throws(ContainerError) -> ProcessStatus {
        let (input, outputs) = try relays(master: master)
        if let host { try host.makeRaw() }
        defer { host?.restore() }
        do throws(Errno) {
            return try serve(process, start, master: master, input, outputs, notifySocket: notifySocket)
        } catch {
            throw ContainerError(operation: "poll", errno: error, reason: "waiting for the container")
        }
    }

    /// What carries the bytes to the process and from it: between two terminals, or between the caller's streams and the
    /// process's pipes.
    private func relays(master: SharedDescriptor?) throws(ContainerError) -> (input: ByteRelay?, outputs: [ByteRelay]) {
        guard let master else { return (streams?.input, streams?.outputs ?? []) }
        try attempt("fcntl", "the container's terminal") { () throws(Errno) in try master.file.setNonBlocking() }
        // The caller's terminal may be known by standard error alone; the bytes go where its input and output are. A
        // terminal that nobody looks at any more does not stop who writes to it.
        return (
            ByteRelay(from: .standardInput, to: master),
            [ByteRelay(from: master, to: .standardOutput, onLoss: .drainsSource)]
        )
    }

    private func serve(
        _ process: borrowing ProcessHandle, _ start: PendingStart?, master: SharedDescriptor?, _ input: ByteRelay?,
        _ outputs: [ByteRelay], notifySocket: borrowing NotifySocket?
    ) throws(Errno) -> ProcessStatus {
        var isNotified = false
        while true {
            var watched = PollSet()
            watched.add(signals.stream)
            watched.add(process)
            start?.watch(in: &watched)
            if !isNotified { Self.watch(notifySocket, in: &watched) }
            input?.watch(in: &watched)
            for relay in outputs { relay.watch(in: &watched) }
            _ = try watched.wait(milliseconds: -1)
            start?.note(watched)
            if !isNotified { isNotified = try Self.forward(notifySocket, ifReady: watched) }
            if watched.hasEnded(process) {
                // Nobody is left for the signals, and what it left behind goes to another reaper with this process.
                try finish(outputs.filter { !$0.isDone(watched) })
                return try process.reap()
            }
            if watched.isReady(signals.stream) { try passSignals(to: process, master: master) }
            try input?.move(watched)
            for relay in outputs { try relay.move(watched) }
        }
    }

    /// How much a process can have left in a pipe or a terminal; what is more comes from others.
    private static let mostLeft = 1 << 20

    /// Carries what the process wrote last; what was meant for it is not wanted any more. A reader may take its time:
    /// only the signals that ask programs to end cut this short.
    private func finish(_ outputs: [ByteRelay]) throws(Errno) {
        var left = outputs.map { _ in Self.mostLeft }
        while true {
            var watched = PollSet()
            var isWaiting = false
            for (index, relay) in outputs.enumerated() {
                try relay.finish(left: &left[index])
                guard relay.holdsBytes else { continue }
                relay.watch(in: &watched)
                isWaiting = true
            }
            guard isWaiting else { return }
            watched.add(signals.stream)
            _ = try watched.wait(milliseconds: -1)
            while let signal = try signals.next() { if SignalNumber.usualEnds.contains(signal) { return } }
        }
    }

    private static func watch(_ notifySocket: borrowing NotifySocket?, in watched: inout PollSet) {
        switch notifySocket {
        case .some(let notifySocket): watched.add(notifySocket.socket)
        case .none: return
        }
    }

    /// In the foreground the service manager watches this process, which lives as long as the container.
    private static func forward(
        _ notifySocket: borrowing NotifySocket?, ifReady watched: PollSet
    ) throws(Errno) -> Bool {
        switch notifySocket {
        case .some(let notifySocket):
            guard watched.isReady(notifySocket.socket) else { return false }
            return try notifySocket.forwardIfReady(main: processIdentifier, waits: false)
        case .none: return true
        }
    }

    private func passSignals(to process: borrowing ProcessHandle, master: SharedDescriptor?) throws(Errno) {
        while let signal = try signals.next() {
            switch signal {
            case SignalNumber.child: try reapOrphans(except: process.pid)
            case SignalNumber.windowSize: if let master { host?.copySize(to: master.file) }
            // A failed write of the runtime's own is none of the container's business, nor is its runtime's urgency.
            case SignalNumber.brokenPipe, SignalNumber.fileSizeExceeded, SignalNumber.urgent: continue
            default:
                do throws(Errno) {
                    try process.send(signal: signal)
                } catch .noSuchProcess {
                    return
                }
            }
        }
    }

    /// As a subreaper the runtime inherits what the container leaves behind; the process itself is reaped at the end.
    private func reapOrphans(except pid: Int32) throws(Errno) {
        // The process of a command in the foreground has no other children.
        while let ended = try peekEndedChild(), ended != pid { _ = try reapChild(ended) }
    }
}

/// The terminal of the caller.
final class HostTerminal {
    private let terminal: SharedDescriptor
    private let original: TerminalSettings

    private init(_ terminal: SharedDescriptor, original: TerminalSettings) {
        self.terminal = terminal
        self.original = original
    }

    /// Finds it: standard error, output or input, else the controlling terminal.
    static func find() throws(ContainerError) -> HostTerminal {
        let streams: [SharedDescriptor] = [.standardError, .standardOutput, .standardInput]
        for stream in streams where stream.file.isTerminal {
            let settings = try attempt("tcgetattr") { () throws(Errno) in try TerminalSettings(of: stream.file) }
            return HostTerminal(stream, original: settings)
        }
        do throws(Errno) {
            let terminal = SharedDescriptor(
                try FileDescriptor.open("/dev/tty", [.readWrite, .noControllingTerminal]))
            return HostTerminal(terminal, original: try TerminalSettings(of: terminal.file))
        } catch {
            throw ContainerError(origin: Origin(.terminal), errno: error, reason: "open /dev/tty")
        }
    }

    /// Gives the container's terminal this one's size, and the translation of newlines to this one alone.
    func prepare(master: borrowing FileDescriptor) throws(ContainerError) {
        copySize(to: master)
        try attempt("tcsetattr", "the container's terminal") { () throws(Errno) in
            try TerminalSettings(of: master).withoutNewlineTranslation.apply(to: master)
        }
    }

    func copySize(to master: borrowing FileDescriptor) {
        guard let size = PseudoTerminal.size(of: terminal.file) else { return }
        do throws(Errno) {
            try PseudoTerminal.setSize(of: master, rows: size.rows, columns: size.columns)
        } catch {
            // The container's end is closed: nobody is left to see a size.
        }
    }

    func makeRaw() throws(ContainerError) {
        try attempt("tcsetattr", "the terminal") { () throws(Errno) in try original.madeRaw.apply(to: terminal.file) }
    }

    func restore() {
        do throws(Errno) {
            try original.apply(to: terminal.file)
        } catch {
            // The terminal is gone, and its settings with it.
        }
    }
}
