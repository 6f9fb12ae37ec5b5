import ByteStrings
import Cgroups
import ContainerRuntime

/// A container's statistics as metrics: seconds, bytes and ratios, `_total` behind the names of what only grows.
enum MetricsDocument {
    private typealias Sample = PrometheusText.Sample

    /// The metrics of one moment.
    ///
    /// - Parameter outOfMemory: how often a stream has been told that the container ran out of memory; nil without one.
    static func text(_ statistics: ContainerStatistics, id: String, outOfMemory: UInt64? = nil) -> [UInt8] {
        var text = PrometheusText(identifier: id)
        add(statistics.cgroup.cpu, to: &text)
        add(statistics.cgroup.memory, to: &text)
        if let kills = statistics.oomKills {
            text.add(
                "container_oom_kills_total", .counter, "Processes that the kernel has killed for lack of memory.",
                .integer(kills))
        }
        if let outOfMemory {
            text.add(
                "container_oom_events_total", .counter,
                "Times that this stream was told that the container had run out of memory.", .integer(outOfMemory))
        }
        let pids = statistics.cgroup.pids
        text.add("container_tasks", .gauge, "Processes and threads.", .integer(pids.current))
        text.add(
            "container_tasks_limit", .gauge, "Processes and threads that there may be.",
            pids.limit == 0 ? .infinite : .limit(pids.limit))
        if !statistics.cgroup.cpuset.cpus.isEmpty {
            text.add(
                "container_cpuset_cpus", .gauge, "Processors that the container may use.",
                .integer(UInt64(statistics.cgroup.cpuset.cpus.count)))
        }
        add(statistics.cgroup.blockIO, to: &text)
        addPressure(statistics.cgroup, to: &text)
        add(statistics.cgroup.hugepages, to: &text)
        add(statistics.interfaces ?? [], to: &text)
        if let rdt = statistics.intelRdt { add(rdt, to: &text) }
        addRare(statistics.cgroup, to: &text)
        return text.bytes
    }

    private static func add(_ cpu: CPUStatistics, to text: inout PrometheusText) {
        text.add(
            "container_cpu_usage_seconds_total", .counter, "Processor time.", .nanoseconds(cpu.total))
        text.add(
            "container_cpu_user_seconds_total", .counter, "Processor time in user mode.", .nanoseconds(cpu.user))
        text.add(
            "container_cpu_system_seconds_total", .counter, "Processor time in the kernel.",
            .nanoseconds(cpu.kernel))
        text.add(
            "container_cpu_usage_by_cpu_seconds_total", .counter, "Processor time of each processor.",
            cpu.perCPU.enumerated().map { number, time in
                Sample(.nanoseconds(time), [("cpu", ByteString(String(number)))])
            })
        text.add(
            "container_cpu_periods_total", .counter, "Periods of the quota that have passed.",
            .integer(cpu.periods))
        text.add(
            "container_cpu_throttled_periods_total", .counter, "Periods at whose end tasks had to wait.",
            .integer(cpu.throttledPeriods))
        text.add(
            "container_cpu_throttled_seconds_total", .counter, "Time for which tasks had to wait for their quota.",
            .nanoseconds(cpu.throttledTime))
        text.add(
            "container_cpu_burst_periods_total", .counter, "Periods in which more than the quota was used.",
            .integer(cpu.bursts))
        text.add(
            "container_cpu_burst_seconds_total", .counter, "Processor time that was used beyond the quota.",
            .nanoseconds(cpu.burstTime))
    }

    private static func add(_ memory: MemoryStatistics, to text: inout PrometheusText) {
        for kind in Self.memoryKinds {
            let entry = memory[keyPath: kind.entry]
            guard entry != MemoryStatistics.Charge() else { continue }
            text.add(kind.names.usage, .gauge, kind.help, .integer(entry.usage))
            text.add(kind.names.limit, .gauge, "How much that may be.", .limit(entry.limit))
            if entry.peak > 0 { text.add(kind.names.peak, .gauge, "The most it ever was.", .integer(entry.peak)) }
            text.add(
                kind.names.failures, .counter, "Times that the limit was in the way.", .integer(entry.failures))
        }
        text.add("container_memory_cache_bytes", .gauge, "Memory that caches files.", .integer(memory.cache))
        text.add(
            "container_memory_stat", .untyped, "The fields of memory.stat, in the units of the kernel.",
            memory.counters.map { Sample(.integer($0.value), [("field", $0.name)]) })
    }

    /// One holds the other, so each has metrics of its own: their sum would mean nothing.
    private static var memoryKinds:
        [(
            entry: KeyPath<MemoryStatistics, MemoryStatistics.Charge>, help: StaticString,
            names: (usage: StaticString, limit: StaticString, peak: StaticString, failures: StaticString)
        )]
    {
        [
            (
                \.usage, "Memory in use.",
                (
                    "container_memory_usage_bytes", "container_memory_limit_bytes", "container_memory_peak_bytes",
                    "container_memory_failures_total"
                )
            ),
            (
                \.swap, "Memory and swap in use.",
                (
                    "container_memory_swap_usage_bytes", "container_memory_swap_limit_bytes",
                    "container_memory_swap_peak_bytes", "container_memory_swap_failures_total"
                )
            ),
            (
                \.kernel, "Memory in use of the kernel.",
                (
                    "container_memory_kernel_usage_bytes", "container_memory_kernel_limit_bytes",
                    "container_memory_kernel_peak_bytes", "container_memory_kernel_failures_total"
                )
            ),
            (
                \.kernelTCP, "Memory in use of the kernel's sockets.",
                (
                    "container_memory_sockets_usage_bytes", "container_memory_sockets_limit_bytes",
                    "container_memory_sockets_peak_bytes", "container_memory_sockets_failures_total"
                )
            ),
        ]
    }

    private static func add(_ io: BlockIOStatistics, to text: inout PrometheusText) {
        func samples(
            _ entries: [BlockIOStatistics.Entry], _ value: (UInt64) -> PrometheusText.Value = { .integer($0) }
        ) -> [Sample] {
            // Sums, and operations that are counted as reads or writes too, would be counted twice by who adds all up.
            let sums: [ByteString] = ["Total", "Sync", "Async"]
            return entries.filter { !sums.contains($0.operation) }.map { entry in
                var labels: [(StaticString, ByteString)] = [
                    ("device", ByteString(String(entry.major) + ":" + String(entry.minor)))
                ]
                if !entry.operation.isEmpty { labels.append(("operation", lowered(entry.operation))) }
                return Sample(value(entry.value), labels)
            }
        }
        text.add(
            "container_block_io_bytes_total", .counter, "Bytes that went to block devices and came from them.",
            samples(io.serviceBytes))
        text.add("container_block_io_total", .counter, "Operations on block devices.", samples(io.serviced))
        text.add("container_block_io_queued", .gauge, "Operations that wait.", samples(io.queued))
        text.add(
            "container_block_io_service_seconds_total", .counter, "Time that operations took once they were begun.",
            samples(io.serviceTime, PrometheusText.Value.nanoseconds))
        text.add(
            "container_block_io_wait_seconds_total", .counter, "Time that operations waited.",
            samples(io.waitTime, PrometheusText.Value.nanoseconds))
        text.add(
            "container_block_io_merged_total", .counter, "Operations that were joined with others.",
            samples(io.merged))
        text.add(
            "container_block_io_device_seconds_total", .counter, "Time for which a device was the container's.",
            samples(io.time) { .fraction($0, decimals: 3) })
        text.add(
            "container_block_io_sectors_total", .counter, "Sectors that went to block devices and came from them.",
            samples(io.sectors))
    }

    private static func lowered(_ text: ByteString) -> ByteString {
        ByteString(bytes: text.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 })
    }

    private static func addPressure(_ cgroup: CgroupStatistics, to text: inout PrometheusText) {
        let resources: [(ByteString, Pressure?)] = [
            ("cpu", cgroup.cpu.pressure), ("memory", cgroup.memory.pressure), ("io", cgroup.blockIO.pressure),
        ]
        func totals(_ share: KeyPath<Pressure, Pressure.Share>) -> [Sample] {
            resources.compactMap { resource, pressure in
                pressure.map { Sample(.microseconds($0[keyPath: share].total), [("resource", resource)]) }
            }
        }
        func ratios(_ share: KeyPath<Pressure, Pressure.Share>) -> [Sample] {
            resources.flatMap { resource, pressure -> [Sample] in
                guard let share = pressure?[keyPath: share] else { return [] }
                let windows: [(ByteString, UInt64)] = [
                    ("10", share.average10), ("60", share.average60), ("300", share.average300),
                ]
                return windows.map {
                    Sample(.fraction($0.1, decimals: 4), [("resource", resource), ("seconds", $0.0)])
                }
            }
        }
        text.add(
            "container_pressure_waiting_seconds_total", .counter,
            "Time for which at least one task waited for the resource.", totals(\.some))
        text.add(
            "container_pressure_stalled_seconds_total", .counter, "Time for which all tasks waited for the resource.",
            totals(\.full))
        text.add(
            "container_pressure_waiting_ratio", .gauge,
            "Share of the last seconds for which at least one task waited for the resource.", ratios(\.some))
        text.add(
            "container_pressure_stalled_ratio", .gauge,
            "Share of the last seconds for which all tasks waited for the resource.", ratios(\.full))
    }

    private static func add(_ hugepages: [HugepageStatistics], to text: inout PrometheusText) {
        func samples(_ value: (HugepageStatistics) -> UInt64) -> [Sample] {
            hugepages.map { Sample(.integer(value($0)), [("size", $0.size)]) }
        }
        text.add("container_hugepage_usage_bytes", .gauge, "Huge pages in use.", samples { $0.usage })
        text.add(
            "container_hugepage_peak_bytes", .gauge, "The most huge pages that were ever in use.",
            hugepages.contains { $0.peak > 0 } ? samples { $0.peak } : [])
        text.add(
            "container_hugepage_failures_total", .counter, "Times that the limit was in the way.",
            samples { $0.failures })
    }

    private static func add(_ interfaces: [NetworkStatistics], to text: inout PrometheusText) {
        func samples(_ value: (NetworkStatistics) -> UInt64) -> [Sample] {
            interfaces.map { Sample(.integer(value($0)), [("interface", $0.name)]) }
        }
        text.add("container_network_receive_bytes_total", .counter, "Bytes received.", samples { $0.received.bytes })
        text.add(
            "container_network_receive_packets_total", .counter, "Packets received.", samples { $0.received.packets })
        text.add(
            "container_network_receive_errors_total", .counter, "Packets that came damaged.",
            samples { $0.received.errors })
        text.add(
            "container_network_receive_dropped_total", .counter, "Packets that came and were dropped.",
            samples { $0.received.dropped })
        text.add("container_network_transmit_bytes_total", .counter, "Bytes sent.", samples { $0.sent.bytes })
        text.add("container_network_transmit_packets_total", .counter, "Packets sent.", samples { $0.sent.packets })
        text.add(
            "container_network_transmit_errors_total", .counter, "Packets that could not be sent.",
            samples { $0.sent.errors })
        text.add(
            "container_network_transmit_dropped_total", .counter, "Packets that were dropped instead of sent.",
            samples { $0.sent.dropped })
    }

    private static func add(_ rdt: IntelRdtStatistics, to text: inout PrometheusText) {
        func samples(_ value: (IntelRdtStatistics.Domain) -> UInt64?) -> [Sample] {
            rdt.domains.compactMap { domain in value(domain).map { Sample(.integer($0), [("domain", domain.name)]) } }
        }
        text.add("container_cache_occupancy_bytes", .gauge, "Cache of level 3 in use.", samples { $0.occupancy })
        text.add(
            "container_memory_bandwidth_bytes_total", .counter, "Bytes moved between caches and memory.",
            samples { $0.totalBytes })
        text.add(
            "container_memory_bandwidth_local_bytes_total", .counter,
            "Bytes moved between caches and the memory beside them.", samples { $0.localBytes })
    }

    private static func addRare(_ cgroup: CgroupStatistics, to text: inout PrometheusText) {
        text.add(
            "container_rdma_handles", .gauge, "Handles of adapters for remote direct memory access.",
            cgroup.rdma.map { Sample(.integer($0.handles), [("device", $0.device)]) })
        text.add(
            "container_rdma_objects", .gauge, "Objects of adapters for remote direct memory access.",
            cgroup.rdma.map { Sample(.integer($0.objects), [("device", $0.device)]) })
        text.add(
            "container_misc_usage", .gauge, "Resources in use of which the host has only so many.",
            cgroup.misc.map { Sample(.integer($0.usage), [("resource", $0.resource)]) })
        text.add(
            "container_misc_failures_total", .counter, "Times that the limit of such a resource was in the way.",
            cgroup.misc.map { Sample(.integer($0.failures), [("resource", $0.resource)]) })
    }
}
