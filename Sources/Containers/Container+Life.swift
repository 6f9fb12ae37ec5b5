import ContainerInit
import ContainerRuntime
import LinuxKernel

extension Container {
    /// Starts the program of a created container and returns once it was executed. See runtime.md, "Start".
    ///
    /// A poststart hook that fails ends and deletes the container. See runtime.md, "Lifecycle", step 9.
    ///
    /// - Throws: `wrongStatus` for a container in any other state.
    public func start() async throws(ContainerError) {
        try await work(.start) { (base, report) throws(ContainerError) in try base.start(report: report) }
    }

    /// Sends a signal to the first process of the container.
    ///
    /// A SIGKILL for a container that shares its pid namespace goes to every process in its cgroup.
    ///
    /// - Parameters:
    ///   - signal: the signal; without one nobody can refuse it.
    ///   - all: does not fail for a container that has ended; its left-over processes get the signal.
    /// - Throws: `notRunning` when the first process has ended.
    public func kill(_ signal: Signal = .kill, all: Bool = false) async throws(ContainerError) {
        try await work(.kill) { (base, _) throws(ContainerError) in
            try base.kill(signal: signal.rawValue, all: all)
        }
    }

    /// Removes the container and everything that was made for it. See runtime.md, "Delete".
    ///
    /// - Parameter force: kills a container that runs, and does not fail for one that does not exist any more.
    /// - Throws: `doesNotExist`; `wrongStatus` for a container that runs.
    public func delete(force: Bool = false) async throws(ContainerError) {
        try await store.delete(id, force: force)
        // Its parent is the only one who can take the status of the first process, and then nothing of it is left.
        if let process { _ = await process.child.end.value() }
    }

    /// Freezes every process of the container.
    ///
    /// - Throws: `notRunning` for a container that is stopped or paused already, `notSupported` for one without a cgroup.
    public func pause() async throws(ContainerError) {
        try await work(.pause) { (base, _) throws(ContainerError) in try base.pause() }
    }

    /// Lets every process of a paused container go on.
    ///
    /// - Throws: `wrongStatus` for a container that is not paused.
    public func resume() async throws(ContainerError) {
        try await work(.resume) { (base, _) throws(ContainerError) in try base.resume() }
    }

    /// Waits until the first process of the container has ended, whoever has made the container.
    ///
    /// How it ended its parent knows for sure. To others the kernel tells it since Linux 6.15, and before that as long as
    /// its parent has not taken the status.
    ///
    /// - Throws: `cancelled` when the task is cancelled first, which does not end the container.
    public func wait() async throws(ContainerError) -> Termination {
        if let process { return try await process.wait() }
        let end = ProcessEndWatch(self)
        try await end.wait()
        let ending = try await work(.wait) { (base, _) throws(ContainerError) in try base.waitForEnd() }
        switch ending {
        case .exited(let code): return Termination(status: .exited(code))
        case .killed(let signal): return Termination(status: .signaled(Signal(rawValue: signal)))
        case .unknown, nil: return Termination(status: .unknown)
        }
    }
}

/// The wait for the end of a process that is no child of this one.
private struct ProcessEndWatch {
    private let container: Container

    init(_ container: Container) { self.container = container }

    func wait() async throws(ContainerError) {
        guard let process = try container.base.openProcess() else { return }
        let reactor = try Reactor.shared()
        let isOver = try await reactor.wait(process.descriptor, EventQueue.input)
        _ = consume process
        guard isOver else { throw .cancelled }
    }
}
