import Linux
import RuntimeSpec

extension ContainerStore {
    /// Makes a container that waits for its start. See runtime.md, "Create".
    ///
    /// Everything of the configuration is applied but the program, which `Container.start` runs. When anything fails,
    /// the host is left as it was.
    ///
    /// - Parameters:
    ///   - report: takes warnings.
    ///   - trace: takes what helps to find a fault; nil spares the work.
    /// - Throws: `alreadyExists`, `invalidIdentifier`, `invalidConfiguration` with every finding, and what the kernel
    ///   refused.
    @discardableResult
    public func create(
        _ id: String, _ options: CreateOptions, report: @escaping WarningReport = { _ in },
        trace: WarningReport? = nil
    ) throws(ContainerError) -> Container {
        let made = try ContainerCreation(
            store: self, id: id, options: options, report: report, trace: trace
        ).perform(startsAtOnce: false)
        return made.container
    }

    /// Makes a container, starts it, and removes it when it has ended.
    ///
    /// With `options.detaches` the call returns once the program runs, and the container stays.
    ///
    /// - Parameters:
    ///   - keeps: the container stays after its end, also after one that comes before its start.
    ///   - isSubreaper: processes that the container leaves behind become children of this process, which reaps them.
    ///   - report: takes warnings.
    ///   - trace: takes what helps to find a fault; nil spares the work.
    ///   - started: called once the program runs, before the wait for its end.
    /// - Returns: the exit code of the program, or 128 and the number of the signal that ended it; 0 when detached.
    public func run(
        _ id: String, _ options: CreateOptions, keeps: Bool = false, isSubreaper: Bool = true,
        report: @escaping WarningReport = { _ in }, trace: WarningReport? = nil, started: () -> Void = {}
    ) throws(ContainerError) -> Int32 {
        if isSubreaper {
            try attempt("prctl(PR_SET_CHILD_SUBREAPER)") { () throws(Errno) in
                try ProcessControl.setChildSubreaper(true)
            }
        }
        let creation = try ContainerCreation(
            store: self, id: id, options: options, report: report, trace: trace)
        let session =
            options.detaches
            ? nil
            : try ForegroundSession(
                needsTerminal: creation.hasTerminal, owner: creation.rootOwner)
        var made = try creation.perform(startsAtOnce: true, streams: session?.streams, keeps: keeps)
        let container = made.container
        do throws(ContainerError) {
            guard let process = made.process.take(), let starter = made.starter.take() else {
                throw ContainerError(reason: "the container has no first process")
            }
            let terminal = made.terminal.take()
            let finalWord = made.finalWord.take()
            try session?.adopt(terminal)
            let waits = container.record.hasPoststart || (session == nil && container.record.hasFilter)
            try StartSignal.give(over: starter, to: process, waits: waits)
            try FinalWord.check(finalWord)
            try container.runPoststartHooks()
            let notify = made.notifySocket.take()
            guard let session else {
                if let notify { try notify.waitAndForward(process, main: process.pid) }
                return 0
            }
            started()
            let status = try session.run(process, terminal: terminal, notifySocket: notify)
            try FinalWord.check(finalWord)
            if keeps { container.noteEnd(status, report) } else { destroy(container, report) }
            return status.code
        } catch {
            if !keeps { destroy(container, report) }
            throw error
        }
    }

    func destroy(_ container: Container, _ report: WarningReport) {
        var cleanUp = CleanUp()
        cleanUp.step { () throws(ContainerError) in try container.delete(force: true, report: report) }
        // The program's own end is what the caller waits for.
        if let failure = cleanUp.failure { report(failure.message) }
    }
}

extension Container {
    /// Runs one more process in the container.
    ///
    /// - Parameters:
    ///   - report: takes warnings.
    ///   - trace: takes what helps to find a fault; nil spares the work.
    ///   - started: called once the process is made, before the wait for its end.
    /// - Returns: the exit code of the process, or 128 and the number of the signal that ended it; 0 with
    ///   `options.detaches`.
    public func exec(
        _ options: ExecOptions, report: @escaping WarningReport = { _ in }, trace: WarningReport? = nil,
        started: () -> Void = {}
    ) throws(ContainerError) -> Int32 {
        let start = try ProcessStart(container: self, options: options, report: report, trace: trace)
        let session =
            options.detaches
            ? nil
            : try ForegroundSession(
                needsTerminal: start.hasTerminal, owner: start.rootOwner)
        session?.streams?.hand(to: start.descriptors)
        var made = try start.perform { (terminal) throws(ContainerError) in try session?.adopt(terminal) }
        guard let session, let process = made.process.take() else { return 0 }
        let terminal = made.terminal.take()
        started()
        let status = try session.run(process, terminal: terminal, notifySocket: nil)
        try FinalWord.check(made.finalWord.take())
        return status.code
    }
}
