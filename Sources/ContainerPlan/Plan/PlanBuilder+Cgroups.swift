import ByteStrings
import Cgroups
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec
import SystemdBus

extension PlanBuilder {
    /// The cgroup, and the unit of systemd that it belongs to.
    package func add(_ cgroup: CgroupPlan, _ namespaces: NamespacePlan) throws(ContainerError) {
        if let unit = cgroup.unit {
            let properties = try cgroupCall { () throws(CgroupError) in
                try UnitAnnotations.properties(of: spec.annotations)
            }
            let limits = try unitLimits(cgroup)
            addParent(
                StartUnitStep {
                    $0.unit = unit
                    $0.cgroup = cgroup
                    $0.properties = properties
                    $0.limits = limits.start
                    $0.isUnified = cgroup.kind == .unified
                }, .cgroupsPath)
        }
        addParent(
            MakeCgroupStep {
                $0.cgroup = cgroup
                $0.cpus = spec.linux?.resources?.cpu?.cpus ?? ""
                $0.mems = spec.linux?.resources?.cpu?.mems ?? ""
                $0.controllersBesides = controllersBesides(cgroup)
                $0.isRootless = facts.goesWithoutCgroup
                $0.isUnprivileged = facts.isRootless
                $0.hasPrivatePIDNamespace = namespaces.isNew(.pid)
            }, .cgroupsPath)
        try addRealTimeBudget(cgroup)
    }

    /// Controllers of limits that a hybrid host has left to its cgroup2.
    private func controllersBesides(_ cgroup: CgroupPlan) -> [String] {
        guard cgroup.kind == .hybrid else { return [] }
        var wanted: [String] = []
        if spec.linux?.resources?.hugepageLimits.isEmpty == false { wanted.append("hugetlb") }
        if spec.linux?.resources?.rdma.isEmpty == false { wanted.append("rdma") }
        return wanted.filter { cgroup.leavesToUnified($0) }
    }

    package var cgroupPlaces: [MountFacts.CgroupPlace] {
        let own = facts.cgroupLayout?.ownPlaces ?? []
        guard let places = facts.cgroup?.places else { return own.map { MountFacts.CgroupPlace($0) } }
        return places.map { place in
            let stays = facts.isRootless ? own.first { $0.mountPoint == place.mountPoint } : nil
            return MountFacts.CgroupPlace(place, ownPath: stays?.path)
        }
    }

    /// Without a budget in its cgroup the child may not take a real-time policy, so this one limit does not wait.
    private func addRealTimeBudget(_ cgroup: CgroupPlan) throws(ContainerError) {
        guard let cpu = spec.linux?.resources?.cpu, cpu.realtimeRuntime != nil || cpu.realtimePeriod != nil else {
            return
        }
        let budget = CPUResources(realtimeRuntime: cpu.realtimeRuntime, realtimePeriod: cpu.realtimePeriod)
        let limits = try limits(Resources(cpu: budget), cgroup)
        if !limits.groups.isEmpty { addParent(LimitCgroupStep { $0.groups = limits.groups }, .resources) }
    }

    /// The values for the files of the container's cgroup, which nothing was written to yet.
    private func limits(_ resources: Resources, _ cgroup: CgroupPlan) throws(ContainerError) -> Limits {
        // systemd writes what it keeps, which must be what the runtime has written.
        let resources = cgroup.unit == nil ? resources : resources.withQuotaKeptBySystemd
        return try cgroupCall { () throws(CgroupError) in
            cgroup.kind == .unified
                ? try Limits(unified: resources)
                : try Limits(legacy: resources, unifiedHugepages: cgroup.leavesToUnified("hugetlb"))
        }
    }

    /// The limits as properties of the unit: those that it is started with, and those that it gets later.
    ///
    /// Of a unit that runs systemd writes each change into a file of its own. So all come with the start but a limit of tasks
    /// that leaves what makes the container too little room.
    private func unitLimits(
        _ cgroup: CgroupPlan
    ) throws(ContainerError) -> (start: [UnitProperty], later: [UnitProperty]) {
        let limits = try cgroupCall { () throws(CgroupError) in
            try UnitLimits(
                spec.linux?.resources ?? Resources(), isUnified: cgroup.kind == .unified, drivers: facts.drivers)
        }
        let room = spec.hooks.createContainer.isEmpty ? Self.roomForTasks : .max
        let later = limits.properties.filter { $0.name == UnitLimits.tasks && $0.value.isNumber(below: room) }
        return (limits.properties.filter { !later.contains($0) } + limits.startProperties, later)
    }

    /// How many tasks there are at most while a container is made: the process that keeps the place, the child, and whom it
    /// forks.
    private static let roomForTasks: UInt64 = 16

    /// The rules of devices, those of the configuration and those that every container needs.
    func limitDevices() throws(ContainerError) {
        let configured = spec.linux?.resources?.devices ?? []
        let rules = try cgroupCall { () throws(CgroupError) in try DeviceRules(configured) }
        addParent(
            LimitDevicesStep {
                $0.rules = rules
                $0.isConfigured = !configured.isEmpty
            }, .resourceDevices)
    }

    package func limitCgroup(late: Bool) throws(ContainerError) {
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
        var steps: [any ParentStep] = []
        // systemd first: what it writes is less than the runtime knows, and the last word stays with the runtime.
        if cgroup.unit != nil {
            let later = try unitLimits(cgroup).later
            if !later.isEmpty { steps.append(LimitUnitStep { $0.properties = later }) }
        }
        let limits = try limits(resources, cgroup)
        plan.warnings += limits.warnings
        if !limits.groups.isEmpty {
            steps.append(
                LimitCgroupStep {
                    $0.groups = limits.groups
                    guard resources.memory?.checkBeforeUpdate == true else { return }
                    $0.leastMemory = resources.memory?.limit ?? 0
                    $0.leastMemoryAndSwap = resources.memory?.swap ?? 0
                })
        }
        // Hooks of the container's side fork in its cgroup, as the child itself may do, which a limit of tasks could
        // forbid: they come first.
        guard spec.hooks.createContainer.isEmpty, !late else {
            lateLimits = steps
            return
        }
        for step in steps { addParent(step, .resources) }
    }
}

extension BusValue {
    fileprivate func isNumber(below bound: UInt64) -> Bool {
        guard case .uint64(let number) = self else { return false }
        return number < bound || bound == .max
    }
}
