import Linux

/// What a child has said so far, against what its plan lets it say.
///
/// The child works where a container may have got hold of it. So each of its messages is only taken from the process
/// that it must come from, as often as the plan has a step that sends it, and for what the plan says.
struct HeardMessages {
    private var points: [MeetingPoint] = []
    private var mapped: [Slot] = []
    private var handedOver: [Slot] = []
    private var hasTerminal = false
    private var hasListener = false
    private var warnings = 0

    /// More than any plan gives cause for.
    private static let mostWarnings = 256

    /// Whether the plan has a step for this message that has not sent it yet.
    mutating func expect(_ message: Message, from steps: [ChildStep]) -> Bool {
        switch message {
        case .meeting(let point):
            let isPlanned = steps.contains { if case .meet(point) = $0.operation { true } else { false } }
            guard isPlanned, !points.contains(point) else { return false }
            points.append(point)
        case .terminal:
            let isPlanned = steps.contains { if case .openTerminal = $0.operation { true } else { false } }
            guard isPlanned, !hasTerminal else { return false }
            hasTerminal = true
        case .seccompListener:
            let isPlanned = steps.contains {
                if case .loadSeccomp(let step) = $0.operation { step.listens } else { false }
            }
            guard isPlanned, !hasListener else { return false }
            hasListener = true
        case .mountSource(let slot):
            guard !handedOver.contains(slot) else { return false }
            handedOver.append(slot)
        case .mapIDs(let slot):
            guard !mapped.contains(slot) else { return false }
            mapped.append(slot)
        case .warning:
            warnings += 1
            return warnings <= Self.mostWarnings
        case .forked, .ready, .failed: break
        case .proceed: return false
        }
        return true
    }
}

extension PlanRunner {
    /// Waits for the next message of the child and does what it asks for.
    func handleMessage() throws(ContainerError) {
        guard let socket = socket.raw else { throw ContainerError(reason: "the container's init was not started") }
        try awaitWord(from: socket)
        let received = try attempt("recvmsg") { () throws(Errno) in try receive(from: socket) }
        guard var received else { throw explainDeath() }
        let message: Message
        do throws(PlanCodingError) {
            message = try Message(received.bytes)
        } catch {
            throw misplacedMessage
        }
        guard heard.expect(message, from: plan.child.steps) else { throw misplacedMessage }
        if case .forked = message { return try adoptSuccessor(received.sender) }
        guard received.sender == childPID else { throw misplacedMessage }
        switch message {
        case .meeting(let point): reached.append(point)
        case .terminal:
            guard let master = received.takeDescriptor(), try isMaster(master.raw) else { throw misplacedMessage }
            terminal = consume master
        case .seccompListener:
            guard let listener = received.takeDescriptor(), SeccompCalls.isListener(listener.raw),
                let pid = childPID
            else { throw misplacedMessage }
            try serveListener?(FileDescriptorBox(listener), pid)
            try tellProceed()
        case .mountSource(let slot): try handOver(slot)
        case .mapIDs(let slot):
            guard let tree = received.takeDescriptor() else { throw misplacedMessage }
            try mapIDs(of: tree, slot)
            try tellProceed()
        case .warning(let text): report(oneLine(text, limit: 6000))
        case .ready:
            guard !awaitsSuccessor else { throw misplacedMessage }
            isReady = true
        case .failed(let error):
            var error = error
            error.context = context
            throw error
        case .forked, .proceed: throw misplacedMessage
        }
    }

    var misplacedMessage: ContainerError {
        ContainerError(.childDied, context: context, reason: "the container's init sent a message that is out of place")
    }

    /// Waits for a message. While the second of two processes has not spoken yet, the end of the first without a word is the
    /// end of all, unless it ended as it does when it has made the second.
    private func awaitWord(from socket: Int32) throws(ContainerError) {
        guard awaitsSuccessor, let first = childDescriptor else { return }
        let hasWord = try attempt("poll", "the container's init") { () throws(Errno) in
            var watched = PollSet()
            watched.add(socket)
            watched.add(first)
            _ = try watched.wait(milliseconds: -1)
            return try poll(socket, events: PollSet.input, milliseconds: 0) != 0
        }
        if hasWord { return }
        let error = explainDeath()
        guard death == .exited(0) else { throw error }
    }

    /// Goes on with the process that sent the word, which must be the second one that the plan has: a child of this
    /// process, and another one than the first.
    private func adoptSuccessor(_ sender: Int32) throws(ContainerError) {
        guard awaitsSuccessor, sender > 0, sender != childPID else { throw misplacedMessage }
        do throws(Errno) {
            let successor = try ProcessHandle(pid: sender)
            guard try successor.isChild() else { throw Errno.noChildProcesses }
            replaceChild(by: successor)
        } catch {
            throw misplacedMessage
        }
    }

    private func isMaster(_ descriptor: Int32) throws(ContainerError) -> Bool {
        try attempt("stat", "the container's terminal") { () throws(Errno) in
            try PseudoTerminal.isMaster(descriptor)
        }
    }
}
