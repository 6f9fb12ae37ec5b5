import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension Container {
    /// Starts the program of a created container and returns once it was executed. See runtime.md, "Start".
    ///
    /// A poststart hook that fails ends and deletes the container. See runtime.md, "Lifecycle", step 9.
    ///
    /// - Parameters:
    ///   - notifySocket: the socket to tell when the program says that it is ready, which is then waited for.
    ///   - report: takes warnings.
    ///   - timeline: takes the time of each part; nil spares the work.
    /// - Throws: `wrongStatus` for a container in any other state.
    public func start(
        notifySocket: Path? = nil, report: @escaping WarningReport = { _ in }, timeline: Timeline? = nil
    ) throws(ContainerError) {
        timeline?.begin("read-status")
        var status = try status()
        if status == .creating {
            // Whoever makes it holds the lock until it is made, or gone.
            _ = try StateDirectory.open(at: store.directory(of: id), patience: Self.patienceWithMakers)
            let made = try store.load(id)
            status = try made.status()
            if status == .created {
                return try made.start(notifySocket: notifySocket, report: report, timeline: timeline)
            }
        }
        switch status {
        case .created: break
        case .creating: throw ContainerError(.wrongStatus, exactly: "cannot start a container that is being created")
        case .running: throw ContainerError(.wrongStatus, exactly: "cannot start an already running container")
        case .paused: throw ContainerError(.wrongStatus, exactly: "cannot start a container in the paused state")
        case .stopped: throw ContainerError(.wrongStatus, exactly: "cannot start a container that has stopped")
        }
        try record.checkProcess()
        timeline?.begin("lock-state")
        var lock = try StateDirectory.open(at: store.directory(of: id), patience: 10_000)
        guard let path = lock?.path, let process = try openProcess() else {
            throw ContainerError(.wrongStatus, exactly: "cannot start a container that has stopped")
        }
        let fifo: SharedDescriptor
        do throws(Errno) {
            guard let opened = try lock?.openStartFifo() else { throw .noSuchFileOrDirectory }
            fifo = SharedDescriptor(opened)
        } catch .noSuchDeviceOrAddress {
            throw ContainerError(
                .wrongStatus,
                exactly: "exec fifo is empty: container init did not signal execve readiness "
                    + "(process died before writing, or fifo already consumed)")
        } catch .noSuchFileOrDirectory {
            throw ContainerError(.wrongStatus, exactly: "cannot start an already running container")
        } catch {
            throw ContainerError(operation: "open", subject: path.appending(startFifoName), errno: error)
        }
        var notify: NotifySocket?
        if let directory = lock, let notifySocket, !notifySocket.isEmpty {
            notify = try NotifySocket(in: directory, target: notifySocket)
        }
        let nameBefore = record.own.hasFilter ? try ProcessFacts.of(process.pid)?.name : nil
        timeline?.begin("give-start")
        try StartSignal(over: fifo).give(to: process)
        if let nameBefore { try process.checkExecution(nameBefore: nameBefore) }
        timeline?.begin("remove-fifo")
        try attempt("unlink", path.appending(startFifoName)) { () throws(Errno) in
            try lock?.removeStartFifo()
        }
        // The container runs: its hooks may change it.
        lock = nil
        do throws(ContainerError) {
            try runPoststartHooks(try poststartHooks(), report, timeline)
        } catch {
            do throws(ContainerError) {
                try store.delete(id, force: true, report: report, timeline: timeline)
            } catch let deletion {
                report(deletion.message)
            }
            throw error
        }
        if let notify { try notify.waitAndForward(process, main: process.pid) }
    }

    /// How many milliseconds a start waits for another runtime to finish the making.
    private static let patienceWithMakers = 30_000

    private func poststartHooks() throws(ContainerError) -> [Planned<HooksStep>] {
        guard record.own.hasPoststart else { return [] }
        return [try hooks(.poststart, configuration().hooks.poststart, .running)]
    }

    /// Hooks that run when the container is there already.
    func hooks(
        _ kind: HookKind, _ hooks: [Hook], _ status: ContainerStatus
    ) throws(ContainerError) -> Planned<HooksStep> {
        let state = HookState(id: id, status: status, bundle: record.bundle, annotations: record.annotations)
        let annotations = try TrustedAnnotations(record.annotations, areTrusted: store.trustsAnnotations)
        let files = annotations.hookFiles(bundle: record.bundle)
        return Planned(HooksStep(kind, hooks, state, files), Origin(kind.property))
    }

    /// Runs the hooks that follow the start; one that fails ends the container.
    func runPoststartHooks(
        _ hooks: [Planned<HooksStep>], _ report: WarningReport, _ timeline: Timeline?
    ) throws(ContainerError) {
        do throws(ContainerError) {
            for planned in hooks {
                timeline?.begin(planned.step)
                try planned.step.run(pid: record.pid, report: report)
            }
        } catch {
            do throws(ContainerError) {
                try kill(signal: SignalNumber.kill)
            } catch let killError {
                guard killError.code == .notRunning else { throw killError }
            }
            throw error
        }
    }
}

extension ProcessHandle {
    /// Throws if the container's init ended instead of executing its program, with a filter that let it say nothing.
    ///
    /// Its end of a fault and the name that it still has tell so, as long as nobody has reaped it.
    fileprivate func checkExecution(nameBefore: ByteString) throws(ContainerError) {
        var end: ProcessFacts?
        do throws(Errno) {
            guard let facts = try ProcessFacts.read(pid), facts.name == nameBefore, facts.isEnding || !facts.isAlive,
                try waitForEnd(milliseconds: 1000)
            else { return }
            end = try ProcessFacts.read(pid)
        } catch {
            return  // It was told to start: what cannot be looked at afterwards does not undo that.
        }
        guard let status = end.map({ ProcessStatus(waitStatus: $0.endStatus) }),
            status == .killed(signal: SignalNumber.illegalInstruction) || status == .killed(signal: SignalNumber.trap)
        else { return }
        throw ContainerError(
            .childDied, origin: Origin(.seccomp),
            reason: "the container's init could neither execute the program nor say why",
            remedy: "the seccomp profile denies what the start of a program needs")
    }
}

extension StateDirectory {
    fileprivate func openStartFifo() throws(Errno) -> FileDescriptor {
        try FileDescriptor.open(startFifoName, at: descriptor, [.writeOnly, .nonBlocking, .noFollow])
    }

    fileprivate func removeStartFifo() throws(Errno) { try unlink(startFifoName, at: descriptor) }
}

extension StateRecord {
    /// Throws if there is nothing to start.
    func checkProcess() throws(ContainerError) {
        guard !own.lacksProcess else {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.process), reason: "process property must not be empty")
        }
    }
}
