import ByteStrings
import ContainerInit
import ContainerSteps
import RuntimeSpec

extension PlanBuilder {
    /// All that comes before the cgroup and the child.
    func addBeginning(_ namespaces: NamespacePlan, startsAtOnce: Bool) throws(ContainerError) {
        // What the caller passes is looked at before anything is opened, so that nothing of the runtime's own is passed.
        if options.passedDescriptors > 0 {
            addParent(
                PassedDescriptorsStep {
                    $0.count = options.passedDescriptors
                    $0.listening = options.listenDescriptors
                }, .option)
        }
        addSockets()
        // From here on the host changes, and the state says so first.
        addParent(
            StateDirectoryStep {
                $0.path = facts.stateDirectory
                $0.hasNotifyDirectory = options.notifySocket != nil
            }, .rule)
        if !namespaces.hasMountNamespace { addParent(HostRootStep { $0.path = mountFacts.rootfs }, .rule) }
        if !startsAtOnce { addParent(StartFifoStep(), .rule) }
        if startsAtOnce, let target = options.notifySocket {
            addParent(NotifySocketStep { $0.target = target }, .environment)
        }

        try addHookFiles()
    }

    /// Connects to the caller's sockets.
    package func addSockets() {
        addSocket(.consoleSocket, options.consoleSocket)
        addSocket(.pidfdSocket, options.pidfdSocket)
    }

    private func addSocket(_ slot: Slot, _ path: Path?) {
        guard let path, !path.isEmpty else { return }
        addParent(
            ConnectSocketStep {
                $0.slot = slot
                $0.path = path
                $0.bundle = facts.bundle
            }, .option)
    }

    /// Gives the caller what it asked for of the process that is there now.
    package func addHandingOver(pidFile: Path?) {
        if options.consoleSocket?.isEmpty == false { addParent(SendTerminalStep(), .option) }
        if options.pidfdSocket?.isEmpty == false { addParent(SendPIDFDStep(), .option) }
        if let pidFile { addParent(PIDFileStep { $0.path = pidFile }, .option) }
    }

    /// The program's terminal.
    package func terminal(_ process: Process, isConsole: Bool) -> TerminalStep {
        TerminalStep {
            $0.height = process.consoleSize?.height ?? 0
            $0.width = process.consoleSize?.width ?? 0
            $0.user = process.user.uid
            $0.isConsole = isConsole
        }
    }

    /// What hooks get to know.
    package func state(_ status: ContainerStatus) -> HookState {
        HookState(id: id, status: status, bundle: facts.bundle, annotations: spec.annotations)
    }

    /// The step of hooks on the runtime's side; nil if there are none.
    package func hooks(
        _ kind: HookKind, _ hooks: [Hook], _ status: ContainerStatus
    ) throws(ContainerError) -> Planned<HooksStep>? {
        if hooks.isEmpty { return nil }
        return Planned(HooksStep(kind, hooks, state(status), try hookFiles()), Origin(kind.property))
    }

    /// Where the output of hooks goes.
    private func hookFiles() throws(ContainerError) -> HookFiles {
        try TrustedAnnotations(spec.annotations, areTrusted: facts.trustsAnnotations).hookFiles(bundle: facts.bundle)
    }

    /// Opens the files for the output of the child's hooks, if annotations name some.
    func addHookFiles() throws(ContainerError) {
        if spec.hooks.createContainer.isEmpty, spec.hooks.startContainer.isEmpty { return }
        let files = try hookFiles()
        if files != HookFiles() { addParent(HookFilesStep { $0.files = files }, .annotations) }
    }

    /// The step of hooks in the container's namespaces.
    package func childHooks(_ kind: HookKind, _ hooks: [Hook], _ status: ContainerStatus) -> ChildHooksStep {
        ChildHooksStep {
            $0.kind = kind
            $0.hooks = hooks.map { HookCommand($0) }
            $0.state = state(status)
        }
    }

    /// Who gets the listener of the filter; nil for a profile that names nobody.
    ///
    /// - Parameter firstPID: the container's first process; 0 while it is being made.
    package func seccompAgent(_ status: ContainerStatus, firstPID: Int32 = 0) -> SeccompAgent? {
        guard let profile = spec.linux?.seccomp, profile.listens else { return nil }
        return SeccompAgent {
            $0.path = profile.listenerPath ?? Path()
            $0.metadata = profile.listenerMetadata
            $0.state = state(status)
            $0.firstPID = firstPID
        }
    }
}

extension SeccompProfile {
    /// Whether a listener comes with its filter.
    fileprivate var listens: Bool {
        listenerPath?.isEmpty == false
            && (defaultAction == .notify || syscalls.contains { $0.action == .notify })
    }
}
