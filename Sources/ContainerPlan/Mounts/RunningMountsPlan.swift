import ByteStrings
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension PlanBuilder {
    /// The short plan that makes the mounts of the configuration in a container that runs: the runtime takes what is the
    /// host's, and a child attaches it in the container's namespaces.
    package func buildAddedMounts(in target: ExecTarget) throws(ContainerError) -> ContainerPlan {
        var facts = mountFacts
        facts.isRunning = true
        let planner = RootfsPlanner(spec: spec, facts: facts)
        var step = AddMountsStep()
        var sources: [Planned<MountSourceStep>] = []
        for (index, mount) in spec.mounts.enumerated() {
            do throws(ContainerError) {
                try Self.checkRunning(mount)
                let (made, source) = try planner.mount(mount, index)
                if let source { sources.append(Planned(source, Origin(.mounts, index))) }
                step.mounts.append(try checkedRunning(made, target))
            } catch {
                throw error.caused(by: Origin(.mounts, index))
            }
        }
        addOpening(of: target)
        if !isUnprivileged { for source in sources { plan.parent.append(Planned(source.step, source.origin)) } }
        addChange(step, sources: isUnprivileged ? sources : [], in: target)
        return plan
    }

    /// Whether only the container's user namespace gives the privileges to take trees of mounts.
    private var isUnprivileged: Bool { facts.user != 0 }

    /// The short plan that takes mounts of a container that runs away, by their destinations.
    package func buildRemovedMounts(in target: ExecTarget) throws(ContainerError) -> ContainerPlan {
        let planner = RootfsPlanner(spec: spec, facts: mountFacts)
        var step = RemoveMountsStep()
        for (index, mount) in spec.mounts.enumerated() {
            do throws(ContainerError) {
                let options = try MountOptions.parse(mount.options)
                step.places.append(
                    RemoveMountsStep.Place {
                        $0.path = planner.place(of: mount)
                        $0.isOnLink = options.rules.contains(.destinationNoFollow)
                    })
            } catch {
                throw error.caused(by: Origin(.mounts, index))
            }
        }
        addOpening(of: target)
        addChange(step, in: target)
        return plan
    }

    private func addOpening(of target: ExecTarget) {
        addParent(
            OpenProcessStep {
                $0.pid = target.pid
                $0.startTime = target.startTime
            }, .rule)
    }

    private func addChange(
        _ step: any RootfsStep, sources: [Planned<MountSourceStep>] = [], in target: ExecTarget
    ) {
        addParent(SpawnStep(), .rule)
        // What is typed at the runtime's terminal does not end it half-way.
        addChild(SessionStep(), .rule)
        // It stays out of the container's pid namespace, so that nobody in there sees it.
        addChild(HideStep(), .rule)
        var namespaces = target.namespaces.subtracting([.newPID, .newTime])
        if !sources.isEmpty, namespaces.contains(.newUser) {
            join([.newUser], staysOpen: true)
            addChild(UnshareStep { $0.namespaces = .newMount }, .mounts)
            for source in sources { plan.child.steps.append(Planned(TakeTreeStep(source.step), source.origin)) }
            namespaces.remove(.newUser)
        }
        join(namespaces)
        addChild(step, .mounts)
        addChild(KeepMountsStep(), .rule)
        addChild(EndStep(), .rule)
        addParent(AwaitStep { $0.point = .mounts }, .mounts)
        addParent(ReleaseStep { $0.point = .mounts }, .mounts)
    }

    private func join(_ namespaces: CloneFlags, staysOpen: Bool = false) {
        addChild(
            JoinNamespaceStep {
                $0.slot = .containerProcess
                $0.kinds = namespaces
                $0.staysOpen = staysOpen
            }, .namespaces)
        if namespaces.contains(.newUser) { addChild(BecomeRootStep(), .namespaces) }
    }

    /// Refuses what takes the host's view, which the child of a running container has not.
    private static func checkRunning(_ mount: Mount) throws(ContainerError) {
        guard mount.type == "cgroup", !mount.isBind else { return }
        throw ContainerError(
            .notSupported, member: ".type", value: quoted(mount.type ?? ""),
            reason: "the cgroup file systems of a container are mounted when it is created",
            remedy: "the type cgroup2 mounts the unified hierarchy")
    }

    /// Refuses what could not be taken away again.
    private func checkedRunning(_ step: MountStep, _ target: ExecTarget) throws(ContainerError) -> MountStep {
        func refuse(_ member: String, _ value: ByteString, _ reason: String) -> ContainerError {
            ContainerError(.notSupported, member: member, value: quoted(value), reason: reason)
        }
        if step.kind == .remount {
            throw refuse(".options", "remount", "a mount of a container that runs is removed and added, not changed")
        }
        if step.rules.contains(.copySymbolicLink) {
            throw refuse(".options", "copy-symlink", "in a container that runs only mounts are made")
        }
        if step.coversRoot {
            throw refuse(".destination", "/", "the root of a container that runs stays")
        }
        if step.kind == .proc, target.namespaces.contains(.newPID), !facts.canNameNamespaceOfProcfs {
            throw ContainerError(
                .notSupported, member: ".type", value: quoted(step.type),
                reason: "a new procfs of the pid namespace of a container that runs takes Linux 6.17")
        }
        return step
    }
}

extension TakeTreeStep {
    /// The same tree as `source`, taken by the child.
    fileprivate init(_ source: MountSourceStep) {
        self.init {
            $0.slot = source.slot
            $0.path = source.path
            $0.recursively = source.recursively
            $0.noFollow = source.noFollow
        }
    }
}
