import ByteStrings
import Cgroups
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// What the runtime and its child say to each other: the runtime makes the child, serves it while it sets itself up, and
/// meets it at the points of the plan.
package final class Conversation {
    package let plan: ContainerPlan
    package let slots: Slots
    package let report: WarningReport
    /// Takes what only somebody who looks for a fault wants to know; its words are those that tools look for in runc's
    /// debug log.
    package let trace: WarningReport?
    /// Takes the times of the child; nil spares the work.
    private let timeline: Timeline?
    /// What a failed child is called in an error: `error during container init: ` for the first process of a container.
    package let context: StaticString

    package private(set) var socket: SharedDescriptor?
    /// What the child executes. Its mount is closed when there is nothing to do but wait, since that takes a while.
    private var executable: SealedExecutable?
    /// The process that is, or will become, the program.
    package var child: ProcessHandle?
    /// Whether the child is the first of two processes, and the second has not spoken yet.
    package private(set) var awaitsSuccessor = false
    /// Whether the names of the standard streams that the child is handed will be recorded.
    var namesStreams = false
    /// Those names.
    package private(set) var streamNames: [ByteString] = []
    /// Where the child waits before its exec: for its cgroup, for the mappings of its user namespace.
    private var gate: FileDescriptor?
    /// The master of the child's terminal, once the child has made it.
    package var terminal: SharedDescriptor?
    /// The points that the child has come to and was not let go from.
    package var reached: [MeetingPoint] = []
    package var isReady = false
    /// What the child may ask for; made when it asks first.
    package lazy var mountSources = plan.mountSources
    /// What the child has said that it may say only once.
    package var heard = HeardMessages()
    /// How the child ended, if it ended without a word.
    package private(set) var death: ProcessStatus?
    /// The memory in which a child leaves what its filter may keep it from saying.
    package private(set) var finalWord: SharedDescriptor?
    /// Who gets the listener of a seccomp filter.
    package var agent: SeccompAgent?
    /// What the child executes.
    let program: InitProgram

    package init(
        plan: ContainerPlan, slots: Slots, program: InitProgram, context: StaticString,
        report: @escaping WarningReport, trace: WarningReport?, timeline: Timeline?
    ) {
        self.program = program
        self.plan = plan
        self.slots = slots
        self.context = context
        self.report = report
        self.trace = trace
        self.timeline = timeline
    }

    // MARK: - The child

    /// Clones and executes the child, and hands it its lane of the plan.
    ///
    /// - Parameters:
    ///   - cgroup: the directory of the unified hierarchy that it starts in.
    ///   - tasks: the files of the other hierarchies through which it joins.
    ///   - isHeld: whether it waits for `letGo` before all else.
    package func spawn(
        _ step: SpawnStep, cgroup: DescriptorNumber?, tasks: borrowing DescriptorList, isHeld: Bool = false
    ) throws(ContainerError) {
        var executable = try sealedExecutable(for: step)
        try timeline?.watch(plan.child, slots)
        if plan.child.mayFallSilent, slots.number(of: .finalWord) == nil {
            slots.fill(.finalWord, try attempt("memfd_create") { () throws(Errno) in try FinalWord.makeMemory() })
        }
        // The numbers below are taken in the child: by its streams, its socket and what it passes on.
        let lowest = 4 + Int32(clamping: slots.count(of: .passed))
        let pair = try attempt("socketpair") { () throws(Errno) in
            let pair = try SocketPair()
            try pair.nameSenders()
            return pair
        }
        var childPlan = plan.child
        childPlan.nullStreams = slots.nullStreams
        childPlan.ownStreams = slots.ownStreams
        childPlan.hasOpenStreams = ThisProcess.isCommand
        var streams: [(source: DescriptorNumber, target: DescriptorNumber)] = []
        var kept = DescriptorList()
        for (slot, given) in slots.filled where slot.isForChild {
            var number = given
            if given.rawValue < lowest, !slot.isInPlace(given) {
                let moved = try attempt("dup") { () throws(Errno) in try given.duplicate(atLeast: lowest) }
                number = moved.number
                kept.append(moved)
            }
            if slot.purpose == .standardStream {
                streams.append((source: number, target: DescriptorNumber(rawValue: Int32(slot.index))))
            } else {
                childPlan.slots.append(
                    InheritedSlot {
                        $0.slot = slot
                        $0.number = number
                    })
            }
        }
        var gateReader: FileDescriptor?
        if step.waitsForMappings || isHeld {
            let pipe = try attempt("pipe") { () throws(Errno) in try FileDescriptor.pipe() }
            pipe.takeEnds { (read: consuming FileDescriptor, write: consuming FileDescriptor) in
                gateReader = consume read
                gate = consume write
            }
        }
        var request = SpawnRequest(socket: pair.second.number)
        request.flags = step.namespaces
        request.cgroup = cgroup
        request.tasks = tasks.numbers
        request.streams = streams
        request.kept = childPlan.slots.map(\.number)
        if let reader = gateReader.number, let writer = gate.number {
            request.gate = (reader: reader, writer: writer)
            request.waits = (isHeld ? 1 : 0) + (step.waitsForMappings ? 1 : 0)
            request.becomesRoot = step.waitsForMappings
        }
        // A child inherits them; this thread takes its own back at once.
        let ownProcessors = try move(to: step.processors)
        defer { move(backTo: ownProcessors) }
        do throws(Errno) {
            child = try LinuxKernel.spawn(program: executable.program, arguments: ["apus", "init"], request)
        } catch {
            throw ContainerError(
                operation: "clone3", origin: cgroup != nil && Self.isOfCgroup(error) ? Origin(.cgroupsPath) : nil,
                errno: error, reason: "unable to start the container's init", remedy: Self.remedy(forClone: error))
        }
        awaitsSuccessor = step.isStaged
        timeline?.noteChild(childPID)
        // While the child's program starts.
        try handOver(&childPlan, over: pair.first)
        var unneeded = ClosingRow()
        socket = SharedDescriptor(pair.takeFirst(closing: &unneeded))
        if namesStreams {
            streamNames = DescriptorNumber.standardStreams.map {
                slots.nullStreams.contains($0)
                    ? "/dev/null" : streamName(slots.number(of: .standardStream($0)) ?? $0, of: ThisProcess.entry)
            }
        }
        executable.giveUpContext(to: &unneeded)
        // The child has them: only then does their end tell that the child is gone.
        for number in DescriptorNumber.standardStreams {
            if let end = slots.take(.standardStream(number)) { unneeded.take(end) }
        }
        finalWord = SharedDescriptor(ifPresent: slots.take(.finalWord))
        self.executable = consume executable
        traceSpawn(step)
    }

    /// Sends the child its lane of the plan, with what it has of this thread.
    private func handOver(_ childPlan: inout ChildPlan, over socket: borrowing FileDescriptor) throws(ContainerError) {
        let status = ThreadStatus.current()
        childPlan.boundingSet = status.boundingSet
        childPlan.ignoredSignals = status.ignoredSignals
        childPlan.hasNoGroups = status.hasNoGroups
        try PlanDelivery.send(childPlan, over: socket)
    }

    /// Runs this thread on `processors` only, and gives those that it had; nil when it stays where it is.
    private func move(to processors: [Int32]) throws(ContainerError) -> [UInt64]? {
        guard !processors.isEmpty else { return nil }
        do throws(Errno) {
            let own = try affinityMask()
            try setAffinity(processors.map { Int($0) })
            if let trace { trace("affinity: " + hexadecimalText(of: try affinityMask())) }
            return own
        } catch {
            throw ContainerError(
                operation: "sched_setaffinity", origin: Origin(.execCPUAffinity), subject: "\(processors)",
                errno: error, remedy: error == .invalidArgument ? "the runtime may run on none of these" : "")
        }
    }

    private func move(backTo processors: [UInt64]?) {
        guard let processors else { return }
        do throws(Errno) {
            try setAffinity(mask: processors)
        } catch {
            report("unable to run on the former processors again: " + error.message)
        }
    }

    /// Whether a refusal of clone3 says that the cgroup takes no process of this runtime's: nothing else gives these.
    private static func isOfCgroup(_ errno: Errno) -> Bool {
        errno == .permissionDenied || errno == .busy || errno == .noSuchFileOrDirectory || errno == .notSupported
            || errno == .noSuchDevice
    }

    private static func remedy(forClone errno: Errno) -> String {
        switch errno {
        case .permissionDenied:
            "a process goes into a cgroup only from one that the same user owns, as in systemd-run --user --scope"
        case .noSpace: "a limit in /proc/sys/user/max_*_namespaces is reached, or namespaces are nested too deeply"
        case .notPermitted:
            "new namespaces take root or a user namespace, and a user namespace takes a runtime whose own ids are mapped: "
                + "see /proc/self/uid_map"
        case .busy: "the cgroup has become an inner node, which takes no process"
        case .tryAgain: "a limit of processes is reached: pids.max, RLIMIT_NPROC or kernel.pid_max"
        default: ""
        }
    }

    // MARK: - The conversation

    /// Waits until the child has come to `point`.
    package func await(_ point: MeetingPoint) throws(ContainerError) {
        while !reached.contains(point) { try handleMessage() }
    }

    /// Lets the child go on from `point`.
    package func release(_ point: MeetingPoint) throws(ContainerError) {
        reached.removeAll { $0 == point }
        try tellProceed()
    }

    /// Waits until the child has done all its steps but the last ones.
    package func awaitReady() throws(ContainerError) {
        executable?.closeMount()
        guard !isReady else { return }
        while !isReady { try handleMessage() }
        trace?("init: closing the pipe to signal completion")
    }

    /// What the child executes, for as long as it does: whoever lets go of it last makes the file system of its overlay end,
    /// which takes a while, and had better not be the child on the way to its program.
    package func takeExecutable() -> SealedExecutable? { executable.take() }

    /// Lets the child into its user namespace, whose mappings are written.
    package func admitIntoUserNamespace() throws(ContainerError) {
        try openGate("the word that the id mappings are there")
        gate = nil
    }

    /// Lets a child that is held go on: it is in its cgroup.
    package func letGo() throws(ContainerError) { try openGate("the word that the process is in its cgroup") }

    private func openGate(_ subject: String) throws(ContainerError) {
        guard gate != nil else { return }
        try attempt("write", Path(subject)) { () throws(Errno) in try gate?.write([1]) }
    }

    package func tellProceed() throws(ContainerError) {
        try tellProceed { (socket, bytes) throws(Errno) in try socket.send(bytes) }
    }

    /// Lets the child go on, with an open file that it has asked for.
    package func tellProceed(with file: borrowing FileDescriptor) throws(ContainerError) {
        try tellProceed { (socket, bytes) throws(Errno) in try socket.send(bytes, with: file) }
    }

    private func tellProceed(
        _ send: (borrowing FileDescriptor, [UInt8]) throws(Errno) -> Void
    ) throws(ContainerError) {
        guard let socket else { return }
        do throws(Errno) {
            try send(socket.file, Message.proceed.bytes)
        } catch .brokenPipe {
            // The reason is in what the child said last.
            try handleMessage()
        } catch {
            throw ContainerError(operation: "sendmsg", errno: error, reason: "answering the container's init")
        }
    }

    /// Says how the child ended when it ended without a word.
    package func explainDeath() -> ContainerError {
        if let finalWord, var error = FinalWord.read(in: finalWord.file) {
            error.context = context
            return error
        }
        var how = "it ended without saying why"
        if let child = child.take() {
            do throws(Errno) {
                // It closed its socket, so its end is near; a hang here would hide everything.
                if try child.waitForEnd(milliseconds: 10_000) {
                    let status = try child.reap()
                    death = status
                    how = Self.text(of: status)
                }
            } catch {
                // Reaped by somebody else: nothing more to learn.
            }
        }
        return ContainerError(.childDied, context: context, reason: "the container's init died: " + how)
    }

    private static func text(of status: ProcessStatus) -> String {
        switch status {
        case .exited(SpawnFailure.memory): "there was no memory for its exec"
        case .exited(SpawnFailure.cgroup): "it could not join the container's cgroup"
        case .exited(SpawnFailure.descriptors): "it could not set up its descriptors"
        case .exited(SpawnFailure.identity): "it could not become root of its user namespace"
        case .exited(SpawnFailure.execution): "the kernel did not execute the runtime's sealed copy"
        case .exited(let code): "it exited with status \(code)"
        case .killed(SignalNumber.kill): "it was killed (signal 9)"
        case .killed(let signal): "it was killed by signal \(signal)"
        }
    }

    // MARK: - The end

    /// How long a child may take to take back what it did, in milliseconds.
    private static let patience: Int32 = 10_000

    /// Kills the child and takes its status; nothing if there is none. One that takes back what it did is left the time for it.
    package func killChild() {
        if let child = child.take() {
            do throws(Errno) {
                if plan.child.takesBack {
                    socket = nil
                    _ = try child.waitForEnd(milliseconds: Self.patience)
                }
                try child.send(signal: SignalNumber.kill)
                _ = try child.reap()
            } catch {
                // Gone already, or not ours any more: either way it does not run.
            }
        }
    }

    /// The number of the child, if there is one.
    package var childPID: Int32? {
        switch child {
        case .some(let handle): handle.pid
        case .none: nil
        }
    }

    /// Goes on with the second of two processes; the first has nothing left to do.
    package func replaceChild(by successor: consuming ProcessHandle) {
        killChild()
        awaitsSuccessor = false
        child = consume successor
        timeline?.noteChild(childPID)
    }

    /// Lends the handle of the child, if there is one.
    package func withChild(_ body: (borrowing ProcessHandle) throws(ContainerError) -> Void) throws(ContainerError) {
        switch child {
        case .some(let handle): try body(handle)
        case .none: break
        }
    }

    /// Gives up the handle of the child.
    package func takeChild() -> ProcessHandle? { child.take() }

    /// Gives up the socket to the child, which has nothing more to say.
    package func takeSocket() -> SharedDescriptor? { socket.take() }

    /// Gives up the file with the child's final word.
    package func takeFinalWord() -> SharedDescriptor? { finalWord.take() }

    /// Gives up the master of the terminal.
    package func takeTerminal() -> SharedDescriptor? { terminal.take() }
}
