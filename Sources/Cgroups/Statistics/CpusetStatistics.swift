import LinuxKernel

/// Which processors and memory nodes a cgroup may use, and how the kernel spreads its work over them.
package struct CpusetStatistics: Equatable, Sendable {
    package var cpus: [UInt16] = []
    package var memoryNodes: [UInt16] = []
    package var isCPUExclusive: UInt64 = 0
    package var isMemoryExclusive: UInt64 = 0
    package var isMemoryHardwalled: UInt64 = 0
    package var migratesMemory: UInt64 = 0
    package var spreadsPages: UInt64 = 0
    package var spreadsSlabs: UInt64 = 0
    package var memoryPressure: UInt64 = 0
    package var balancesLoad: UInt64 = 0
    package var relaxDomainLevel: Int64 = 0

    package init() {}

    /// Reads the controller of version 1. See cpuset(7).
    init(legacy files: StatisticsFiles) throws(CgroupError) {
        cpus = try Self.list("cpuset.cpus", files)
        memoryNodes = try Self.list("cpuset.mems", files)
        isCPUExclusive = try files.number("cpuset.cpu_exclusive") ?? 0
        isMemoryExclusive = try files.number("cpuset.mem_exclusive") ?? 0
        isMemoryHardwalled = try files.number("cpuset.mem_hardwall") ?? 0
        migratesMemory = try files.number("cpuset.memory_migrate") ?? 0
        spreadsPages = try files.number("cpuset.memory_spread_page") ?? 0
        spreadsSlabs = try files.number("cpuset.memory_spread_slab") ?? 0
        memoryPressure = try files.number("cpuset.memory_pressure") ?? 0
        balancesLoad = try files.number("cpuset.sched_load_balance") ?? 0
        if let text = try files.text("cpuset.sched_relax_domain_level"), let level = Int64(text.text) {
            relaxDomainLevel = level
        }
    }

    /// Reads cgroup2, which has the lists alone.
    init(unified files: StatisticsFiles) throws(CgroupError) {
        cpus = try Self.list("cpuset.cpus.effective", files)
        memoryNodes = try Self.list("cpuset.mems.effective", files)
    }

    private static func list(_ name: String, _ files: StatisticsFiles) throws(CgroupError) -> [UInt16] {
        guard let text = try files.text(name) else { return [] }
        guard let list = numbers(in: text) else {
            throw CgroupError(path: files.path.text + "/" + name, reason: "no list of numbers: " + text)
        }
        return list
    }

    /// The numbers of a list such as `0-3,7`; nil for what is no such list. See cpuset(7), "List format".
    static func numbers(in text: ByteString) -> [UInt16]? {
        var numbers: [UInt16] = []
        for part in text.split(separator: UInt8(ascii: ",")) {
            let ends = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            guard ends.count < 3, let first = ends.first.flatMap(number), let last = ends.last.flatMap(number),
                first <= last
            else { return nil }
            numbers.append(contentsOf: first...last)
        }
        return numbers
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt16? {
        NamedNumber.value(of: digits).flatMap { UInt16(exactly: $0) }
    }
}
