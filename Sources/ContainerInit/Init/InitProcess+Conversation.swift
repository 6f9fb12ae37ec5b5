import ByteStrings
import LinuxKernel

// What the child and its parent say to each other.
extension InitProcess {
    /// Sends a message; a parent that is gone ends the child.
    package func tell(_ message: Message) throws(ContainerError) {
        try tell { () throws(Errno) in try socket.send(message.bytes) }
    }

    /// Sends a message and an open file with it.
    package func tell(_ message: Message, with file: borrowing FileDescriptor) throws(ContainerError) {
        try tell { () throws(Errno) in try socket.send(message.bytes, with: file) }
    }

    private func tell(_ send: () throws(Errno) -> Void) throws(ContainerError) {
        do throws(Errno) {
            try send()
        } catch Errno.brokenPipe {
            endWithoutParent()
        } catch {
            throw ContainerError(operation: "sendmsg", errno: error, reason: "telling the runtime")
        }
    }

    /// Ends because the parent has; what it changed in a running container is taken back.
    private func endWithoutParent() -> Never {
        var failure = ContainerError(reason: "the runtime is gone")
        rootfs?.takeBack(&failure)
        exitProcess(1)
    }

    /// Waits for the parent's word; its end is the child's, too.
    package func awaitProceed() throws(ContainerError) { _ = try awaitProceedWithDescriptor() }

    /// Says that it has come to `point` and waits for the parent's word; false if that does not come.
    package func isConfirmed(_ point: MeetingPoint) -> Bool {
        do throws(Errno) {
            try socket.send(Message.meeting(point).bytes)
            return try socket.receive(capacity: 64)?.bytes == Message.proceed.bytes
        } catch {
            return false
        }
    }

    /// Waits for the parent's word and takes the descriptor that comes along, if one does.
    func awaitProceedWithDescriptor() throws(ContainerError) -> FileDescriptor? {
        let received = try attempt("recvmsg") { () throws(Errno) in try socket.receive(capacity: 64) }
        guard var received else { endWithoutParent() }
        guard received.bytes == Message.proceed.bytes else {
            throw ContainerError(operation: "recvmsg", reason: "unexpected message from the runtime")
        }
        return received.takeDescriptor()
    }

    /// Says that all is set up, and waits for the start, which the runtime gives at once if that `isAttended`.
    package func waitForStart(of giver: WaitForStartStep.Giver, isAttended: Bool) throws(ContainerError) {
        // Whoever waits for a container that is never started can end it as any other program.
        if !isAttended { try attempt("sigaction") { () throws(Errno) in try endByUsualSignals() } }
        // While it waits it holds nothing but the way to its start: what else it had would lie open to whoever may
        // trace it.
        try finishRootfs()
        try tell(.ready)
        // What the runtime hears no more the container's standard error takes.
        isOnItsOwn = true
        let byte: [UInt8]
        // What the word comes over stays open: whoever gave it waits for the end that closes at the exec.
        switch giver {
        case .maker: byte = try readStart(from: socket)
        case .start:
            guard let start = slots.take(.start) else {
                throw ContainerError(reason: "the child has no descriptor to wait on for the start")
            }
            socket = .unopened
            byte = try readStart(from: start)
            start.leaveOpen()
        }
        // The end of the stream instead of a byte: the runtime is gone.
        if byte.isEmpty { exitProcess(1) }
    }

    private func readStart(from file: borrowing FileDescriptor) throws(ContainerError) -> [UInt8] {
        try attempt("read", "the start signal") { () throws(Errno) in
            do throws(Errno) { return try file.read(count: 1) } catch .connectionReset { return [] }
        }
    }

    /// Ends the child with `error`, told to whoever listens.
    static func fail(_ error: ContainerError, _ process: InitProcess?) -> Never {
        process?.times?.end()
        if process?.isOnItsOwn ?? false {
            if !report(error.message + "\n") { process?.leave(error) }
            exitProcess(255)
        }
        do throws(Errno) {
            let bytes = Message.failed(error).bytes
            if let process {
                try process.socket.send(bytes)
            } else {
                try socketNumber.lend { (socket) throws(Errno) in try socket.send(bytes) }
            }
        } catch _ {
            // The filter denies even this, or the parent is gone and standard error is all that is left.
            process?.leave(error)
            if process?.values.filter == nil {
                report("apus init: the runtime ended before the container was set up\n")
            }
        }
        exitProcess(1)
    }

    private func leave(_ error: ContainerError) {
        var error = error
        if values.filter != nil, error.remedy.isEmpty {
            error.remedy = "the seccomp profile denies what the start of a program needs, and even saying so"
        }
        finalWord?.leave(error)
    }

    /// Writes to standard error; false when that is not possible.
    @discardableResult
    static func report(_ text: String) -> Bool {
        do throws(Errno) {
            // The end that says why must not become one by a signal.
            try surviveFailedWrites()
            try writeToStandardError(ByteString(text))
            return true
        } catch {
            return false
        }
    }
}
