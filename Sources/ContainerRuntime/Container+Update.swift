import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec
import StrictJSON

extension Container {
    /// Changes the limits of a container that is created, running or paused.
    ///
    /// What `resources` leaves out stays as it is, and so does what it gives as 0, where that means "unchanged"; -1 takes
    /// a limit away. Without any value everything that was asked for before is written again. All or nothing happens: if
    /// the kernel refuses a value, those that were written are set back. The container's state then has the new values, so
    /// that the next change builds on them.
    ///
    /// Rules of devices are replaced as a whole if there are any and they are others than before.
    ///
    /// - Parameters:
    ///   - resources: the new values.
    ///   - l3CacheSchema: the new schema of the level 3 cache, such as `L3:0=f;1=f0`.
    ///   - memBwSchema: the new schema of the memory bandwidth, such as `MB:0=20;1=70`.
    ///   - report: takes warnings.
    /// - Throws: `notRunning` for a container that is stopped, `invalidConfiguration` for values that cannot be.
    public func update(
        _ resources: Resources, l3CacheSchema: ByteString? = nil, memBwSchema: ByteString? = nil,
        report: WarningReport = { _ in }
    ) throws(ContainerError) {
        let findings = resources.validate()
        guard findings.isEmpty else {
            throw ContainerError(.invalidConfiguration, exactly: SpecError(findings: findings).text)
        }
        let rdt = IntelRdt(l3CacheSchema: l3CacheSchema, memBwSchema: memBwSchema)
        let resctrl = try rdt.limits.isEmpty ? nil : resctrlForUpdate(rdt)
        guard let directory = try StateDirectory.open(at: store.directory(of: id), patience: Self.patienceWithOthers)
        else {
            throw ContainerError(.doesNotExist, exactly: "container does not exist")
        }
        let isLocked = try attempt("flock", directory.path) { () throws(Errno) in
            try directory.descriptor.lock(waiting: false)
        }
        guard isLocked else {
            throw ContainerError(.wrongStatus, exactly: "container \(id) is being changed by another command")
        }
        // Under the lock everything is looked at anew: another command may have changed it.
        let container = try store.load(id)
        switch try container.status() {
        case .created, .running, .paused: break
        case .creating, .stopped: throw ContainerError(.notRunning, exactly: "container not running")
        }
        try container.endInterruptedUpdate(directory)
        try container.update(resources.withoutKernelMemory(report), rdt, resctrl, directory, report)
    }

    /// How many milliseconds an update waits for another command that holds the state.
    private static let patienceWithOthers = 10_000

    private func update(
        _ asked: Resources, _ rdt: IntelRdt, _ resctrl: ResctrlFacts?, _ directory: StateDirectory,
        _ report: WarningReport
    ) throws(ContainerError) {
        var spec = try configuration()
        let stored = spec.linux?.resources ?? Resources()
        let saved = stored.updated(by: asked)
        if resctrl != nil, spec.linux?.intelRdt == nil {
            throw ContainerError(
                .notSupported, exactly: "updating a non-existent Intel RDT configuration is not supported")
        }
        var linux = spec.linux ?? LinuxConfiguration()
        linux.resources = saved == Resources() ? linux.resources : saved
        if let schema = rdt.l3CacheSchema { linux.intelRdt?.l3CacheSchema = schema }
        if let schema = rdt.memBwSchema { linux.intelRdt?.memBwSchema = schema }
        let isChanged = linux != spec.linux ?? LinuxConfiguration()
        spec.linux = linux
        let former = try resctrl.map { (facts) throws(ContainerError) in try replaceLimits(rdt, facts) }
        do throws(ContainerError) {
            try change(asked, stored, directory, report) { () throws(ContainerError) in
                if isChanged { try save(spec, in: directory) }
            }
        } catch {
            if let resctrl, let former { takeBack(former, resctrl, report) }
            throw error
        }
    }

    // MARK: - The cgroup

    /// Changes the limits, and makes the change last by `save`; sets everything back if either fails.
    private func change(
        _ asked: Resources, _ stored: Resources, _ directory: StateDirectory, _ report: WarningReport,
        save: () throws(ContainerError) -> Void
    ) throws(ContainerError) {
        var cgroup = record.cgroup
        cgroup.whenFreezing = { (begins) throws(CgroupError) in try Self.markFreeze(begins, in: directory) }
        var values = cgroup.completed(asked, stored: stored)
        let replacesDevices = !asked.devices.isEmpty && asked.devices != stored.devices
        if !replacesDevices { values.devices = [] }
        if record.isRootless || record.cgroupPaths.isEmpty {
            let missing = try cgroupCall { () throws(CgroupError) in try cgroup.missingController(for: values) }
            if let missing {
                throw ContainerError(
                    .notSupported,
                    exactly: "cannot set \(missing) limit: container could not join or create cgroup")
            }
        }
        let unit = record.own.unit.map { LimitChange.Unit(name: $0.name, isUser: $0.isUser) }
        let change = LimitChange(values, formerDevices: replacesDevices ? stored.devices : nil, unit: unit)
        var unsaved: ContainerError?
        do throws(CgroupUpdateError) {
            let warnings = try cgroup.update(change) {
                do throws(ContainerError) {
                    try save()
                    return true
                } catch {
                    unsaved = error
                    return false
                }
            }
            for text in warnings { report(text) }
        } catch {
            var failure = unsaved ?? ContainerError(error.cause)
            if let rollback = error.rollback {
                report(
                    "Setting back cgroup configs failed due to error: \(rollback.message), "
                        + "your state.json and actual configs might be inconsistent.")
                failure.remedy = "and the values before could not be set back: " + rollback.message
            }
            throw failure
        }
    }

    // MARK: - Resource Director Technology

    private func resctrlForUpdate(_ rdt: IntelRdt) throws(ContainerError) -> ResctrlFacts {
        let facts = ResctrlFacts.detect()
        if rdt.l3CacheSchema != nil, facts?.hasCache != true {
            throw ContainerError(.notSupported, exactly: "Intel RDT/CAT: l3 cache schema is not enabled")
        }
        guard let facts, rdt.memBwSchema == nil || facts.hasMemoryBandwidth else {
            throw ContainerError(.notSupported, exactly: "Intel RDT/MBA: memory bandwidth schema is not enabled")
        }
        return facts
    }

    private func replaceLimits(_ rdt: IntelRdt, _ facts: ResctrlFacts) throws(ContainerError) -> [ByteString] {
        guard let path = record.intelRdtPath else { return [] }
        return try ResctrlTree(mountedAt: facts.path).replaceLimits(
            of: path.relative(to: facts.path) ?? Path(), by: rdt.limits)
    }

    private func takeBack(_ former: [ByteString], _ facts: ResctrlFacts, _ report: WarningReport) {
        guard let path = record.intelRdtPath, !former.isEmpty else { return }
        do throws(ContainerError) {
            _ = try ResctrlTree(mountedAt: facts.path).replaceLimits(
                of: path.relative(to: facts.path) ?? Path(), by: former)
        } catch {
            report(
                "Setting back intelRdt configs failed due to error: \(error.message), "
                    + "your state.json and actual configs might be inconsistent.")
        }
    }

    // MARK: - The state

    /// Writes the configuration and the state with the limits of `spec`; both or neither.
    private func save(_ spec: Spec, in directory: StateDirectory) throws(ContainerError) {
        let configuration: Path = "config.json"
        let state: Path = "state.json"
        let former = try content(of: configuration, in: directory)
        let document = try content(of: state, in: directory)
        let changed: [UInt8]
        do throws(JSONSyntaxError) {
            changed = try record.replacingLimits(in: document, by: spec.linux?.resources ?? Resources())
        } catch {
            throw ContainerError(subject: directory.path.appending(state), reason: error.message)
        }
        try directory.write(spec.encoded(), as: configuration)
        do throws(ContainerError) {
            try directory.write(changed, as: state)
        } catch {
            try directory.write(former, as: configuration)
            throw error
        }
    }

    private func content(of name: Path, in directory: StateDirectory) throws(ContainerError) -> [UInt8] {
        let path = directory.path.appending(name)
        return try attempt("read", path) { () throws(Errno) in try readRegularFile(path, limit: 16 << 20) }
    }
}

extension IntelRdt {
    /// The schemata of cache and memory bandwidth.
    fileprivate var limits: [ByteString] { [l3CacheSchema, memBwSchema].compactMap { $0 } }
}

extension Resources {
    /// The limits without those of kernel memory, which have no effect on today's kernels.
    fileprivate func withoutKernelMemory(_ report: WarningReport) -> Resources {
        guard let memory, memory.kernel ?? 0 != 0 || memory.kernelTCP ?? 0 != 0 else { return self }
        report("Kernel memory settings are ignored and will be removed")
        var result = self
        result.memory?.kernel = nil
        result.memory?.kernelTCP = nil
        return result
    }
}
