import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension Container {
    /// Runs one more process in the container.
    ///
    /// - Parameters:
    ///   - report: takes warnings.
    ///   - trace: takes what helps to find a fault; nil spares the work.
    ///   - timeline: takes the time of each step; nil spares the work.
    ///   - started: called once the process is made, before the wait for its end.
    ///   - ended: called with the result when all is done; need not return.
    /// - Returns: the exit code of the process, or 128 and the number of the signal that ended it; 0 with
    ///   `options.detaches`.
    package func exec(
        _ options: ExecOptions, report: @escaping WarningReport = { _ in }, trace: WarningReport? = nil,
        timeline: Timeline? = nil, started: () -> Void = {}, ended: (Int32) -> Void = { _ in }
    ) throws(ContainerError) -> Int32 {
        timeline?.begin("read-status")
        try waitForUpdate()
        try checkStatus(for: options)
        timeline?.begin("read-configuration")
        let saved = try savedConfiguration()
        let process = try ExecProcess(container: self, saved: saved, options: options).process
        try Self.checkTerminal(process, options)
        var spec = saved.spec
        spec.process = process
        timeline?.begin("make-plan")
        let making = try making(of: process, spec, options, report: report, trace: trace, timeline: timeline)
        timeline?.begin("prepare-streams")
        let session =
            options.detaches
            ? nil
            : try ForegroundSession(
                needsTerminal: process.terminal, owner: NamespacePlan.rootOwner(spec))
        session?.streams?.hand(to: making.slots)
        try making.perform()
        timeline?.begin("give-start")
        let conversation = making.conversation
        let start: PendingStart
        do throws(ContainerError) {
            trace?("setns_init: about to exec " + (process.args.first ?? ""))
            try session?.adopt(conversation.terminal)
            let waits = options.detaches && conversation.finalWord != nil
            let signal = try StartSignal(over: conversation)
            try conversation.withChild { (child) throws(ContainerError) in try signal.give(to: child, waits: waits) }
            if options.detaches { try FinalWord.check(conversation.finalWord) }
            start = PendingStart(signal, conversation.takeExecutable())
        } catch {
            conversation.killChild()
            throw error
        }
        guard let session, let child = conversation.takeChild() else {
            ended(0)
            return 0
        }
        started()
        timeline?.begin("await-end")
        let status = try session.run(child, start, terminal: conversation.takeTerminal(), notifySocket: nil)
        try FinalWord.check(conversation.finalWord)
        ended(status.code)
        return status.code
    }

    func checkStatus(for options: ExecOptions) throws(ContainerError) {
        switch try status() {
        case .created, .running: return
        case .paused:
            guard options.ignoresPaused else {
                throw ContainerError(
                    .wrongStatus,
                    exactly: "cannot exec in a paused container (use --ignore-paused to override)")
            }
        case .stopped, .creating:
            throw ContainerError(.wrongStatus, exactly: "cannot exec in a stopped container")
        }
    }

    private static func checkTerminal(_ process: Process, _ options: ExecOptions) throws(ContainerError) {
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
    }

    /// What performs the plan of one more process.
    func making(
        of process: Process, _ spec: Spec, _ options: ExecOptions, report: @escaping WarningReport,
        trace: WarningReport?, timeline: Timeline?
    ) throws(ContainerError) -> Making {
        Making(
            try plan(process, spec, options), of: record, program: store.initProgram,
            context: "unable to start container process: ", report: report, trace: trace, timeline: timeline)
    }

    private func plan(
        _ process: Process, _ spec: Spec, _ options: ExecOptions
    ) throws(ContainerError) -> ContainerPlan {
        var creation = CreateOptions(bundle: record.bundle)
        creation.passedDescriptors = options.passedDescriptors
        creation.waitFifo = options.waitFifo
        creation.consoleSocket = options.consoleSocket
        creation.pidfdSocket = options.pidfdSocket
        creation.pidFile = options.pidFile
        var facts = HostFacts(bundle: record.bundle)
        facts.isRootless = record.isRootless
        facts.trustsAnnotations = store.trustsAnnotations
        if process.apparmorProfile?.isEmpty == false { facts.hasAppArmor = HostFacts.isAppArmorEnabled }
        if process.selinuxLabel?.isEmpty == false { facts.hasSELinux = HostFacts.isSELinuxEnabled }
        return try PlanBuilder(spec: spec, id: id, options: creation, facts: facts).buildExec(
            process, in: ExecTarget(record, options))
    }
}
