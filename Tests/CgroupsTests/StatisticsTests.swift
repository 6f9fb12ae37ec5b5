import ByteStrings
import Foundation
import LinuxKernel
import Testing

@testable import Cgroups

/// The numbers of a cgroup, from files as kernels write them.
@Suite struct StatisticsTests {
    /// A directory with the files of a cgroup.
    private final class Directory {
        let path = NSTemporaryDirectory() + "apus-statistics-" + UUID().uuidString
        private let descriptor: SharedDescriptor

        init(_ files: [String: String]) throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for (name, text) in files {
                try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
            }
            descriptor = SharedDescriptor(try FileDescriptor.open(Path(path), [.readOnly, .directory]))
        }

        deinit {
            try? FileManager.default.removeItem(atPath: path)
        }

        var files: StatisticsFiles { StatisticsFiles(directory: descriptor, path: Path(path)) }
    }

    /// The directories of a test, which stay until its end.
    private final class Directories {
        var all: [Directory] = []
    }

    private let directories = Directories()

    private func directory(_ files: [String: String]) throws -> Directory {
        let directory = try Directory(files)
        directories.all.append(directory)
        return directory
    }

    // MARK: CPU

    @Test func cpuOfVersion1() throws {
        let directory = try directory([
            "cpuacct.stat": "user 12\nsystem 34\n", "cpuacct.usage": "460000001\n",
            "cpuacct.usage_percpu": "260000001 200000000 \n",
            "cpuacct.usage_all": "cpu user system\n0 5 6\n1 7 8\n",
            "cpu.stat": "nr_periods 3\nnr_throttled 2\nthrottled_time 9\nnr_bursts 1\nburst_time 4\n",
        ])
        var cpu = CPUStatistics()
        try cpu.readUsage(legacy: directory.files)
        try cpu.readThrottling(legacy: directory.files)
        #expect(cpu.user == 120_000_000)
        #expect(cpu.kernel == 340_000_000)
        #expect(cpu.total == 460_000_001)
        #expect(cpu.perCPU == [260_000_001, 200_000_000])
        #expect(cpu.perCPUUser == [5, 7])
        #expect(cpu.perCPUKernel == [6, 8])
        #expect([cpu.periods, cpu.throttledPeriods, cpu.throttledTime, cpu.bursts, cpu.burstTime] == [3, 2, 9, 1, 4])
    }

    @Test func cpuOfVersion2() throws {
        let directory = try directory([
            "cpu.stat": """
            usage_usec 46
            user_usec 12
            system_usec 34
            core_sched.force_idle_usec 0
            nr_periods 3
            nr_throttled 2
            throttled_usec 9
            nr_bursts 1
            burst_usec 4

            """
        ])
        var cpu = CPUStatistics()
        try cpu.readUsage(unified: directory.files)
        try cpu.readThrottling(unified: directory.files)
        #expect([cpu.total, cpu.user, cpu.kernel] == [46_000, 12_000, 34_000])
        #expect([cpu.periods, cpu.throttledPeriods, cpu.throttledTime] == [3, 2, 9000])
        #expect([cpu.bursts, cpu.burstTime] == [1, 4000])
        #expect(cpu.perCPU.isEmpty)
    }

    @Test(
        arguments: [
            ("", []), ("0", [0]), ("0-3,7", [0, 1, 2, 3, 7]), ("5-5", [5]), ("65535", [65535]),
        ] as [(ByteString, [UInt16])])
    func lists(text: ByteString, numbers: [UInt16]) {
        #expect(CpusetStatistics.numbers(in: text) == numbers)
    }

    @Test(arguments: ["x", "3-1", "1-2-3", "65536", "-", "1-"] as [ByteString])
    func noLists(text: ByteString) { #expect(CpusetStatistics.numbers(in: text) == nil) }

    @Test func cpusets() throws {
        let legacy = try directory([
            "cpuset.cpus": "0-1\n", "cpuset.mems": "0\n", "cpuset.cpu_exclusive": "1\n", "cpuset.mem_exclusive": "0\n",
            "cpuset.mem_hardwall": "1\n", "cpuset.memory_migrate": "0\n", "cpuset.memory_spread_page": "1\n",
            "cpuset.memory_spread_slab": "0\n", "cpuset.memory_pressure": "12\n", "cpuset.sched_load_balance": "1\n",
            "cpuset.sched_relax_domain_level": "-1\n",
        ])
        let cpuset = try CpusetStatistics(legacy: legacy.files)
        #expect(cpuset.cpus == [0, 1])
        #expect(cpuset.memoryNodes == [0])
        #expect(
            [cpuset.isCPUExclusive, cpuset.isMemoryHardwalled, cpuset.spreadsPages, cpuset.balancesLoad] == [
                1, 1, 1, 1,
            ])
        #expect([cpuset.isMemoryExclusive, cpuset.migratesMemory, cpuset.spreadsSlabs] == [0, 0, 0])
        #expect(cpuset.memoryPressure == 12)
        #expect(cpuset.relaxDomainLevel == -1)
        let unified = try directory([
            "cpuset.cpus.effective": "1\n", "cpuset.mems.effective": "0\n", "cpuset.cpus": "\n",
        ])
        #expect(try CpusetStatistics(unified: unified.files).cpus == [1])
    }

    // MARK: Memory

    @Test func memoryOfVersion1() throws {
        let directory = try directory([
            "memory.stat": "cache 7\nrss 8\n", "memory.usage_in_bytes": "1\n", "memory.max_usage_in_bytes": "2\n",
            "memory.failcnt": "3\n", "memory.limit_in_bytes": "9223372036854771712\n",
            // Newer kernels have no limit of kernel memory, and swap may be off.
            "memory.kmem.usage_in_bytes": "4\n", "memory.kmem.failcnt": "5\n",
        ])
        let memory = try MemoryStatistics(legacy: directory.files)
        #expect(memory.cache == 7)
        #expect(memory.counters == [NamedNumber(name: "cache", value: 7), NamedNumber(name: "rss", value: 8)])
        #expect([memory.usage.usage, memory.usage.peak, memory.usage.failures] == [1, 2, 3])
        #expect(memory.usage.limit == 9_223_372_036_854_771_712)
        #expect([memory.kernel.usage, memory.kernel.failures, memory.kernel.limit] == [4, 5, 0])
        #expect(memory.swap == MemoryStatistics.Charge())
        #expect(memory.kernelTCP == MemoryStatistics.Charge())
    }

    /// cgroup2 counts swap alone; in the terms of version 1 it is memory and swap.
    @Test(
        arguments: [
            ("100", "50", 150), ("max", "50", UInt64.max), ("100", "max", UInt64.max), ("max", "max", UInt64.max),
        ] as [(String, String, UInt64)])
    func memoryOfVersion2(memory: String, swap: String, sum: UInt64) throws {
        let directory = try directory([
            "memory.stat": "anon 3\nfile 7\n", "memory.current": "20\n", "memory.max": memory + "\n",
            "memory.peak": "30\n", "memory.swap.current": "5\n", "memory.swap.max": swap + "\n",
            "memory.swap.peak": "9\n",
        ])
        let statistics = try MemoryStatistics(unified: directory.files)
        #expect(statistics.cache == 7)
        #expect(statistics.usage.usage == 20)
        #expect(statistics.usage.peak == 30)
        #expect(statistics.usage.limit == (memory == "max" ? UInt64.max : 100))
        #expect(statistics.swap.usage == 25)
        #expect(statistics.swap.limit == sum)
        // The highest sum of two is not the sum of the highest two.
        #expect(statistics.swap.peak == 0)
    }

    @Test func memoryOfTheRoot() throws {
        let directory = try directory(["memory.stat": "anon 3\nfile 7\n"])
        let statistics = try MemoryStatistics(unified: directory.files)
        #expect(statistics.usage.usage == 10)
        #expect(statistics.usage.limit == .max)
        #expect(statistics.swap.usage >= 10)
        #expect(MemoryStatistics.usedSwap("MemTotal: 5 kB\nSwapTotal:   10 kB\nSwapFree:  4 kB") == 6144)
        #expect(MemoryStatistics.usedSwap("SwapTotal: 1 kB\nSwapFree: 4 kB") == 0)
    }

    @Test func withoutTheController() throws {
        let directory = try directory(["cgroup.procs": "1\n2\n3\n"])
        #expect(try MemoryStatistics(unified: directory.files) == MemoryStatistics())
        #expect(try BlockIOStatistics(unified: directory.files) == BlockIOStatistics())
        #expect(try BlockIOStatistics(legacy: directory.files) == BlockIOStatistics())
        #expect(try HugepageStatistics.read(unified: directory.files) == [])
        #expect(try RdmaStatistics.read(directory.files) == [])
        #expect(try MiscStatistics.read(directory.files) == [])
        #expect(try Pressure(directory.files, "cpu.pressure") == nil)
        #expect(try PidsStatistics(directory.files).current == 3)
    }

    // MARK: Others

    @Test func pids() throws {
        let limited = try PidsStatistics(directory(["pids.current": "3\n", "pids.max": "50\n"]).files)
        #expect([limited.current, limited.limit] == [3, 50])
        let free = try PidsStatistics(directory(["pids.current": "3\n", "pids.max": "max\n"]).files)
        #expect([free.current, free.limit] == [3, 0])
        #expect(try PidsStatistics(directory(["cgroup.threads": "1\n2\n"]).files).current == 2)
    }

    @Test func disksOfVersion1() throws {
        let bytes = "8:0 Read 100\n8:0 Write 200\n8:0 Total 300\nTotal 300\n"
        let io = try BlockIOStatistics(
            legacy: directory([
                "blkio.throttle.io_serviced_recursive": "8:0 Read 1\nTotal 1\n",
                "blkio.throttle.io_service_bytes_recursive": bytes,
                "blkio.throttle.io_serviced": "8:0 Read 9\nTotal 9\n",
            ]).files)
        #expect(io.serviced == [BlockIOStatistics.Entry(major: 8, minor: 0, operation: "Read", value: 1)])
        #expect(io.serviceBytes.map(\.value) == [100, 200, 300])
        #expect(io.serviceBytes.map(\.operation) == ["Read", "Write", "Total"])
        // A scheduler that counts more comes first.
        let scheduler = try BlockIOStatistics(
            legacy: directory([
                "blkio.bfq.sectors_recursive": "8:16 5\n", "blkio.bfq.time_recursive": "8:16 6\n",
                "blkio.bfq.io_queued_recursive": "8:16 Read 7\nTotal 7\n", "blkio.throttle.io_serviced": "8:0 Read 9\n",
            ]).files)
        #expect(scheduler.sectors == [BlockIOStatistics.Entry(major: 8, minor: 16, operation: "", value: 5)])
        #expect(scheduler.time.map(\.value) == [6])
        #expect(scheduler.queued.map(\.value) == [7])
        #expect(scheduler.serviced.isEmpty)
    }

    @Test func disksOfVersion2() throws {
        let io = try BlockIOStatistics(
            unified: directory([
                "io.stat": "254:1 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=3 dios=4 cost.usage=5\n7:0 \n8:0 rbytes=1\n"
            ]).files)
        func entry(_ major: UInt64, _ minor: UInt64, _ operation: ByteString, _ value: UInt64)
            -> BlockIOStatistics.Entry
        {
            BlockIOStatistics.Entry(major: major, minor: minor, operation: operation, value: value)
        }
        #expect(io.serviceBytes == [entry(254, 1, "Read", 10), entry(254, 1, "Write", 20), entry(8, 0, "Read", 1)])
        #expect(io.serviced == [entry(254, 1, "Read", 1), entry(254, 1, "Write", 2)])
    }

    @Test func hugepages() throws {
        let legacy = try HugepageStatistics.read(
            legacy: directory([
                "hugetlb.2MB.usage_in_bytes": "1\n", "hugetlb.2MB.max_usage_in_bytes": "2\n",
                "hugetlb.2MB.failcnt": "3\n",
                "hugetlb.1GB.usage_in_bytes": "4\n", "hugetlb.1GB.rsvd.usage_in_bytes": "5\n",
                "hugetlb.1GB.rsvd.max_usage_in_bytes": "6\n", "hugetlb.1GB.rsvd.failcnt": "7\n",
            ]).files)
        #expect(
            legacy == [
                HugepageStatistics(size: "1GB", usage: 5, peak: 6, failures: 7),
                HugepageStatistics(size: "2MB", usage: 1, peak: 2, failures: 3),
            ])
        let unified = try HugepageStatistics.read(
            unified: directory([
                "hugetlb.2MB.current": "1\n", "hugetlb.2MB.events": "max 3\n", "hugetlb.2MB.rsvd.current": "8\n",
            ]).files)
        #expect(unified == [HugepageStatistics(size: "2MB", usage: 8, peak: 0, failures: 0)])
    }

    @Test func pressure() throws {
        let directory = try directory([
            "io.pressure":
                "some avg10=12.34 avg60=0.00 avg300=100.00 total=99\nfull avg10=0.01 avg60=0.10 avg300=1.00 total=5\n"
        ])
        let pressure = try #require(try Pressure(directory.files, "io.pressure"))
        #expect([pressure.some.average10, pressure.some.average60, pressure.some.average300] == [1234, 0, 10000])
        #expect([pressure.full.average10, pressure.full.average60, pressure.full.average300] == [1, 10, 100])
        #expect([pressure.some.total, pressure.full.total] == [99, 5])
    }

    @Test func rareControllers() throws {
        let directory = try directory([
            "rdma.current": "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=3 hca_object=max\n",
            "misc.current": "sev 3\nsev_es 0\n", "misc.events": "sev.max 4\n",
        ])
        #expect(
            try RdmaStatistics.read(directory.files) == [
                RdmaStatistics(device: "mlx4_0", handles: 2, objects: 2000),
                RdmaStatistics(device: "ocrdma1", handles: 3, objects: .max),
            ])
        #expect(
            try MiscStatistics.read(directory.files) == [
                MiscStatistics(resource: "sev", usage: 3, failures: 4),
                MiscStatistics(resource: "sev_es", usage: 0, failures: 0),
            ])
    }

    @Test(arguments: ["x", "1x", "99999999999999999999", "--1", ""])
    func whatIsNoNumber(text: String) throws {
        let directory = try directory(["cpuacct.usage": text])
        var cpu = CPUStatistics()
        #expect(throws: CgroupError.self) { try cpu.readUsage(legacy: directory.files) }
    }

    // MARK: The kernel's own

    @Test(.enabled(if: HostCgroups.canMakeAny, "needs root and a cgroup hierarchy"))
    func aCgroupOfThisHost() throws {
        try HostCgroups.withCgroup { cgroup in
            let statistics = try cgroup.statistics()
            #expect(statistics.pids.current == 0)
        }
    }
}
