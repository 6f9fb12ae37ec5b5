import ByteStrings
import ContainerInit
import LinuxKernel

extension Conversation {
    /// Waits for the next message of the child and does what it asks for.
    package func handleMessage() throws(ContainerError) {
        guard let socket else { throw ContainerError(reason: "the container's init was not started") }
        try awaitWord(from: socket.file)
        let received = try attempt("recvmsg") { () throws(Errno) in try socket.file.receive() }
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
            guard let master = received.takeDescriptor(), try isMaster(master) else { throw misplacedMessage }
            terminal = SharedDescriptor(master)
        case .seccompListener:
            guard let listener = received.takeDescriptor(), SeccompCalls.isListener(listener),
                let pid = childPID
            else { throw misplacedMessage }
            guard let agent else { throw misplacedMessage }
            try agent.serve(listener, pid: pid)
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

    package var misplacedMessage: ContainerError {
        ContainerError(.childDied, context: context, reason: "the container's init sent a message that is out of place")
    }

    /// Waits for a message. While the second of two processes has not spoken yet, the end of the first without a word is the
    /// end of all, unless it ended as it does when it has made the second.
    private func awaitWord(from socket: borrowing FileDescriptor) throws(ContainerError) {
        guard awaitsSuccessor else { return }
        var watched = PollSet()
        watched.add(socket)
        switch child {
        case .some(let first): watched.add(first)
        case .none: return
        }
        let hasWord = try attempt("poll", "the container's init") { () throws(Errno) in
            _ = try watched.wait(milliseconds: -1)
            return try socket.poll(events: PollSet.input, milliseconds: 0) != 0
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

    private func isMaster(_ descriptor: borrowing FileDescriptor) throws(ContainerError) -> Bool {
        try attempt("stat", "the container's terminal") { () throws(Errno) in
            try PseudoTerminal.isMaster(descriptor)
        }
    }
}
