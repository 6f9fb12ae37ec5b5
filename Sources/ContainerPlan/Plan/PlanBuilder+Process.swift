import ByteStrings
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec
import Seccomp

extension PlanBuilder {
    /// The last part of every plan, of a new container and of one more process in it: from attributes to the program.
    ///
    /// - Parameters:
    ///   - entersPIDNamespace: whether a pid namespace was joined, which takes one more process to enter.
    ///   - isInUserNamespace: whether the process is in another user namespace than the runtime.
    package func addProcessSteps(
        _ process: Process, hooks: [Hook], entersPIDNamespace: Bool, isInUserNamespace: Bool
    ) throws(ContainerError) {
        addAttributes(process)
        if !entersPIDNamespace { addScheduler(process) }
        if let label = process.apparmorProfile, !label.isEmpty {
            guard facts.hasAppArmor else {
                throw ContainerError(
                    .invalidConfiguration, origin: Origin(.apparmorProfile), subject: quoted(label),
                    reason: "apparmor: config provided but apparmor not supported",
                    remedy: "remove the property or enable AppArmor on the host")
            }
            addLabel(.apparmor, label, .apparmorProfile)
        }
        if let label = process.selinuxLabel, !label.isEmpty {
            guard facts.hasSELinux else {
                throw ContainerError(
                    .invalidConfiguration, origin: Origin(.selinuxLabel), subject: quoted(label),
                    reason: "selinux label is specified in config, but selinux is disabled or not supported")
            }
            addLabel(.selinux, label, .selinuxLabel)
        }
        if process.noNewPrivileges { addChild(NoNewPrivilegesStep(), .noNewPrivileges) }

        // The directory twice: root reaches some that the user does not, and the user some that root does not (NFS).
        let cwd = process.cwd.isEmpty ? "/" : process.cwd
        addChild(
            WorkingDirectoryStep {
                $0.path = cwd
                $0.isAttempt = true
            }, .cwd)
        let (capabilities, unknown) = CapabilitySets.of(process.capabilities)
        if !unknown.isEmpty {
            plan.warnings.append(
                "ignoring unknown or unavailable capabilities: [" + unknown.joined(separator: " ") + "]"
                    + Self.hint(for: unknown))
        }
        let unraisable = capabilities.ambient & ~(capabilities.permitted & capabilities.inheritable)
        if unraisable != 0 {
            let names = Capability.names.indices.filter { unraisable & (1 << UInt64($0)) != 0 }
                .map { Capability.names[$0].description }
            plan.warnings.append(
                "can't raise ambient capability " + names.joined(separator: ", ")
                    + ": not both permitted and inheritable")
        }
        addChild(
            BoundingSetStep {
                $0.wanted = capabilities
                $0.isInUserNamespace = isInUserNamespace
            }, .capabilities)
        let annotations = try TrustedAnnotations(spec.annotations, areTrusted: facts.trustsAnnotations)
        plan.warnings += annotations.warnings
        if annotations.keepsOriginalGroups, !process.user.additionalGids.isEmpty {
            plan.warnings.append("the process keeps its caller's groups, and gets none of process.user.additionalGids")
        }
        // In the sight of the others of its pid namespace the process holds nothing of the host's.
        if entersPIDNamespace, !hooks.isEmpty, annotations.hookOutput ?? annotations.hookErrorOutput != nil {
            plan.warnings.append("the output of startContainer hooks is not kept in a joined pid namespace")
        }
        addChild(
            IdentityStep {
                $0.user = process.user.uid
                $0.group = process.user.gid
                let groups = process.user.additionalGids
                let keeps = annotations.keepsOriginalGroups || facts.isRootless && groups.isEmpty
                $0.additionalGroups = keeps ? nil : groups
                $0.umask = process.user.umask ?? 0o022
                $0.effective = capabilities.effective | Capability.neededForSetUp
                $0.isInUserNamespace = isInUserNamespace
            }, .user)
        addChild(WorkingDirectoryStep { $0.path = cwd }, .cwd)
        if let program = process.args.first {
            let environment = environment(of: process)
            addChild(
                LookUpProgramStep {
                    $0.program = program
                    $0.environment = environment
                    $0.findsHome = !environment.contains { $0.hasPrefix("HOME=") }
                    $0.user = process.user.uid
                    $0.passedDescriptors = options.passedDescriptors
                }, .args)
        }
        // Late, since they bind this process, too, and before the privilege to raise them is gone.
        addLimits(process) { !entersPIDNamespace || $0 != .nproc }
        let filter = try compileSeccomp()
        if entersPIDNamespace { addEntry(process, capabilities: capabilities, loadsFilter: filter != nil) }
        addFinalSteps(
            process, capabilities: capabilities, filter: filter, hooks: hooks,
            loadsEarly: filter?.listens ?? false || entersPIDNamespace && !process.noNewPrivileges)
    }

    /// Into the sight of the other processes of a joined pid namespace, as late as can be.
    ///
    /// To hide keeps away who has the same ids, but not who has CAP_SYS_PTRACE in the same user namespace: another
    /// container's process with it opens /proc/PID/root and the descriptors of this one, or becomes it. So until here the
    /// child was in the runtime's pid namespace. It enters with its root changed, no descriptor of the host's, and no
    /// capability but the program's and those for what only the second process can do: a policy, which the kernel does not
    /// hand down; the limit of processes, which would refuse the fork; and a filter, which would bind it.
    private func addEntry(_ process: Process, capabilities: CapabilitySets, loadsFilter: Bool) {
        var needed: UInt64 = 0
        if process.scheduler != nil { needed |= Capability.mask(of: "CAP_SYS_NICE") }
        if process.rlimits.contains(where: { $0.type == .nproc }) {
            needed |= Capability.mask(of: "CAP_SYS_RESOURCE")
        }
        if loadsFilter, !process.noNewPrivileges { needed |= Capability.mask(of: "CAP_SYS_ADMIN") }
        var sets = capabilities
        sets.permitted |= needed
        sets.effective |= needed
        addChild(CapabilitiesStep { $0.sets = sets }, .capabilities)
        addChild(EnterPIDNamespaceStep(), .namespaces)
        addChild(SessionStep(), .rule)
        if process.terminal { addChild(ControllingTerminalStep(), .terminal) }
        addScheduler(process)
        addLimits(process) { $0 == .nproc }
    }

    private func addLimits(_ process: Process, where isIncluded: (RlimitType) -> Bool) {
        for (index, limit) in process.rlimits.enumerated() where isIncluded(limit.type) {
            addChild(
                ResourceLimitStep {
                    $0.resource = limit.type.number
                    $0.soft = limit.soft
                    $0.hard = limit.hard
                }, .rlimits, index)
        }
    }

    /// Filter, capabilities and wait, so that as little as possible has to pass the filter.
    ///
    /// Loading a filter takes no_new_privs or CAP_SYS_ADMIN. With the first it is the very last thing before the exec and
    /// the hooks that the filter is to bind, too; without, the final change of capabilities follows. A filter with a listener goes in before the wait, since
    /// the runtime that hands the listener on is gone afterwards; so does one that would keep a privilege over the wait
    /// where others can see the process.
    private func addFinalSteps(
        _ process: Process, capabilities: CapabilitySets, filter: SeccompStep?, hooks: [Hook], loadsEarly: Bool
    ) {
        if let filter, loadsEarly {
            if process.noNewPrivileges { addChild(CapabilitiesStep { $0.sets = capabilities }, .capabilities) }
            addChild(filter, .seccomp)
            if !process.noNewPrivileges { addChild(CapabilitiesStep { $0.sets = capabilities }, .capabilities) }
        } else if process.noNewPrivileges || filter == nil {
            addChild(CapabilitiesStep { $0.sets = capabilities }, .capabilities)
        }
        let hasFifo = plan.parent.contains { $0.step is StartFifoStep }
        addChild(
            WaitForStartStep {
                $0.giver = hasFifo ? .start : .maker
                $0.isAttended = !hasFifo && options.waitFifo == nil
            }, .rule)
        if options.waitFifo != nil { addChild(WaitForReaderStep(), .option) }
        if let filter, !loadsEarly {
            addChild(filter, .seccomp)
            if !process.noNewPrivileges { addChild(CapabilitiesStep { $0.sets = capabilities }, .capabilities) }
        }
        // Programs of the image: they may do no more than the container's own.
        if !hooks.isEmpty { addChild(childHooks(.startContainer, hooks, .created), .startContainer) }
        addChild(ExecuteStep { $0.arguments = process.args }, .args)
    }

    private func addLabel(
        _ module: SecurityLabelStep.Module, _ label: ByteString, _ property: Origin.Property
    ) {
        addChild(
            SecurityLabelStep {
                $0.module = module
                $0.label = label
            }, property)
    }

    private func addAttributes(_ process: Process) {
        if let personality = spec.linux?.personality {
            addChild(PersonalityStep { $0.domain = UInt64(personality.domain.number) }, .personality)
            if !personality.flags.isEmpty {
                plan.warnings.append(
                    "ignoring unsupported personality flags: [" + personality.flags.joined(separator: " ") + "]")
            }
        }
        if let policy = spec.linux?.memoryPolicy {
            var mode = policy.mode.number
            for flag in policy.flags { mode |= flag.bit }
            addChild(
                MemoryPolicyStep {
                    $0.mode = mode
                    $0.nodes = numbers(of: policy.nodes)
                }, .memoryPolicy)
        }
        if let priority = process.ioPriority {
            addChild(
                IOPriorityStep {
                    $0.ioClass = Int32(priority.ioClass.number)
                    $0.priority = priority.priority
                }, .ioPriority)
        }
    }

    private func addScheduler(_ process: Process) {
        if let scheduler = process.scheduler {
            var attributes = SchedulingAttributes(policy: scheduler.policy.number)
            for flag in scheduler.flags { attributes.flags |= flag.bit }
            attributes.nice = scheduler.nice
            attributes.priority = UInt32(clamping: scheduler.priority)
            attributes.runtime = scheduler.runtime
            attributes.deadline = scheduler.deadline
            attributes.period = scheduler.period
            addChild(SchedulerStep { $0.attributes = attributes }, .scheduler)
        }
    }

    /// The numbers of a list of processors or memory nodes, which has been checked to be one.
    package func numbers(of list: String?) -> [Int32] {
        list.flatMap { NumberList($0) }.map { $0.numbers.map { Int32(clamping: $0) } } ?? []
    }

    /// The environment with the last of several values of a name; an empty HOME counts as none.
    private func environment(of process: Process) -> [ByteString] {
        var entries: [ByteString] = []
        entries.reserveCapacity(process.env.count + 3)
        // From the end, since the last of a name counts.
        var names = ByteStringSet()
        for entry in process.env.reversed() {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            if names.insert(ByteString(bytes: entry[..<equals])), entry != "HOME=" { entries.append(entry) }
        }
        entries.reverse()
        if options.listenDescriptors > 0 {
            entries.append("LISTEN_FDS=\(options.listenDescriptors)")
            entries.append("LISTEN_PID=1")
        }
        if options.notifySocket != nil { entries.append("NOTIFY_SOCKET=/run/notify/notify.sock") }
        return entries
    }

    /// The capabilities that may have been meant.
    private static func hint(for unknown: [String]) -> String {
        let near = unknown.prefix(5).flatMap { NearestName.matches(for: $0, among: Capabilities.knownNames) }
        return near.isEmpty ? "" : " (did you mean " + near.joined(separator: ", ") + "?)"
    }

    private func compileSeccomp() throws(ContainerError) -> SeccompStep? {
        guard let profile = spec.linux?.seccomp else { return nil }
        do throws(SeccompError) {
            let filter = try SeccompFilter(profile)
            // A newer kernel's call is named beside its older kin; a name alone that is nearly another's is a mistake.
            for name in filter.unknownNames.prefix(20) {
                let near = SeccompFilter.calls(near: name).filter { name in
                    !profile.syscalls.contains { $0.names.contains(SyscallName(name)) }
                }
                if near.isEmpty { continue }
                plan.warnings.append(
                    "ignoring unknown system call " + quoted(name) + " in linux.seccomp.syscalls (did you mean "
                        + near.joined(separator: " or ") + "?)")
            }
            let program = try filter.program()
            return SeccompStep {
                $0.program = program
                $0.listens = program.notifies
                $0.mutes = !program.permits(FinalWord.sparedBy)
            }
        } catch {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.seccomp), member: "." + error.path, reason: error.message)
        }
    }
}

extension CapabilitySets {
    /// The sets of a configuration, and the names in it that are not known. Without the property all are empty.
    package static func of(_ capabilities: Capabilities?) -> (sets: CapabilitySets, unknown: [String]) {
        var sets = CapabilitySets()
        var unknown: [String] = []
        var seen = ByteStringSet()
        func mask(_ names: [String]?) -> UInt64 {
            var mask: UInt64 = 0
            for name in names ?? [] {
                if let number = Capability.number(of: name) {
                    mask |= 1 << UInt64(number)
                } else if seen.insert(ByteString(name)) {
                    unknown.append(name)
                }
            }
            return mask
        }
        guard let capabilities else { return (sets, []) }
        sets.bounding = mask(capabilities.bounding)
        sets.effective = mask(capabilities.effective)
        sets.permitted = mask(capabilities.permitted)
        sets.inheritable = mask(capabilities.inheritable)
        sets.ambient = mask(capabilities.ambient)
        return (sets, unknown)
    }
}
