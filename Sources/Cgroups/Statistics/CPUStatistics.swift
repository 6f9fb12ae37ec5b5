import LinuxKernel

/// Processor time in nanoseconds.
package struct CPUStatistics: Equatable, Sendable {
    package var total: UInt64 = 0
    package var kernel: UInt64 = 0
    package var user: UInt64 = 0
    /// By processor; version 1 alone.
    package var perCPU: [UInt64] = []
    package var perCPUKernel: [UInt64] = []
    package var perCPUUser: [UInt64] = []
    /// Periods of the quota that have passed.
    package var periods: UInt64 = 0
    /// Those at whose end somebody had to wait.
    package var throttledPeriods: UInt64 = 0
    package var throttledTime: UInt64 = 0
    /// Periods in which more than the quota was used.
    package var bursts: UInt64 = 0
    package var burstTime: UInt64 = 0
    package var pressure: Pressure?

    package init() {}

    /// Reads the controller `cpuacct`. See the kernel's Documentation/admin-guide/cgroup-v1/cpuacct.rst.
    mutating func readUsage(legacy files: StatisticsFiles) throws(CgroupError) {
        // Of all architectures that Linux runs on, user space counts 100 ticks a second.
        let tick: UInt64 = 10_000_000
        let modes = try files.pairs("cpuacct.stat") ?? []
        user = Self.times(modes["user"] ?? 0, tick)
        kernel = Self.times(modes["system"] ?? 0, tick)
        total = try files.number("cpuacct.usage") ?? 0
        for word in try files.lines("cpuacct.usage_percpu")?.first ?? [] {
            perCPU.append(try files.number(word, in: "cpuacct.usage_percpu"))
        }
        // A line of headings, then "cpu user system".
        for words in try files.lines("cpuacct.usage_all")?.dropFirst() ?? [] where words.count == 3 {
            perCPUUser.append(try files.number(words[1], in: "cpuacct.usage_all"))
            perCPUKernel.append(try files.number(words[2], in: "cpuacct.usage_all"))
        }
    }

    /// Reads the controller `cpu`.
    mutating func readThrottling(legacy files: StatisticsFiles) throws(CgroupError) {
        let counts = try files.pairs("cpu.stat") ?? []
        periods = counts["nr_periods"] ?? 0
        throttledPeriods = counts["nr_throttled"] ?? 0
        throttledTime = counts["throttled_time"] ?? 0
        bursts = counts["nr_bursts"] ?? 0
        burstTime = counts["burst_time"] ?? 0
    }

    /// Reads `cpu.stat` of cgroup2, which is there also without the controller. See the kernel's cgroup-v2.rst.
    mutating func readUsage(unified files: StatisticsFiles) throws(CgroupError) {
        let counts = try files.pairs("cpu.stat") ?? []
        total = Self.times(counts["usage_usec"] ?? 0, 1000)
        user = Self.times(counts["user_usec"] ?? 0, 1000)
        kernel = Self.times(counts["system_usec"] ?? 0, 1000)
    }

    mutating func readThrottling(unified files: StatisticsFiles) throws(CgroupError) {
        let counts = try files.pairs("cpu.stat") ?? []
        periods = counts["nr_periods"] ?? 0
        throttledPeriods = counts["nr_throttled"] ?? 0
        throttledTime = Self.times(counts["throttled_usec"] ?? 0, 1000)
        bursts = counts["nr_bursts"] ?? 0
        burstTime = Self.times(counts["burst_usec"] ?? 0, 1000)
    }

    private static func times(_ count: UInt64, _ unit: UInt64) -> UInt64 {
        let (product, isTooBig) = count.multipliedReportingOverflow(by: unit)
        return isTooBig ? .max : product
    }
}
