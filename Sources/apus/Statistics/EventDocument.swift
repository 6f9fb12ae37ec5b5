import ByteStrings
import Cgroups
import ContainerRuntime
import StrictJSON

/// The lines of `events`: one JSON object each, with runc's members in their order. Members that runc leaves out when they
/// are zero are left out.
enum EventDocument {
    /// A process of the container ran out of memory.
    static func outOfMemory(id: String) -> [UInt8] {
        var writer = JSONWriter()
        begin(&writer, "oom", id)
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// What the kernel has counted.
    static func statistics(_ statistics: ContainerStatistics, id: String) -> [UInt8] {
        var writer = JSONWriter()
        begin(&writer, "stats", id)
        writer.key("data")
        writer.beginObject()
        writer.key("cpu")
        write(statistics.cgroup.cpu, &writer)
        writer.key("cpuset")
        write(statistics.cgroup.cpuset, &writer)
        writer.key("memory")
        write(statistics.cgroup.memory, &writer)
        writer.key("pids")
        writer.beginObject()
        writer.member("current", statistics.cgroup.pids.current)
        writer.member("limit", statistics.cgroup.pids.limit)
        writer.endObject()
        writer.key("blkio")
        write(statistics.cgroup.blockIO, &writer)
        writer.key("hugetlb")
        write(statistics.cgroup.hugepages, &writer)
        writer.key("intel_rdt")
        write(statistics.intelRdt ?? IntelRdtStatistics(), &writer)
        writer.key("network_interfaces")
        write(statistics.interfaces, &writer)
        writer.endObject()
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func begin(_ writer: inout JSONWriter, _ type: String, _ id: String) {
        writer.beginObject()
        writer.key("type")
        writer.string(type)
        writer.key("id")
        writer.string(id)
    }

    private static func write(_ cpu: CPUStatistics, _ writer: inout JSONWriter) {
        writer.beginObject()
        if cpu.hasUsage {
            writer.key("usage")
            writer.beginObject()
            writer.member("total", cpu.total)
            writer.member("percpu", cpu.perCPU)
            writer.member("percpu_kernel", cpu.perCPUKernel)
            writer.member("percpu_user", cpu.perCPUUser)
            writer.present("kernel", cpu.kernel)
            writer.present("user", cpu.user)
            writer.endObject()
        }
        if cpu.periods != 0 || cpu.throttledPeriods != 0 || cpu.throttledTime != 0 {
            writer.key("throttling")
            writer.beginObject()
            writer.member("periods", cpu.periods)
            writer.member("throttledPeriods", cpu.throttledPeriods)
            writer.member("throttledTime", cpu.throttledTime)
            writer.endObject()
        }
        writer.member(cpu.pressure)
        writer.endObject()
    }

    private static func write(_ cpuset: CpusetStatistics, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("cpus", cpuset.cpus.map { UInt64($0) })
        writer.present("cpu_exclusive", cpuset.isCPUExclusive)
        writer.member("mems", cpuset.memoryNodes.map { UInt64($0) })
        writer.present("mem_hardwall", cpuset.isMemoryHardwalled)
        writer.present("mem_exclusive", cpuset.isMemoryExclusive)
        writer.present("memory_migrate", cpuset.migratesMemory)
        writer.present("memory_spread_page", cpuset.spreadsPages)
        writer.present("memory_spread_slab", cpuset.spreadsSlabs)
        writer.present("memory_pressure", cpuset.memoryPressure)
        writer.present("sched_load_balance", cpuset.balancesLoad)
        writer.key("sched_relax_domain_level")
        writer.integer(cpuset.relaxDomainLevel)
        writer.endObject()
    }

    private static func write(_ memory: MemoryStatistics, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("cache", memory.cache)
        writer.member("usage", memory.usage)
        writer.member("swap", memory.swap)
        writer.member("kernel", memory.kernel)
        writer.member("kernelTCP", memory.kernelTCP)
        if !memory.counters.isEmpty {
            writer.key("raw")
            writer.beginObject()
            // As Go writes the keys of a map.
            for pair in memory.counters.sorted(by: { $0.name < $1.name }) {
                writer.key(pair.name)
                writer.integer(pair.value)
            }
            writer.endObject()
        }
        writer.member(memory.pressure)
        writer.endObject()
    }

    private static func write(_ io: BlockIOStatistics, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("ioServiceBytesRecursive", io.serviceBytes)
        writer.member("ioServicedRecursive", io.serviced)
        writer.member("ioQueueRecursive", io.queued)
        writer.member("ioServiceTimeRecursive", io.serviceTime)
        writer.member("ioWaitTimeRecursive", io.waitTime)
        writer.member("ioMergedRecursive", io.merged)
        writer.member("ioTimeRecursive", io.time)
        writer.member("sectorsRecursive", io.sectors)
        writer.member(io.pressure)
        writer.endObject()
    }

    private static func write(_ hugepages: [HugepageStatistics], _ writer: inout JSONWriter) {
        writer.beginObject()
        for size in hugepages {
            writer.key(size.size)
            writer.beginObject()
            writer.member("usage", size.usage)
            writer.member("max", size.peak)
            writer.present("failcnt", size.failures)
            writer.endObject()
        }
        writer.endObject()
    }

    private static func write(_ interfaces: [NetworkStatistics]?, _ writer: inout JSONWriter) {
        guard let interfaces else { return writer.null() }
        writer.beginArray()
        for interface in interfaces {
            writer.beginObject()
            writer.key("Name")
            writer.string(interface.name)
            writer.present("RxBytes", interface.received.bytes)
            writer.present("RxPackets", interface.received.packets)
            writer.present("RxErrors", interface.received.errors)
            writer.present("RxDropped", interface.received.dropped)
            writer.present("TxBytes", interface.sent.bytes)
            writer.present("TxPackets", interface.sent.packets)
            writer.present("TxErrors", interface.sent.errors)
            writer.present("TxDropped", interface.sent.dropped)
            writer.endObject()
        }
        writer.endArray()
    }
}

extension EventDocument {
    private static func write(_ rdt: IntelRdtStatistics, _ writer: inout JSONWriter) {
        writer.beginObject()
        if let cache = rdt.cache {
            writer.key("l3_cache_info")
            writer.beginObject()
            writer.member("cbm_mask", cache.fact("cbm_mask") ?? "")
            writer.member("min_cbm_bits", number(cache.fact("min_cbm_bits")))
            writer.member("num_closids", number(cache.fact("num_closids")))
            writer.endObject()
            writer.member("l3_cache_schema_root", cache.rootSchema)
            writer.member("l3_cache_schema", cache.schema)
        }
        if let bandwidth = rdt.bandwidth {
            writer.key("mem_bw_info")
            writer.beginObject()
            writer.member("bandwidth_gran", number(bandwidth.fact("bandwidth_gran")))
            writer.member("delay_linear", number(bandwidth.fact("delay_linear")))
            writer.member("min_bandwidth", number(bandwidth.fact("min_bandwidth")))
            writer.member("num_closids", number(bandwidth.fact("num_closids")))
            writer.endObject()
            writer.member("mem_bw_schema_root", bandwidth.rootSchema)
            writer.member("mem_bw_schema", bandwidth.schema)
        }
        if rdt.monitorsBandwidth {
            writer.key("mbm_stats")
            writer.beginArray()
            for domain in rdt.domains {
                writer.beginObject()
                writer.present("mbm_total_bytes", domain.totalBytes ?? 0)
                writer.present("mbm_local_bytes", domain.localBytes ?? 0)
                writer.endObject()
            }
            writer.endArray()
        }
        if rdt.monitorsOccupancy {
            writer.key("cmt_stats")
            writer.beginArray()
            for domain in rdt.domains {
                writer.beginObject()
                writer.present("llc_occupancy", domain.occupancy ?? 0)
                writer.endObject()
            }
            writer.endArray()
        }
        if !rdt.schemata.isEmpty {
            writer.key("schemata")
            writer.beginArray()
            for line in rdt.schemata { writer.string(line) }
            writer.endArray()
        }
        writer.endObject()
    }

    private static func number(_ text: ByteString?) -> UInt64 { text.flatMap { UInt64($0.text) } ?? 0 }
}

extension CPUStatistics {
    fileprivate var hasUsage: Bool {
        total != 0 || kernel != 0 || user != 0 || !perCPU.isEmpty || !perCPUKernel.isEmpty || !perCPUUser.isEmpty
    }
}

// MARK: - Members that are left out when they are zero

extension JSONWriter {
    fileprivate mutating func present(_ name: StaticString, _ value: UInt64) {
        key(name)
        integer(value)
    }

    fileprivate mutating func member(_ name: StaticString, _ value: UInt64) {
        if value != 0 { present(name, value) }
    }

    fileprivate mutating func member(_ name: StaticString, _ text: ByteString) {
        guard !text.isEmpty else { return }
        key(name)
        string(text)
    }

    fileprivate mutating func member(_ name: StaticString, _ values: [UInt64]) {
        guard !values.isEmpty else { return }
        key(name)
        beginArray()
        for value in values { integer(value) }
        endArray()
    }

    fileprivate mutating func member(_ name: StaticString, _ entry: MemoryStatistics.Charge) {
        guard entry != MemoryStatistics.Charge() else { return }
        key(name)
        beginObject()
        present("limit", entry.limit)
        member("usage", entry.usage)
        member("max", entry.peak)
        present("failcnt", entry.failures)
        endObject()
    }

    fileprivate mutating func member(_ name: StaticString, _ entries: [BlockIOStatistics.Entry]) {
        guard !entries.isEmpty else { return }
        key(name)
        beginArray()
        for entry in entries {
            beginObject()
            member("major", entry.major)
            member("minor", entry.minor)
            member("op", entry.operation)
            member("value", entry.value)
            endObject()
        }
        endArray()
    }

    fileprivate mutating func member(_ pressure: Pressure?) {
        guard let pressure else { return }
        key("psi")
        beginObject()
        share("some", pressure.some)
        share("full", pressure.full)
        endObject()
    }

    private mutating func share(_ name: StaticString, _ share: Pressure.Share) {
        guard share != Pressure.Share() else { return }
        key(name)
        beginObject()
        hundredths("avg10", share.average10)
        hundredths("avg60", share.average60)
        hundredths("avg300", share.average300)
        present("total", share.total)
        endObject()
    }

    /// A number with two decimals, as short as it can be.
    private mutating func hundredths(_ name: StaticString, _ value: UInt64) {
        key(name)
        self.value(encoded: Array(DecimalText.text(value, decimals: 2).utf8))
    }
}
