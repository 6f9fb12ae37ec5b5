import Cgroups
import Linux
import RuntimeSpec
import Systemd

/// Builds the plan of a container. The one place that decides in which order things are done.
package struct PlanBuilder {
    let spec: Spec
    let id: String
    let options: CreateOptions
    let facts: HostFacts
    var plan = ContainerPlan()
    private var lateLimits: [ParentOperation] = []

    package init(spec: Spec, id: String, options: CreateOptions, facts: HostFacts) {
        self.spec = spec
        self.id = id
        self.options = options
        self.facts = facts
    }

    /// The whole plan, top to bottom.
    package consuming func build() throws(ContainerError) -> ContainerPlan {
        // Without one the container can be made; its start is the error. See config.md, "Process".
        let process = spec.process ?? Process()
        let namespaces = try NamespacePlan(spec: spec, facts: facts)
        let file = try RootfsPlan(spec: spec, facts: mountFacts)
        plan.warnings += file.warnings
        let terminal = try planTerminal(process)

        // Before the child: what it starts in and what it is handed.
        if let cgroup = facts.cgroup {
            if let unit = cgroup.unit {
                addParent(.startUnit(unit, try unitProperties()), .cgroupsPath)
            }
            addParent(.makeCgroup(spec.linux?.resources?.cpu), .cgroupsPath)
            addRealTimeBudget()
        }
        for join in namespaces.joins {
            addParent(.openNamespace(join.slot, path: join.path, join.flags), .namespaces, join.index)
        }
        for source in file.sources {
            plan.parent.append(ParentStep(.prepareMount(source.step), source.origin))
        }
        if let devices = file.devices { addParent(.prepareDevices(devices), .devices) }
        // Rules of devices are written one by one: a child that opened a device meanwhile could be refused.
        if facts.cgroup != nil, !namespaces.hasUserNamespace {
            var devices = Resources()
            devices.devices = spec.linux?.resources?.devices ?? []
            addParent(.limitCgroup(devices, enforcingDevices: true), .resourceDevices)
        }
        addParent(.spawn(namespaces.spawn), .namespaces)

        // The caller may be bound to some processors; that must not bind the container, whose cpuset says it all.
        if facts.cgroup != nil { addChild(.resetAffinity, .rule) }
        // Into its namespaces. The OOM score first: afterwards the process hides and /proc/self belongs to root.
        if let score = process.oomScoreAdj {
            addChild(.setOOMScore(Int32(clamping: score)), .oomScoreAdj)
        }
        if !namespaces.hidesLate { addChild(.hide, .rule) }
        for join in namespaces.joins {
            addChild(.joinNamespace(join.slot, join.flags), .namespaces, join.index)
        }
        // Processes of a joined pid namespace see only what is forked after the join: until then even what a rootless
        // runtime may not hide from its mappings is in nobody's sight but the host's. Where the kernel lets it, that fork is
        // the last thing; see `addEntry`. Otherwise it comes here, as in other runtimes, with the process hidden: that keeps
        // away all but those with CAP_SYS_PTRACE in the same user namespace.
        let joinsPID = namespaces.isJoined(.pid)
        let entersFirst = joinsPID && !namespaces.entersLate
        let meets = namespaces.spawn.isStaged && (!namespaces.entersLate || namespaces.mappings != nil)
        if joinsPID, !namespaces.forkFlags.isEmpty { addChild(.unshare(namespaces.forkFlags), .namespaces) }
        if entersFirst, namespaces.mappings == nil { addChild(.fork([]), .namespaces) }
        if namespaces.spawn.isStaged, !joinsPID { addChild(.fork(namespaces.forkFlags), .namespaces) }
        if meets {
            addChild(.meet(.identity), .namespaces)
            addParent(.await(.identity), .namespaces)
        }
        if let mappings = namespaces.mappings { addParent(.writeIDMappings(mappings), .uidMappings) }
        if meets { addParent(.release(.identity), .namespaces) }
        if namespaces.hidesLate { addChild(.hide, .rule) }
        if entersFirst, namespaces.mappings != nil { addChild(.fork([]), .namespaces) }
        if namespaces.becomesRootInside { addChild(.becomeNamespaceRoot, .namespaces) }
        if namespaces.unsharesIPCLate { addChild(.unshare(.newIPC), .namespaces) }

        // The runtime limits the cgroup while the child sets itself up.
        try limitCgroup(late: joinsPID)
        if let rdt = spec.linux?.intelRdt {
            addParent(.joinIntelRdt(try IntelRdtStep(rdt, id: id, on: facts.resctrl)), .intelRdt)
        }
        if let owner = namespaces.cgroupOwner { addParent(.delegateCgroup(user: owner), .cgroupsPath) }
        // The root of a cgroup namespace is the cgroup the process is in: the child's own since before its exec.
        if namespaces.isNew(.cgroup) { addChild(.unshare(.newCgroup), .namespaces) }
        addTimeNamespace(namespaces)
        if !namespaces.entersLate { addChild(.makeSession, .rule) }
        if !options.noNewKeyring {
            // In a user namespace the possessor's bits are not enough: the owner's let the mapped user search.
            let permissions: UInt32 = namespaces.hasUserNamespace ? 0x8_0008 : 0x8_0000
            addChild(.joinKeyring(KeyringStep(name: "_ses.\(id)", permissions: permissions)), .rule)
        }
        if namespaces.isNew(.network) { addChild(.bringUpLoopback, .rule) }
        if let hostname = spec.hostname, !hostname.isEmpty { addChild(.setHostname(hostname), .hostname) }
        if let name = spec.domainname, !name.isEmpty { addChild(.setDomainname(name), .domainname) }

        // The file system, still with the host's paths in sight.
        add(file.beforeSwitch)
        try addRuntimeHooks()
        if !spec.hooks.createContainer.isEmpty {
            addChild(
                .runHooks(.createContainer, steps(of: spec.hooks.createContainer), state(.creating)), .createContainer)
        }
        add([file.rootSwitch])

        // With the container's root. The working directory and the terminal before the root is sealed; sysctls before /proc/sys is read-only.
        if !process.cwd.isEmpty, process.cwd != "/" { addChild(.makeWorkingDirectory(process.cwd), .cwd) }
        if let terminal {
            addChild(.openTerminal(terminal), .terminal)
            if !namespaces.entersLate { addChild(.controlTerminal, .terminal) }
        }
        if terminal == nil, !file.keepsHostDevices { addChild(.reopenNullStreams, .rule) }
        add(file.afterSwitch)

        try addProcessSteps(process, hooks: spec.hooks.startContainer, entersPIDNamespace: namespaces.entersLate)
        if !lateLimits.isEmpty { addParent(.awaitReady, .rule) }
        for limit in lateLimits { addParent(limit, .resources) }
        addParent(.recordCreated, .rule)
        return plan
    }

    // MARK: - Small parts

    mutating func addChild(_ operation: ChildOperation, _ property: Origin.Property, _ index: Int? = nil) {
        plan.child.steps.append(ChildStep(operation, Origin(property, index)))
    }

    mutating func addParent(_ operation: ParentOperation, _ property: Origin.Property, _ index: Int? = nil) {
        plan.parent.append(ParentStep(operation, Origin(property, index)))
    }

    private mutating func add(_ operations: [PlannedOperation]) {
        for planned in operations { plan.child.steps.append(ChildStep(.rootfs(planned.operation), planned.origin)) }
    }

    private var mountFacts: MountFacts {
        MountFacts(
            bundle: facts.bundle, rootfs: (spec.root?.path ?? Path()).absolute(in: facts.bundle),
            cgroups: cgroupPlaces,
            isRootless: facts.isRootless,
            hasSELinux: facts.hasSELinux, keepsHostRoot: options.noPivot, firstTreeSlot: .mountSource(0))
    }

    private var cgroupPlaces: [MountFacts.CgroupPlace] {
        let own = facts.cgroupLayout?.ownPlaces ?? []
        guard let places = facts.cgroup?.places else { return own.map { MountFacts.CgroupPlace($0) } }
        return places.map { place in
            let stays = facts.isRootless ? own.first { $0.mountPoint == place.mountPoint } : nil
            return MountFacts.CgroupPlace(place, ownPath: stays?.path)
        }
    }

    /// Without a budget in its cgroup the child may not take a real-time policy, so this one limit does not wait.
    private mutating func addRealTimeBudget() {
        guard let cpu = spec.linux?.resources?.cpu, cpu.realtimeRuntime != nil || cpu.realtimePeriod != nil else {
            return
        }
        let budget = CPUResources(realtimeRuntime: cpu.realtimeRuntime, realtimePeriod: cpu.realtimePeriod)
        addParent(.limitCgroup(Resources(cpu: budget), enforcingDevices: false), .resources)
    }

    private mutating func limitCgroup(late: Bool) throws(ContainerError) {
        let resources = spec.linux?.resources ?? Resources()
        guard let cgroup = facts.cgroup else {
            var limits = resources
            limits.devices = []
            guard limits == Resources() else {
                throw ContainerError(
                    .invalidConfiguration, origin: Origin(.resources), reason: "this host has no cgroups mounted",
                    remedy: "mount cgroup2 on /sys/fs/cgroup, or remove the limits")
            }
            return
        }
        var limits = [ParentOperation.limitCgroup(resources, enforcingDevices: false)]
        // systemd first: what it writes is less than the runtime knows, and the last word stays with the runtime.
        if cgroup.unit != nil { limits.insert(.limitUnit(resources), at: 0) }
        // Hooks of the container's side fork in its cgroup, as the child itself may do, which a limit of tasks could
        // forbid: they come first.
        guard spec.hooks.createContainer.isEmpty, !late else {
            lateLimits = limits
            return
        }
        for limit in limits { addParent(limit, .resources) }
    }

    /// What the annotations add to the unit.
    private func unitProperties() throws(ContainerError) -> [UnitProperty] {
        do throws(CgroupError) {
            return try UnitAnnotations.properties(of: spec.annotations)
        } catch {
            throw ContainerError(error)
        }
    }

    private mutating func addTimeNamespace(_ namespaces: NamespacePlan) {
        guard namespaces.isNew(.time) else { return }
        addChild(.unshare(.newTime), .namespaces)
        // Offsets are fixed once a process has entered, so they are written before.
        for (index, entry) in (spec.linux?.timeOffsets ?? [:]).enumerated() {
            let step = TimeOffsetStep(
                clock: entry.key == .monotonic ? .monotonic : .boottime, seconds: entry.value.secs,
                nanoseconds: entry.value.nanosecs)
            addChild(.setTimeOffset(step), .timeOffsets, index)
        }
        addChild(.enterTimeNamespace, .namespaces)
    }

    /// What the runtime does when the mounts are made and before the root changes: network devices, then its hooks.
    private mutating func addRuntimeHooks() throws(ContainerError) {
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
        addChild(.meet(.hooks), property)
        addParent(.await(.hooks), property)
        // Before any hook, which may want to set them up, and before the sysctls of the devices.
        for (index, device) in devices.enumerated() {
            addParent(.moveNetworkDevice(name: device.key, as: device.value.name ?? device.key), .netDevices, index)
        }
        if !prestart.isEmpty { addParent(.runHooks(.prestart, steps(of: prestart)), .prestart) }
        if !createRuntime.isEmpty { addParent(.runHooks(.createRuntime, steps(of: createRuntime)), .createRuntime) }
        addParent(.release(.hooks), property)
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
        return TerminalStep(
            height: process.consoleSize?.height ?? 0, width: process.consoleSize?.width ?? 0, user: process.user.uid,
            isConsole: true)
    }

    /// What hooks that run in the container get to know.
    func state(_ status: ContainerStatus) -> HookState {
        HookState(id: id, status: status, bundle: facts.bundle, annotations: spec.annotations)
    }

    func steps(of hooks: [Hook]) -> [HookStep] { hooks.map { HookStep($0) } }
}

extension HookStep {
    /// The hook of a configuration; without arguments it gets its own path as the only one.
    package init(_ hook: Hook) {
        self.init(
            path: hook.path, arguments: hook.args.isEmpty ? [hook.path.bytes] : hook.args, environment: hook.env ?? [],
            inheritsEnvironment: hook.env == nil, timeout: hook.timeout.map { Int64($0) })
    }
}
