import Linux
import RuntimeSpec

extension InitProcess {
    func setResourceLimit(_ step: ResourceLimitStep) throws(ContainerError) {
        do throws(Errno) {
            try Linux.setResourceLimit(step.resource, soft: step.soft, hard: step.hard)
        } catch {
            let type = RlimitType.allCases.first { $0.number == step.resource }
            let isAboveHard = error == .notPermitted
            throw ContainerError(
                operation: "error setting rlimit type \(step.resource): setrlimit", member: isAboveHard ? ".hard" : "",
                value: isAboveHard ? String(step.hard) : "",
                subject: "\(type?.rawValue ?? String(step.resource)) soft \(step.soft) hard \(step.hard)",
                errno: error,
                remedy: isAboveHard
                    ? "raising a hard limit takes CAP_SYS_RESOURCE, and that of RLIMIT_NOFILE ends at fs.nr_open" : "")
        }
    }

    func setMemoryPolicy(_ step: MemoryPolicyStep) throws(ContainerError) {
        do throws(Errno) {
            try Linux.setMemoryPolicy(mode: step.mode, nodes: step.nodes.map { Int($0) })
        } catch {
            // The flags are in the bits above the mode.
            let mode = MemoryPolicyMode.allCases.first { $0.number == step.mode & 0xfff }
            throw ContainerError(
                operation: "set_mempolicy", member: error == .invalidArgument ? ".nodes" : "",
                subject: "\(mode?.rawValue ?? String(step.mode)) nodes \(step.nodes)",
                errno: error,
                remedy: error == .invalidArgument
                    ? "the nodes must be there and in the cpuset, and the kernel must know the mode" : "")
        }
    }

    func setScheduler(_ attributes: SchedulingAttributes) throws(ContainerError) {
        do throws(Errno) {
            try attributes.apply()
        } catch {
            let policy = SchedulerPolicy.allCases.first { $0.number == attributes.policy }
            let flags = SchedulerFlag.allCases.filter { attributes.flags & $0.bit != 0 }.map(\.rawValue)
            let concernsFlags = error == Errno(rawValue: 95) && !flags.isEmpty
            throw ContainerError(
                operation: "sched_setattr", member: concernsFlags ? ".flags" : "",
                value: concernsFlags ? flags.joined(separator: " ") : "",
                subject: policy?.rawValue ?? String(attributes.policy), errno: error,
                remedy: concernsFlags ? "this kernel does not know one of the flags" : Self.remedy(error, policy))
        }
    }

    private static func remedy(_ errno: Errno, _ policy: SchedulerPolicy?) -> String {
        guard errno == .notPermitted else { return "" }
        switch policy {
        case .fifo, .roundRobin:
            return "it takes CAP_SYS_NICE and, on cgroup v1, linux.resources.cpu.realtimeRuntime"
        case .deadline:
            return "it takes CAP_SYS_NICE, and the "
                + "process scheduler can't be used together with AllowedCPUs (linux.resources.cpu.cpus)"
        case .other, .batch, .idle, .iso, nil: return "it takes CAP_SYS_NICE"
        }
    }

    func setIOPriority(_ step: IOPriorityStep) throws(ContainerError) {
        do throws(Errno) {
            try Linux.setIOPriority(class: step.ioClass, priority: step.priority)
        } catch {
            let name = IOPriorityClass.allCases.first { Int32($0.number) == step.ioClass }
            throw ContainerError(
                operation: "ioprio_set", subject: "\(name?.rawValue ?? String(step.ioClass)) \(step.priority)",
                errno: error, remedy: error == .notPermitted ? "it takes CAP_SYS_NICE" : "")
        }
    }
}
