import ByteStrings
import Cgroups
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec
import SystemdBus

/// Builds the plan of a container, one for each builder. The one place that decides in which order things are done.
package final class PlanBuilder {
    package let spec: Spec
    package let id: String
    package let options: CreateOptions
    package let facts: HostFacts
    package var plan = ContainerPlan()
    package var lateLimits: [any ParentStep] = []

    package init(spec: Spec, id: String, options: CreateOptions, facts: HostFacts) {
        self.spec = spec
        self.id = id
        self.options = options
        self.facts = facts
    }

    /// The whole plan, top to bottom.
    ///
    /// - Parameter startsAtOnce: the child waits for the word of who makes it instead of the fifo of the state directory.
    package func build(startsAtOnce: Bool = false) throws(ContainerError) -> ContainerPlan {
        // Without one the container can be made; its start is the error. See config.md, "Process".
        let process = spec.process ?? Process()
        let namespaces = try NamespacePlan(spec: spec, facts: facts)
        let file = try RootfsPlan(spec: spec, facts: mountFacts)
        plan.warnings += file.warnings
        let terminal = try planTerminal(process)

        // What the caller hands over and asks for; then the state, before the first effect on the host.
        try addBeginning(namespaces, startsAtOnce: startsAtOnce)

        // Before the child: what it starts in and what it is handed.
        if let cgroup = facts.cgroup { try add(cgroup, namespaces) }
        for join in namespaces.joins {
            addParent(
                OpenNamespaceStep {
                    $0.slot = join.slot
                    $0.path = join.path
                    $0.kind = join.flags
                    $0.rule = HostNamespaceRule(join.type, in: spec)
                }, .namespaces, join.index)
        }
        for source in file.sources { plan.parent.append(Planned(source.step, source.origin)) }
        if let devices = file.devices { addParent(devices, .devices) }
        // Rules of devices that are written one by one come first: a child that opened a device meanwhile could be refused.
        // A program holds all at once, and is loaded while the child starts, which runs nothing foreign but hooks.
        let limitsDevices = facts.cgroup != nil && !namespaces.hasUserNamespace
        let limitsLate = facts.cgroup?.kind == .unified && spec.hooks.createContainer.isEmpty
        if limitsDevices, !limitsLate { try limitDevices() }
        var spawn = namespaces.spawn
        if facts.cgroup != nil { spawn.whenRefused = .sparesUnified }
        spawn.agent = seccompAgent(.creating)
        addParent(spawn, .namespaces)
        if limitsDevices, limitsLate { try limitDevices() }

        // The caller may be bound to some processors; that must not bind the container, whose cpuset says it all.
        if facts.cgroup != nil { addChild(ResetAffinityStep(), .rule) }
        // Into its namespaces. The OOM score first: afterwards the process hides and /proc/self belongs to root.
        if let score = process.oomScoreAdj {
            addChild(OOMScoreStep { $0.value = Int32(clamping: score) }, .oomScoreAdj)
        }
        if !namespaces.hidesLate { addChild(HideStep(), .rule) }
        for join in namespaces.joins {
            addChild(
                JoinNamespaceStep {
                    $0.slot = join.slot
                    $0.kinds = join.flags
                }, .namespaces, join.index)
        }
        // Processes of a joined pid namespace see only what is forked after the join: until then even what a rootless
        // runtime may not hide from its mappings is in nobody's sight but the host's. Where the kernel lets it, that fork is
        // the last thing; see `addEntry`. Otherwise it comes here, as in other runtimes, with the process hidden: that keeps
        // away all but those with CAP_SYS_PTRACE in the same user namespace.
        let joinsPID = namespaces.isJoined(.pid)
        let entersFirst = joinsPID && !namespaces.entersLate
        let meets = namespaces.spawn.isStaged && (!namespaces.entersLate || namespaces.mappings != nil)
        if joinsPID, !namespaces.forkFlags.isEmpty {
            addChild(UnshareStep { $0.namespaces = namespaces.forkFlags }, .namespaces)
        }
        if entersFirst, namespaces.mappings == nil { addChild(ForkStep(), .namespaces) }
        if namespaces.spawn.isStaged, !joinsPID {
            addChild(ForkStep { $0.namespaces = namespaces.forkFlags }, .namespaces)
        }
        if meets {
            addChild(MeetStep { $0.point = .identity }, .namespaces)
            addParent(AwaitStep { $0.point = .identity }, .namespaces)
        }
        if let mappings = namespaces.mappings { addParent(mappings, .uidMappings) }
        if meets { addParent(ReleaseStep { $0.point = .identity }, .namespaces) }
        if namespaces.hidesLate { addChild(HideStep(), .rule) }
        if entersFirst, namespaces.mappings != nil { addChild(ForkStep(), .namespaces) }
        if namespaces.becomesRootInside { addChild(BecomeRootStep(), .namespaces) }
        if namespaces.unsharesIPCLate { addChild(UnshareStep { $0.namespaces = .newIPC }, .namespaces) }

        // The runtime limits the cgroup while the child sets itself up.
        try limitCgroup(late: joinsPID)
        if let rdt = spec.linux?.intelRdt {
            addParent(try IntelRdtStep(rdt, id: id, on: facts.resctrl), .intelRdt)
        }
        if let owner = namespaces.cgroupOwner { addParent(DelegateCgroupStep { $0.user = owner }, .cgroupsPath) }
        // The root of a cgroup namespace is the cgroup the process is in: the child's own since before its exec.
        if namespaces.isNew(.cgroup) { addChild(UnshareStep { $0.namespaces = .newCgroup }, .namespaces) }
        addTimeNamespace(namespaces)
        if !namespaces.entersLate { addChild(SessionStep(), .rule) }
        if !options.noNewKeyring {
            // In a user namespace the possessor's bits are not enough: the owner's let the mapped user search.
            let permissions: UInt32 = namespaces.hasUserNamespace ? 0x8_0008 : 0x8_0000
            addChild(
                KeyringStep {
                    $0.keyring = "_ses.\(id)"
                    $0.permissions = permissions
                    if facts.hasSELinux { $0.label = spec.process?.selinuxLabel ?? "" }
                }, .rule)
        }
        if namespaces.isNew(.network) { addChild(LoopbackStep(), .rule) }
        if let hostname = spec.hostname, !hostname.isEmpty {
            addChild(HostnameStep { $0.hostname = hostname }, .hostname)
        }
        if let name = spec.domainname, !name.isEmpty { addChild(DomainnameStep { $0.domainname = name }, .domainname) }

        // The file system, still with the host's paths in sight.
        plan.child.steps += file.beforeSwitch
        try addRuntimeHooks(namespaces)
        if !spec.hooks.createContainer.isEmpty {
            addChild(childHooks(.createContainer, spec.hooks.createContainer, .creating), .createContainer)
        }
        plan.child.steps.append(file.rootSwitch)

        // With the container's root. The working directory and the terminal before the root is sealed; sysctls before /proc/sys is read-only.
        if !process.cwd.isEmpty, process.cwd != "/" {
            addChild(MakeWorkingDirectoryStep { $0.path = process.cwd }, .cwd)
        }
        if let terminal {
            addChild(terminal, .terminal)
            if !namespaces.entersLate { addChild(ControllingTerminalStep(), .terminal) }
        }
        if terminal == nil, !file.keepsHostDevices { addChild(NullStreamsStep(), .rule) }
        plan.child.steps += file.afterSwitch

        try addProcessSteps(
            process, hooks: spec.hooks.startContainer, entersPIDNamespace: namespaces.entersLate,
            isInUserNamespace: namespaces.hasUserNamespace)
        if !lateLimits.isEmpty { addParent(AwaitReadyStep(), .rule) }
        for limit in lateLimits { addParent(limit, .resources) }
        addParent(RecordCreatedStep(), .rule)
        addHandingOver(pidFile: options.pidFile)
        plan.afterStart = try hooks(.poststart, spec.hooks.poststart, .running).map { [$0] } ?? []
        plan.atEnd = try hooks(.poststop, spec.hooks.poststop, .stopped).map { [$0] } ?? []
        return plan
    }

    // MARK: - Small parts

    package func addChild(_ step: any ChildStep, _ property: Origin.Property, _ index: Int? = nil) {
        plan.child.steps.append(Planned(step, Origin(property, index)))
    }

    package func addParent(_ step: any ParentStep, _ property: Origin.Property, _ index: Int? = nil) {
        plan.parent.append(Planned(step, Origin(property, index)))
    }

    package var mountFacts: MountFacts {
        MountFacts(
            bundle: facts.bundle, rootfs: (spec.root?.path ?? Path()).absolute(in: facts.bundle),
            cgroups: cgroupPlaces,
            isRootless: facts.isRootless,
            hasSELinux: facts.hasSELinux, keepsHostRoot: options.noPivot)
    }

    private func addTimeNamespace(_ namespaces: NamespacePlan) {
        guard namespaces.isNew(.time) else { return }
        addChild(UnshareStep { $0.namespaces = .newTime }, .namespaces)
        // Offsets are fixed once a process has entered, so they are written before.
        for (index, entry) in (spec.linux?.timeOffsets ?? [:]).enumerated() {
            addChild(
                TimeOffsetStep {
                    $0.clock = entry.key == .monotonic ? .monotonic : .boottime
                    $0.seconds = entry.value.secs
                    $0.nanoseconds = entry.value.nanosecs
                }, .timeOffsets, index)
        }
        addChild(EnterTimeNamespaceStep(), .namespaces)
    }

    /// What the runtime does when the mounts are made and before the root changes: network devices, then its hooks.
    private func addRuntimeHooks(_ namespaces: NamespacePlan) throws(ContainerError) {
        let prestart = spec.hooks.prestart
        let createRuntime = spec.hooks.createRuntime
        let devices = spec.linux?.netDevices ?? [:]
        if !devices.isEmpty, facts.isRootless {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.netDevices),
                reason: "network devices are not supported for rootless containers")
        }
        let property: Origin.Property
        if !devices.isEmpty {
            property = .netDevices
        } else if !prestart.isEmpty {
            property = .prestart
        } else if !createRuntime.isEmpty {
            property = .createRuntime
        } else {
            return
        }
        addChild(MeetStep { $0.point = .hooks }, property)
        addParent(AwaitStep { $0.point = .hooks }, property)
        let joined = namespaces.joins.first { $0.type == .network }
        // Before any hook, which may want to set them up, and before the sysctls of the devices.
        for (index, device) in devices.enumerated() {
            addParent(
                MoveNetworkDeviceStep {
                    $0.device = device.key
                    $0.newName = device.value.name ?? device.key
                    $0.slot = joined?.slot
                    $0.path = joined?.path ?? Path()
                }, .netDevices, index)
        }
        for planned in [
            try hooks(.prestart, prestart, .creating), try hooks(.createRuntime, createRuntime, .creating),
        ] {
            if let planned { addParent(planned.step, planned.origin.property) }
        }
        addParent(ReleaseStep { $0.point = .hooks }, property)
    }

    private func planTerminal(_ process: Process) throws(ContainerError) -> TerminalStep? {
        guard process.terminal else {
            if options.consoleSocket != nil {
                throw ContainerError(
                    .invalidConfiguration, origin: Origin(.terminal), value: "false",
                    reason: "cannot use console socket if " + options.programName + " will not detach or allocate tty")
            }
            return nil
        }
        if options.detaches, options.consoleSocket == nil {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.terminal), value: "true",
                reason: "cannot allocate tty if " + options.programName
                    + " will detach without setting console socket")
        }
        if !options.detaches, options.consoleSocket != nil {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.terminal), value: "true",
                reason: "cannot use console socket if " + options.programName + " will not detach or allocate tty")
        }
        return terminal(process, isConsole: true)
    }
}
