import RuntimeSpec

extension Limits {
    mutating func addLegacy(_ cpu: CPUResources) throws(CgroupError) {
        addCpuset(cpu)
        let isIdle = try addIdle(cpu.idle)
        if let shares = cpu.shares, shares != 0 {
            guard shares >= 2 else {
                throw Self.invalid("cpu.shares", String(shares), "the minimum allowed cpu-shares is 2")
            }
            guard shares <= 262_144 else {
                throw Self.invalid("cpu.shares", String(shares), "the maximum allowed cpu-shares is 262144")
            }
            // A cgroup that runs only when others are idle has the least share of all, and takes no other.
            if !isIdle { add(LimitWrite("cpu", "cpu.shares", String(shares), "cpu.shares")) }
        }
        var bandwidth: [LimitWrite] = []
        if let period = cpu.period, period != 0 {
            bandwidth.append(LimitWrite("cpu", "cpu.cfs_period_us", String(period), "cpu.period"))
        }
        if let burst = cpu.burst {
            bandwidth.append(
                LimitWrite("cpu", "cpu.cfs_burst_us", String(burst), "cpu.burst", isOptional: burst == 0))
        }
        if let quota = cpu.quota, quota != 0 {
            bandwidth.append(LimitWrite("cpu", "cpu.cfs_quota_us", String(quota), "cpu.quota"))
        }
        // A shorter period with the old quota may exceed what the parent has; a burst must not exceed the quota.
        add(bandwidth)
        var realtime: [LimitWrite] = []
        if let period = cpu.realtimePeriod, period != 0 {
            realtime.append(LimitWrite("cpu", "cpu.rt_period_us", String(period), "cpu.realtimePeriod"))
        }
        if let runtime = cpu.realtimeRuntime, runtime != 0 {
            realtime.append(LimitWrite("cpu", "cpu.rt_runtime_us", String(runtime), "cpu.realtimeRuntime"))
        }
        add(realtime)
    }

    /// The CPUs and memory nodes, whose files have the same names in both versions.
    mutating func addCpuset(_ cpu: CPUResources) {
        if let cpus = cpu.cpus, !cpus.isEmpty { add(LimitWrite("cpuset", "cpuset.cpus", cpus, "cpu.cpus")) }
        if let mems = cpu.mems, !mems.isEmpty { add(LimitWrite("cpuset", "cpuset.mems", mems, "cpu.mems")) }
    }

    /// Adds the idle setting, the same in both versions; true if the cgroup is to run only when others are idle.
    mutating func addIdle(_ idle: Int64?) throws(CgroupError) -> Bool {
        guard let idle else { return false }
        guard idle == 0 || idle == 1 else {
            throw Self.invalid("cpu.idle", String(idle), "invalid cpu idle value: " + String(idle) + " (0 or 1)")
        }
        add(LimitWrite("cpu", "cpu.idle", String(idle), "cpu.idle", isOptional: idle == 0))
        return idle == 1
    }
}
