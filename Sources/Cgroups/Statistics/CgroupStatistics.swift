import LinuxKernel

/// What the kernel has counted for a cgroup and all below it, whatever the version of the hierarchies.
///
/// The values are in the units of version 1: nanoseconds and bytes.
package struct CgroupStatistics: Equatable, Sendable {
    package var cpu = CPUStatistics()
    package var cpuset = CpusetStatistics()
    package var memory = MemoryStatistics()
    package var pids = PidsStatistics()
    package var blockIO = BlockIOStatistics()
    /// By the size of the pages, sorted by its name.
    package var hugepages: [HugepageStatistics] = []
    package var rdma: [RdmaStatistics] = []
    package var misc: [MiscStatistics] = []

    package init() {}
}

extension Cgroup {
    /// What the kernel has counted for the cgroup.
    ///
    /// Each controller is read where it is: in its hierarchy of version 1, else in cgroup2. Pressure is known to cgroup2
    /// alone, also where that is bare.
    ///
    /// - Throws: an error for a cgroup that is gone or not the container's.
    package mutating func statistics() throws(CgroupError) -> CgroupStatistics {
        var statistics = CgroupStatistics()
        if let usage = try legacyFiles("cpuacct") { try statistics.cpu.readUsage(legacy: usage) }
        if let bandwidth = try legacyFiles("cpu") { try statistics.cpu.readThrottling(legacy: bandwidth) }
        if let files = try legacyFiles("cpuset") { statistics.cpuset = try CpusetStatistics(legacy: files) }
        if let files = try legacyFiles("memory") { statistics.memory = try MemoryStatistics(legacy: files) }
        if let files = try legacyFiles("pids") { statistics.pids = try PidsStatistics(files) }
        if let files = try legacyFiles("blkio") { statistics.blockIO = try BlockIOStatistics(legacy: files) }
        if let files = try legacyFiles("hugetlb") { statistics.hugepages = try HugepageStatistics.read(legacy: files) }
        if let files = try legacyFiles("rdma") { statistics.rdma = try RdmaStatistics.read(files) }
        if let files = try legacyFiles("misc") { statistics.misc = try MiscStatistics.read(files) }
        if let files = try unifiedFiles() { try readUnified(files, into: &statistics) }
        return statistics
    }

    private func readUnified(
        _ files: StatisticsFiles, into statistics: inout CgroupStatistics
    ) throws(CgroupError) {
        if legacyIndex(of: "cpuacct") == nil { try statistics.cpu.readUsage(unified: files) }
        if legacyIndex(of: "cpu") == nil { try statistics.cpu.readThrottling(unified: files) }
        if legacyIndex(of: "cpuset") == nil { statistics.cpuset = try CpusetStatistics(unified: files) }
        if legacyIndex(of: "memory") == nil { statistics.memory = try MemoryStatistics(unified: files) }
        if legacyIndex(of: "pids") == nil { statistics.pids = try PidsStatistics(files) }
        if legacyIndex(of: "blkio") == nil { statistics.blockIO = try BlockIOStatistics(unified: files) }
        if legacyIndex(of: "hugetlb") == nil { statistics.hugepages = try HugepageStatistics.read(unified: files) }
        if legacyIndex(of: "rdma") == nil { statistics.rdma = try RdmaStatistics.read(files) }
        if legacyIndex(of: "misc") == nil { statistics.misc = try MiscStatistics.read(files) }
        statistics.cpu.pressure = try Pressure(files, "cpu.pressure")
        statistics.memory.pressure = try Pressure(files, "memory.pressure")
        statistics.blockIO.pressure = try Pressure(files, "io.pressure")
    }

    private mutating func legacyFiles(_ controller: String) throws(CgroupError) -> StatisticsFiles? {
        guard let index = legacyIndex(of: controller) else { return nil }
        return StatisticsFiles(directory: try directory(of: index), path: branches[index].place)
    }

    private mutating func unifiedFiles() throws(CgroupError) -> StatisticsFiles? {
        guard let index = unifiedIndex else { return nil }
        return StatisticsFiles(directory: try directory(of: index), path: branches[index].place)
    }
}
