import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension ContainerStore {
    /// Makes a container from the images of a checkpoint and lets it go on.
    ///
    /// - Parameters:
    ///   - options: the bundle, the console socket, the pid file, and whether the call returns while the container runs.
    ///   - restore: the images, and how CRIU takes them.
    ///   - isSubreaper: processes that the container leaves behind become children of this process, which reaps them.
    ///   - report: takes warnings.
    ///   - trace: takes what helps to find a fault; nil spares the work.
    ///   - timeline: takes the time of each step; nil spares the work.
    ///   - progress: takes what is being done.
    ///   - started: called once the container runs, before the wait for its end.
    /// - Returns: the exit code of the container's first process, or 128 and the number of the signal that ended it; 0 when
    ///   detached.
    /// - Throws: `alreadyExists`, `notSupported` where CRIU is missing or too old, and what failed; then everything is undone.
    package func restore(
        _ id: String, _ options: CreateOptions, from restore: RestoreOptions, isSubreaper: Bool = true,
        report: @escaping WarningReport = { _ in }, trace: WarningReport? = nil, timeline: Timeline? = nil,
        progress: @escaping WarningReport = { _ in }, started: () -> Void = {}
    ) throws(ContainerError) -> Int32 {
        let (creation, session) = try prepare(
            id, options, isSubreaper: isSubreaper, report: report, timeline: timeline)
        let making = creation.making(report: report, trace: trace, timeline: timeline)
        let restoration = Restoration(creation, making, restore, progress: progress)
        try restoration.perform(streams: session?.streams)
        let container = creation.container(making)
        do throws(ContainerError) {
            guard let process = making.conversation.takeChild() else {
                throw ContainerError(reason: "the container has no first process")
            }
            let terminal = restoration.takeTerminal()
            try session?.adopt(terminal)
            try container.runPoststartHooks(creation.plan.afterStart, report, timeline)
            let notify = making.notifySocket.take()
            // The program said before the checkpoint that it is ready, and will hardly say it again.
            try notify.announce(main: session == nil ? process.pid : processIdentifier, waits: session == nil)
            started()
            guard let session else { return 0 }
            timeline?.begin("await-end")
            let status = try session.run(process, nil, terminal: terminal, notifySocket: nil)
            destroy(container, report, timeline)
            return status.code
        } catch {
            destroy(container, report, timeline)
            throw error
        }
    }
}

extension NotifySocket? {
    /// Tells the service manager, if there is one, that the container is ready.
    fileprivate func announce(main: Int32, waits: Bool) throws(ContainerError) {
        switch self {
        case .some(let socket):
            try attempt("notify") { () throws(Errno) in try socket.announce(main: main, waits: waits) }
        case .none: return
        }
    }
}
