import ByteStrings
import StrictJSON

extension Validation {
    mutating func check(_ process: Process, at base: String) {
        if process.cwd.isEmpty {
            report(base, "cwd", "Cwd property must not be empty")
        } else if !process.cwd.isAbsolute {
            report(base, "cwd", "Cwd must be an absolute path: " + quotation(of: process.cwd))
        }
        if process.args.isEmpty { report(base, "args", "args must not be empty") }
        for (index, entry) in process.env.enumerated() {
            let place = entry.firstIndex(of: UInt8(ascii: "="))
            guard place == nil || place == entry.startIndex else { continue }
            let reason = place == nil ? "missing '='" : "name cannot be empty"
            report(base, "env[\(index)]", "invalid environment variable " + quotation(of: entry) + ": " + reason)
        }
        if let score = process.oomScoreAdj, !(-1000...1000).contains(score) {
            report(base, "oomScoreAdj", "\(score) is out of range (-1000 to 1000)")
        }
        check(process.user, at: base)
        if let capabilities = process.capabilities { check(capabilities, at: base) }
        check(process.rlimits, at: base)
        if let scheduler = process.scheduler { check(scheduler, at: base) }
        if let priority = process.ioPriority?.priority, !(0...7).contains(priority) {
            report(base, "ioPriority.priority", "invalid ioPriority.Priority: \(priority)")
        }
        check(cpuList: process.execCPUAffinity?.initial, at: base, "execCPUAffinity.initial")
        check(cpuList: process.execCPUAffinity?.final, at: base, "execCPUAffinity.final")
    }

    private mutating func check(_ user: User, at base: String) {
        // setresuid(2) and its like take this number for "leave it as it is".
        let noID = UInt32.max
        if user.uid == noID { report(base, "user.uid", "\(noID) is not a user id") }
        if user.gid == noID { report(base, "user.gid", "\(noID) is not a group id") }
        if user.additionalGids.count > 65536 {
            report(
                base, "user.additionalGids",
                "\(user.additionalGids.count) groups, but the kernel takes no more than 65536")
        }
        for (index, gid) in user.additionalGids.enumerated() where gid == noID {
            report(base, "user.additionalGids[\(index)]", "\(noID) is not a group id")
        }
        if let umask = user.umask, umask > 0o777 {
            report(base, "user.umask", "\(umask) is out of range (0 to 511)")
        }
    }

    /// The kernel refuses to make a capability effective that is not permitted. Unknown names only deserve a warning.
    private mutating func check(_ capabilities: Capabilities, at base: String) {
        let permitted = (capabilities.permitted ?? []).prefix(Self.mostCapabilities)
        for (index, name) in (capabilities.effective ?? []).prefix(Self.mostCapabilities).enumerated()
        where !permitted.contains(where: { $0.utf8.elementsEqual(name.utf8) }) && Capabilities.knownNames.contains(name)
        {
            report(
                base, "capabilities.effective[\(index)]",
                quotation(of: name) + " is not in the permitted set, so it cannot be effective")
        }
    }

    /// A longer list only repeats itself or has unknown names.
    private static let mostCapabilities = 1000

    private mutating func check(_ rlimits: [Rlimit], at base: String) {
        var seen: [String] = []
        for (index, limit) in rlimits.enumerated() {
            if seen.contains(limit.type.rawValue) {
                report(base, "rlimits[\(index)].type", "duplicate resource \"\(limit.type.rawValue)\"")
            } else {
                seen.append(limit.type.rawValue)
            }
            if limit.soft > limit.hard {
                report(
                    base, "rlimits[\(index)].soft",
                    "\(limit.soft) is above the hard limit \(limit.hard) of \"\(limit.type.rawValue)\"")
            }
        }
    }

    private mutating func check(_ scheduler: Scheduler, at base: String) {
        let policy = scheduler.policy
        if !(-20...19).contains(scheduler.nice) {
            let message = "invalid scheduler.nice: \(scheduler.nice) when scheduler.policy is \(policy.rawValue)"
            report(base, "scheduler.nice", message)
        }
        switch policy {
        case .other, .batch: break
        case .fifo, .roundRobin:
            if !(1...99).contains(scheduler.priority) {
                report(
                    base, "scheduler.priority",
                    "\(scheduler.priority) is out of range (1 to 99) for \"\(policy.rawValue)\"")
            }
        case .iso: report(base, "scheduler.policy", "\"SCHED_ISO\" is not implemented by Linux")
        case .deadline: checkDeadline(scheduler, at: base)
        case .idle: break
        }
        if scheduler.priority != 0, policy != .fifo, policy != .roundRobin {
            report(
                base, "scheduler.priority",
                "scheduler.priority can only be specified for SchedFIFO or SchedRR policy: \(scheduler.priority)")
        }
        if policy != .deadline, scheduler.runtime != 0 || scheduler.deadline != 0 || scheduler.period != 0 {
            let member = scheduler.runtime != 0 ? "runtime" : scheduler.deadline != 0 ? "deadline" : "period"
            report(
                base, "scheduler." + member,
                "scheduler runtime/deadline/period can only be specified for SchedDeadline policy: "
                    + "\(scheduler.runtime)/\(scheduler.deadline)/\(scheduler.period) with \"\(policy.rawValue)\"")
        }
    }

    /// The kernel wants 1024 ≤ runtime ≤ deadline ≤ period < 2^63, see sched(7).
    private mutating func checkDeadline(_ scheduler: Scheduler, at base: String) {
        let period = scheduler.period == 0 ? scheduler.deadline : scheduler.period
        if scheduler.runtime < 1024 {
            report(base, "scheduler.runtime", "\(scheduler.runtime) is below 1024 nanoseconds")
        } else if scheduler.runtime > scheduler.deadline {
            report(base, "scheduler.runtime", "\(scheduler.runtime) is above the deadline \(scheduler.deadline)")
        }
        if scheduler.deadline > period {
            report(base, "scheduler.deadline", "\(scheduler.deadline) is above the period \(period)")
        }
        if period > UInt64(Int64.max) { report(base, "scheduler.period", "\(period) is not below 2^63") }
    }

    private mutating func check(cpuList: String?, at base: String, _ property: String) {
        guard let cpuList, NumberList(cpuList) == nil else { return }
        report(base, property, "invalid CPU list " + quotation(of: cpuList))
    }

    mutating func check(_ hooks: Hooks) {
        check(hooks.prestart, "hooks.prestart")
        check(hooks.createRuntime, "hooks.createRuntime")
        check(hooks.createContainer, "hooks.createContainer")
        check(hooks.startContainer, "hooks.startContainer")
        check(hooks.poststart, "hooks.poststart")
        check(hooks.poststop, "hooks.poststop")
    }

    private mutating func check(_ hooks: [Hook], _ kind: String) {
        for (index, hook) in hooks.enumerated() {
            if !hook.path.isAbsolute {
                report("\(kind)[\(index)]", "path", quotation(of: hook.path) + " is not an absolute path")
            }
            if let timeout = hook.timeout, timeout <= 0 {
                report("\(kind)[\(index)]", "timeout", "\(timeout) is not above 0")
            }
        }
    }
}

extension Capabilities {
    /// The names of the capabilities of capabilities(7), in the order of their numbers.
    public static var knownNames: [String] { namesByNumber.map(\.description) }

    /// The same, as the commands that engines call look them up.
    package static let namesByNumber: [StaticString] = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ]
}
