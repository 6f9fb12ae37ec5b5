import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension Container {
    /// Makes mounts in a container that is created, running or paused: all of them, or none. What is made for them in the
    /// container, a directory or a file to mount on, stays.
    ///
    /// The configuration of the container stays as it was: neither its state nor a checkpoint knows of them.
    ///
    /// - Parameters:
    ///   - report: takes warnings.
    ///   - trace: takes what helps to find a fault; nil spares the work.
    ///   - timeline: takes the time of each step; nil spares the work.
    /// - Throws: `notRunning` for a container that is stopped, `notSupported` for one without a mount namespace of its own.
    public func addMounts(
        _ mounts: [Mount], report: @escaping WarningReport = { _ in }, trace: WarningReport? = nil,
        timeline: Timeline? = nil
    ) throws(ContainerError) {
        try checkMountNamespace()
        var spec = try configuration()
        spec.mounts = mounts
        try Self.check(spec.validate())
        let change = MountChange(
            self, spec, context: "unable to add mounts: ", report: report, trace: trace, timeline: timeline)
        try change.perform { (builder, target) throws(ContainerError) in try builder.buildAddedMounts(in: target) }
    }

    /// Takes the mounts on top at the destinations of `mounts` away, the last one first: all of them, or none.
    ///
    /// - Throws: `notRunning` for a container that is stopped, `notSupported` for one without a mount namespace of its own.
    public func removeMounts(
        _ mounts: [Mount], report: @escaping WarningReport = { _ in }, trace: WarningReport? = nil,
        timeline: Timeline? = nil
    ) throws(ContainerError) {
        try checkMountNamespace()
        try Self.check(Mount.validate(destinationsOf: mounts))
        var spec = try configuration()
        spec.mounts = mounts
        let change = MountChange(
            self, spec, context: "unable to remove mounts: ", report: report, trace: trace, timeline: timeline)
        try change.perform { (builder, target) throws(ContainerError) in try builder.buildRemovedMounts(in: target) }
    }

    private static func check(_ findings: [Finding]) throws(ContainerError) {
        guard findings.isEmpty else {
            throw ContainerError(.invalidConfiguration, exactly: SpecError(findings: findings).text)
        }
    }

    /// Refuses a container that has ended, and one whose mounts are the runtime's.
    private func checkMountNamespace() throws(ContainerError) {
        switch try status() {
        case .created, .running, .paused: break
        case .creating, .stopped: throw ContainerError(.notRunning, exactly: "container not running")
        }
        let namespace = record.configuration.namespaces.first { $0.type == .mount }
        // One that was joined by its path may be the runtime's.
        let isOwn: Bool
        if let namespace { isOwn = namespace.path.isEmpty ? true : try !sharesMounts() } else { isOwn = false }
        guard isOwn else {
            throw ContainerError(
                .notSupported,
                exactly: "container \(id) has no mount namespace of its own: a mount in it would be one of the host")
        }
    }

    private func sharesMounts() throws(ContainerError) -> Bool {
        guard let process = try openProcess() else {
            throw ContainerError(.notRunning, exactly: "container not running")
        }
        return try attempt("stat", "/proc/\(process.pid)/ns/mnt") { () throws(Errno) in
            let (own, other) = (
                try fileStatus(ThisProcess.file("ns/mnt")), try fileStatus("/proc/\(process.pid)/ns/mnt")
            )
            return own.inode == other.inode && own.device == other.device
        }
    }
}

/// A change of the mounts of a container that runs.
private struct MountChange {
    private let container: Container
    private let spec: Spec
    private let context: StaticString
    private let report: WarningReport
    private let trace: WarningReport?
    private let timeline: Timeline?

    init(
        _ container: Container, _ spec: Spec, context: StaticString, report: @escaping WarningReport,
        trace: WarningReport?, timeline: Timeline?
    ) {
        self.container = container
        self.spec = spec
        self.context = context
        self.report = report
        self.trace = trace
        self.timeline = timeline
    }

    /// Makes the plan and performs it.
    func perform(
        _ build: (consuming PlanBuilder, ExecTarget) throws(ContainerError) -> ContainerPlan
    ) throws(ContainerError) {
        guard !spec.mounts.isEmpty else { return }
        do throws(ContainerError) {
            let record = container.record
            var facts = HostFacts(bundle: record.bundle)
            facts.isRootless = record.isRootless
            facts.user = effectiveUser
            if !(spec.linux?.mountLabel ?? "").isEmpty { facts.hasSELinux = HostFacts.isSELinuxEnabled }
            if spec.mounts.contains(where: { $0.type == "proc" }) {
                facts.canNameNamespaceOfProcfs = Procfs.takesNamespace()
            }
            timeline?.begin("make-plan")
            let builder = PlanBuilder(
                spec: spec, id: container.id, options: CreateOptions(bundle: record.bundle), facts: facts)
            let making = Making(
                try build(builder, ExecTarget(record)), of: record, program: container.store.initProgram,
                context: context, report: report, trace: trace, timeline: timeline)
            try making.perform()
            timeline?.begin("await-end")
            reap(making.conversation)
        } catch {
            var failure = error
            if failure.context.utf8CodeUnitCount == 0 { failure.context = context }
            throw failure
        }
    }

    /// Takes the status of the child, which has nothing left to do: the mounts are as they are to be.
    private func reap(_ conversation: Conversation) {
        guard let child = conversation.takeChild() else { return }
        do throws(Errno) {
            _ = try child.reap()
        } catch {
            report("waiting for the child that changed the mounts: " + error.message)
        }
    }
}
