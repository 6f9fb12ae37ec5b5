import ByteStrings
import LinuxKernel
import RuntimeSpec

/// Sets how the process is scheduled. See sched_setattr(2).
package struct SchedulerStep: ChildStep {
    package static let name: StaticString = "scheduler"

    package var attributes = SchedulingAttributes(policy: 0)

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("policy", &attributes.policy)
        try visitor.field("flags", &attributes.flags, .hexadecimal)
        try visitor.field("nice", &attributes.nice)
        try visitor.field("priority", &attributes.priority)
        try visitor.field("runtime", &attributes.runtime)
        try visitor.field("deadline", &attributes.deadline)
        try visitor.field("period", &attributes.period)
    }

    package var detail: String {
        let policy = policy?.rawValue ?? String(attributes.policy)
        var text = policy + " nice=\(attributes.nice) priority=\(attributes.priority)"
        if !flags.isEmpty { text += " flags=" + flags.joined(separator: ",") }
        if attributes.period != 0 {
            text += " runtime=\(attributes.runtime) deadline=\(attributes.deadline) period=\(attributes.period)"
        }
        return text
    }

    private var policy: SchedulerPolicy? { SchedulerPolicy.allCases.first { $0.number == attributes.policy } }

    private var flags: [String] {
        SchedulerFlag.allCases.filter { attributes.flags & $0.bit != 0 }.map(\.rawValue)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        do throws(Errno) {
            try attributes.apply()
        } catch {
            let concernsFlags = error == .notSupported && !flags.isEmpty
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
}
