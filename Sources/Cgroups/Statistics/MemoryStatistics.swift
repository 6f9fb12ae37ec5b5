import LinuxKernel

/// Memory in bytes.
package struct MemoryStatistics: Equatable, Sendable {
    /// What is charged of one kind of memory, and its limit.
    package struct Charge: Equatable, Sendable {
        package var limit: UInt64 = 0
        package var usage: UInt64 = 0
        /// The most that was ever used.
        package var peak: UInt64 = 0
        /// How often the limit was in the way; version 1 alone.
        package var failures: UInt64 = 0

        package init() {}
    }

    /// What caches files.
    package var cache: UInt64 = 0
    package var usage = Charge()
    /// Memory and swap together, also on cgroup2, whose own numbers are of swap alone.
    package var swap = Charge()
    package var kernel = Charge()
    package var kernelTCP = Charge()
    /// `memory.stat` as it is.
    package var counters: [NamedNumber] = []
    package var pressure: Pressure?

    package init() {}

    /// Reads the controller of version 1. See the kernel's Documentation/admin-guide/cgroup-v1/memory.rst.
    init(legacy files: StatisticsFiles) throws(CgroupError) {
        counters = try files.pairs("memory.stat") ?? []
        cache = counters["cache"] ?? 0
        usage = try Self.legacyEntry(files, "memory")
        // Swap and kernel memory are options of the kernel, and the limits of the latter are gone from newer ones.
        swap = try Self.legacyEntry(files, "memory.memsw")
        kernel = try Self.legacyEntry(files, "memory.kmem")
        kernelTCP = try Self.legacyEntry(files, "memory.kmem.tcp")
    }

    private static func legacyEntry(_ files: StatisticsFiles, _ prefix: String) throws(CgroupError) -> Charge {
        var entry = Charge()
        guard let usage = try files.number(prefix + ".usage_in_bytes") else { return entry }
        entry.usage = usage
        entry.peak = try files.number(prefix + ".max_usage_in_bytes") ?? 0
        entry.failures = try files.number(prefix + ".failcnt") ?? 0
        entry.limit = try files.number(prefix + ".limit_in_bytes") ?? 0
        return entry
    }

    /// Reads the controller of cgroup2, in the terms of version 1. See the kernel's cgroup-v2.rst, "Memory".
    init(unified files: StatisticsFiles) throws(CgroupError) {
        guard let counters = try files.pairs("memory.stat") else { return }
        self.counters = counters
        cache = counters["file"] ?? 0
        if let usage = try Self.unifiedEntry(files, "memory") {
            self.usage = usage
        } else {
            // The root has no more than the statistics.
            try addHostUsage()
        }
        guard let onlySwap = try Self.unifiedEntry(files, "memory.swap") else { return }
        swap.usage = Self.sum(onlySwap.usage, usage.usage)
        swap.limit = Self.sum(onlySwap.limit, usage.limit)
    }

    private static func unifiedEntry(_ files: StatisticsFiles, _ prefix: String) throws(CgroupError) -> Charge? {
        guard let usage = try files.number(prefix + ".current") else { return nil }
        var entry = Charge()
        entry.usage = usage
        entry.limit = try files.number(prefix + ".max") ?? .max
        entry.peak = try files.number(prefix + ".peak") ?? 0
        return entry
    }

    /// Gives the root cgroup what /proc/meminfo says of the host. See proc_meminfo(5).
    private mutating func addHostUsage() throws(CgroupError) {
        let text = try attempt("read", "/proc/meminfo") { () throws(Errno) in try readKernelFile("/proc/meminfo") }
        usage.usage = Self.sum(counters["anon"] ?? 0, counters["file"] ?? 0)
        usage.limit = .max
        swap.usage = Self.sum(usage.usage, Self.usedSwap(text))
        swap.limit = .max
    }

    /// The swap in use, of a /proc/meminfo, whose numbers are of 1024 bytes.
    static func usedSwap(_ text: ByteString) -> UInt64 {
        var total: UInt64 = 0
        var free: UInt64 = 0
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count > 1, let value = NamedNumber.value(of: words[1]) else { continue }
            if words[0].elementsEqual("SwapTotal:".utf8) { total = value }
            if words[0].elementsEqual("SwapFree:".utf8) { free = value }
        }
        return total > free ? (total - free) &* 1024 : 0
    }

    /// Without limit, the greatest number stays what it is.
    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, isTooBig) = a.addingReportingOverflow(b)
        return isTooBig ? .max : sum
    }
}
