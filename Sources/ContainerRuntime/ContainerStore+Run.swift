import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension ContainerStore {
    /// Makes a container, starts it, and removes it when it has ended.
    ///
    /// With `options.detaches` the call returns once the program runs, and the container stays.
    ///
    /// - Parameters:
    ///   - keeps: the container stays after its end, also after one that comes before its start.
    ///   - isSubreaper: processes that the container leaves behind become children of this process, which reaps them.
    ///   - report: takes warnings.
    ///   - trace: takes what helps to find a fault; nil spares the work.
    ///   - timeline: takes the time of each step; nil spares the work.
    ///   - started: called once the program runs, before the wait for its end.
    ///   - ended: called with the result when all is done; need not return.
    /// - Returns: the exit code of the program, or 128 and the number of the signal that ended it; 0 when detached.
    package func run(
        _ id: String, _ options: CreateOptions, keeps: Bool = false, isSubreaper: Bool = true,
        report: @escaping WarningReport = { _ in }, trace: WarningReport? = nil, timeline: Timeline? = nil,
        started: () -> Void = {}, ended: (Int32) -> Void = { _ in }
    ) throws(ContainerError) -> Int32 {
        timeline?.phase = "create"
        let (creation, session) = try prepare(
            id, options, isSubreaper: isSubreaper, report: report, timeline: timeline)
        let (container, making) = try creation.perform(
            streams: session?.streams, keeps: keeps, report: report, trace: trace, timeline: timeline)
        timeline?.phase = "start"
        timeline?.begin("give-start")
        do throws(ContainerError) {
            guard let process = making.conversation.takeChild() else {
                throw ContainerError(reason: "the container has no first process")
            }
            let terminal = making.conversation.takeTerminal()
            let finalWord = making.conversation.takeFinalWord()
            try session?.adopt(terminal)
            let waits = container.record.own.hasPoststart || (session == nil && finalWord != nil)
            let signal = try StartSignal(over: making.conversation)
            try signal.give(to: process, waits: waits)
            try FinalWord.check(finalWord)
            try container.runPoststartHooks(creation.plan.afterStart, report, timeline)
            let notify = making.notifySocket.take()
            guard let session else {
                if let notify { try notify.waitAndForward(process, main: process.pid) }
                ended(0)
                return 0
            }
            started()
            timeline?.begin("await-end")
            let start = PendingStart(signal, making.conversation.takeExecutable())
            let status = try session.run(process, start, terminal: terminal, notifySocket: notify)
            try FinalWord.check(finalWord)
            if keeps {
                container.noteEnd(status, report)
            } else {
                destroy(container, isReaped: true, report, timeline)
            }
            ended(status.code)
            return status.code
        } catch {
            if !keeps { destroy(container, report, timeline) }
            throw error
        }
    }

    /// Plans a container that starts at once, and gets the caller ready for it if it stays in the foreground.
    func prepare(
        _ id: String, _ options: CreateOptions, isSubreaper: Bool, report: @escaping WarningReport, timeline: Timeline?
    ) throws(ContainerError) -> (creation: Creation, session: ForegroundSession?) {
        if isSubreaper {
            // The command line wants it, whose process does nothing else.
            try attempt("prctl(PR_SET_CHILD_SUBREAPER)") { () throws(Errno) in
                try ProcessControl.setChildSubreaper(true)  // as it wants
            }
        }
        let creation = try Creation(
            store: self, id: id, options: options, startsAtOnce: true, report: report, timeline: timeline)
        let session =
            options.detaches
            ? nil
            : try ForegroundSession(
                needsTerminal: creation.spec.process?.terminal ?? false, owner: NamespacePlan.rootOwner(creation.spec))
        return (creation, session)
    }

    func destroy(
        _ container: Container, isReaped: Bool = false, _ report: @escaping WarningReport, _ timeline: Timeline?
    ) {
        timeline?.phase = "delete"
        timeline?.begin("read-status")
        do throws(ContainerError) {
            try twice { () throws(ContainerError) in
                try container.delete(force: true, isReaped: isReaped, report: report, timeline: timeline)
            }
        } catch {
            // The program's own end is what the caller waits for.
            report(error.message)
        }
    }
}
