import Cgroups
import Linux
import RuntimeSpec

/// One more process in a running container: from its description to a child that executes its program.
final class ProcessStart {
    private let container: Container
    private let options: ExecOptions
    private let process: Process
    private let runner: PlanRunner
    private let spec: Spec
    private let trace: WarningReport?
    private var consoleSocket: FileDescriptor?
    private var pidfdSocket: FileDescriptor?

    init(
        container: Container, options: ExecOptions, report: @escaping WarningReport, trace: WarningReport?
    ) throws(ContainerError) {
        self.container = container
        self.trace = trace
        self.options = options
        switch try container.status() {
        case .created, .running: break
        case .paused:
            guard options.ignoresPaused else {
                throw ContainerError(
                    .wrongStatus,
                    exactly: "cannot exec in a paused container (use --ignore-paused to override)")
            }
        case .stopped, .creating:
            throw ContainerError(.wrongStatus, exactly: "cannot exec in a stopped container")
        }
        let saved = try container.configuration()
        process = try ExecProcess(container: container, saved: saved, options: options).process
        var spec = saved
        spec.process = process
        self.spec = spec
        var creation = CreateOptions(bundle: container.record.bundle)
        creation.passedDescriptors = options.passedDescriptors
        creation.waitFifo = options.waitFifo
        creation.isRootless = container.record.isRootless
        var facts = HostFacts(bundle: container.record.bundle)
        facts.isRootless = container.record.isRootless
        facts.trustsAnnotations = container.store.trustsAnnotations
        if process.apparmorProfile?.isEmpty == false { facts.hasAppArmor = HostFacts.isAppArmorEnabled }
        if process.selinuxLabel?.isEmpty == false { facts.hasSELinux = HostFacts.isSELinuxEnabled }
        var joins = CloneFlags()
        for namespace in container.record.namespaces { joins.insert(namespace.type.cloneFlags) }
        let plan = try PlanBuilder(spec: spec, id: container.id, options: creation, facts: facts).buildExec(
            process, joining: joins, keepsKeyring: container.record.keepsKeyring)
        runner = PlanRunner(plan: plan, context: "unable to start container process: ", report: report, trace: trace)
        for text in plan.warnings { report(text) }
    }

    /// Whether the process has a terminal.
    var hasTerminal: Bool { process.terminal }

    /// The host's ids of the container's root.
    var rootOwner: (user: UInt32, group: UInt32) { NamespacePlan.rootOwner(spec) }

    /// What the process is handed.
    var descriptors: DescriptorTable { runner.descriptors }

    /// Starts the process; when anything fails, none is left.
    ///
    /// - Parameter adopt: gets the master of the process's terminal before its program runs.
    func perform(
        adopting adopt: (borrowing FileDescriptor?) throws(ContainerError) -> Void
    ) throws(ContainerError) -> StartedProcess {
        if process.terminal, options.detaches, options.consoleSocket == nil {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.terminal),
                reason: "cannot allocate tty if " + options.programName
                    + " will detach without setting console socket")
        }
        if options.consoleSocket != nil, !process.terminal || !options.detaches {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.terminal),
                reason: "cannot use console socket if " + options.programName + " will not detach or allocate tty")
        }
        let bundle = container.record.bundle
        if let path = options.consoleSocket { consoleSocket = try ConsoleSocket.connect(to: path, bundle: bundle) }
        if let path = options.pidfdSocket { pidfdSocket = try ConsoleSocket.connect(to: path, bundle: bundle) }
        try takePassedDescriptors()
        if let path = options.waitFifo { runner.descriptors.fill(.waitFifo, try Self.openFifo(path)) }
        guard let first = try container.openProcess() else {
            throw ContainerError(.wrongStatus, exactly: "cannot exec in a stopped container")
        }
        let firstPID = first.pid
        runner.descriptors.fill(
            .containerProcess, try attempt("dup") { () throws(Errno) in try first.descriptor.duplicate(atLeast: 10) })
        let pipe = try attempt("pipe") { () throws(Errno) in try FileDescriptor.pipe() }
        let starter = try attempt("dup") { () throws(Errno) in try pipe.write.duplicate(atLeast: 10) }
        runner.descriptors.fill(.start, pipe.takeRead())
        do throws(ContainerError) {
            try spawn(besides: firstPID)
            try runner.awaitReady()
            if let pid = runner.childPID { try container.record.joinIntelRdt(pid) }
            trace?("setns_init: about to exec " + (process.args.first ?? ""))
            try handOver()
            try runner.withTerminal(adopt)
            try giveStart(over: starter, waits: options.detaches && runner.plan.child.hasFilter)
            if options.detaches { try FinalWord.check(runner.finalWord) }
        } catch {
            runner.killChild()
            throw error
        }
        return StartedProcess(
            process: runner.takeChild(), terminal: runner.takeTerminal(), finalWord: runner.takeFinalWord())
    }

    private func giveStart(over starter: borrowing FileDescriptor, waits: Bool) throws(ContainerError) {
        // The child's end only: that it is closed tells when the program runs.
        _ = runner.descriptors.take(.start)
        try runner.withChild { (process) throws(ContainerError) in
            try StartSignal.give(over: starter, to: process, waits: waits)
        }
    }

    private func spawn(besides first: Int32) throws(ContainerError) {
        runner.serveListener = { [spec, container] (listener, pid) throws(ContainerError) in
            try SeccompListener(profile: spec.linux?.seccomp, record: container.record, status: .running).serve(
                listener.descriptor, pid: pid, bundle: container.record.bundle)
        }
        guard let spawn = runner.plan.spawn else { throw ContainerError(reason: "the plan makes no process") }
        let sub = try cgroupCall { () throws(CgroupError) in try SubCgroups(arguments: options.cgroups) }
        var cgroup = try cgroupCall { () throws(CgroupError) in try container.record.cgroup.cgroup(for: sub) }
        var tasks = DescriptorList()
        var directory: FileDescriptor?
        do throws(CgroupError) {
            tasks = try cgroup.filesForJoining()
            directory = try cgroup.directoryForClone()
        } catch {
            throw Self.refused(ContainerError(error))
        }
        do throws(ContainerError) {
            try runner.spawn(spawn, cgroup: directory.raw, tasks: tasks.raw)
        } catch {
            // The container's own cgroup has become an inner node: where its first process is, more may go, unless the
            // caller has said where.
            if error.errno == .permissionDenied, cgroup.kind == .hybrid, container.record.isRootless {
                // The hierarchies with the controllers are joined by the process itself.
                return try runner.spawn(spawn, cgroup: nil, tasks: tasks.raw)
            }
            guard error.errno == .busy else { throw error }
            guard sub.isEmpty,
                let other = try cgroupCall({ () throws(CgroupError) in
                    try cgroup.directoryForClone(besideProcess: first)
                })
            else { throw Self.refused(error) }
            try runner.spawn(spawn, cgroup: other.raw, tasks: tasks.raw)
        }
    }

    /// The failure in words that callers of runc know.
    private static func refused(_ failure: ContainerError) -> ContainerError {
        var failure = failure
        failure.reason = "error adding pid of the new process to cgroups: " + failure.reason
        return failure
    }

    private func handOver() throws(ContainerError) {
        if let console = consoleSocket.take() {
            guard let terminal = runner.takeTerminal() else {
                throw ContainerError(origin: Origin(.terminal), reason: "the process made no terminal")
            }
            try ConsoleSocket.send(terminal, over: console)
        }
        if let socket = pidfdSocket.take(), let descriptor = runner.childDescriptor {
            try attempt("sendmsg", "the pidfd socket") { () throws(Errno) in
                try send(Array("pidfd".utf8), descriptors: [descriptor], over: socket.raw)
            }
        }
        if let path = options.pidFile, let pid = runner.childPID { try PIDFile(path: path).write(pid) }
    }

    private static func openFifo(_ path: Path) throws(ContainerError) -> FileDescriptor {
        let fifo = try explained("failed to open exec wait fifo " + quoted(path)) { () throws(Errno) in
            try FileDescriptor.open(path, .path)
        }
        let status = try attempt("stat", path) { () throws(Errno) in try fifo.status() }
        guard status.kind == .fifo else {
            throw ContainerError(reason: "exec wait fifo " + quoted(path) + " is not a fifo")
        }
        return fifo
    }

    private func takePassedDescriptors() throws(ContainerError) {
        try runner.takePassedDescriptors(options.passedDescriptors, listening: 0)
    }
}

/// A process that was started in a container.
struct StartedProcess: ~Copyable {
    var process: ProcessHandle?
    /// The master of its terminal, if nobody else got it.
    var terminal: FileDescriptor?
    /// Where it leaves what its filter lets it say nowhere else.
    var finalWord: FileDescriptor?
}
