import ByteStrings
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension PlanBuilder {
    /// The short plan of one more process in a container: into its namespaces, then the steps of every process.
    package func buildExec(_ process: Process, in target: ExecTarget) throws(ContainerError) -> ContainerPlan {
        if options.passedDescriptors > 0 {
            addParent(PassedDescriptorsStep { $0.count = options.passedDescriptors }, .option)
        }
        addSockets()
        if let path = options.waitFifo { addParent(OpenWaitFifoStep { $0.path = path }, .option) }
        addParent(
            OpenProcessStep {
                $0.pid = target.pid
                $0.startTime = target.startTime
            }, .rule)
        addParent(OpenCgroupStep { $0.below = target.cgroups }, target.cgroups.isEmpty ? .rule : .option)
        let forks = target.namespaces.contains(.newPID)
        addParent(
            SpawnStep {
                $0.isStaged = forks
                $0.processors = numbers(of: process.execCPUAffinity?.initial)
                $0.agent = seccompAgent(.running, firstPID: target.pid)
                $0.whenRefused = target.cgroups.isEmpty ? .joinsFirst : .isRefused
            }, .rule)

        addChild(ResetAffinityStep(), .rule)
        if let score = process.oomScoreAdj {
            addChild(OOMScoreStep { $0.value = Int32(clamping: score) }, .oomScoreAdj)
        }
        // Hidden before anything in the container can see it (CVE-2016-9962). What is joined of the pid namespace holds for
        // children only: so the process stays out of the container's sight, with the host's /proc and its descriptors, until
        // it has become what the program is to be; see `addProcessSteps`.
        addChild(HideStep(), .rule)
        addChild(
            JoinNamespaceStep {
                $0.slot = .containerProcess
                $0.kinds = target.namespaces
            }, .namespaces)
        if target.namespaces.contains(.newUser) { addChild(BecomeRootStep(), .namespaces) }
        if let list = process.execCPUAffinity?.final {
            addChild(AffinityStep { $0.processors = numbers(of: list) }, .execCPUAffinity)
        }
        if !forks { addChild(SessionStep(), .rule) }
        if !target.keepsKeyring { addChild(KeyringStep { $0.keyring = "_ses.\(id)" }, .rule) }
        if process.terminal {
            addChild(terminal(process, isConsole: false), .terminal)
            if !forks { addChild(ControllingTerminalStep(), .terminal) }
        } else {
            addChild(NullStreamsStep(), .rule)
        }
        try addProcessSteps(
            process, hooks: [], entersPIDNamespace: forks,
            isInUserNamespace: target.namespaces.contains(.newUser))

        addParent(AwaitReadyStep(), .rule)
        if !target.resctrlGroups.isEmpty {
            addParent(AddToResctrlStep { $0.groups = target.resctrlGroups }, .intelRdt)
        }
        addHandingOver(pidFile: options.pidFile)
        return plan
    }
}

/// The container that one more process goes to.
package struct ExecTarget: Sendable {
    /// Its first process, and when that started.
    package var pid: Int32 = 0
    package var startTime: UInt64 = 0
    /// The kinds of namespaces that it has to itself or joined.
    package var namespaces: CloneFlags = []
    package var keepsKeyring = false
    /// Cgroups below its own, as `[controller,…:]path`.
    package var cgroups: [ByteString] = []
    package var resctrlGroups: [Path] = []

    package init() {}

    /// The container's namespaces, for who does not become a process of it.
    package init(_ record: StateRecord) {
        pid = record.pid ?? 0
        startTime = record.startTime
        for namespace in record.configuration.namespaces { namespaces.insert(namespace.type.cloneFlags) }
    }

    package init(_ record: StateRecord, _ options: ExecOptions) {
        self.init(record)
        keepsKeyring = record.configuration.keepsKeyring
        cgroups = options.cgroups
        resctrlGroups = [record.intelRdtPath, record.intelRdtMonitoringPath].compactMap { $0 }
    }
}
