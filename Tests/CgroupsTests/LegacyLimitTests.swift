import ByteStrings
import RuntimeSpec
import Testing

@testable import Cgroups

/// A value for a file, as the tables below name it.
func line(_ write: LimitWrite) -> String {
    var text = write.file + " = " + write.value
    for other in write.alternatives { text += " | " + other.file + " = " + other.value }
    return text + (write.isOptional ? " ?" : "")
}

func lines(_ limits: Limits) -> [String] { limits.groups.flatMap { $0.writes.map(line) } }

/// The error that the resources give, as "property: message".
func failure(_ body: () throws(CgroupError) -> Limits) -> String {
    do throws(CgroupError) {
        return "no error: " + lines(try body()).joined(separator: ", ")
    } catch {
        return error.property + ": " + error.message
    }
}

@Suite struct LegacyLimitTests {
    @Test func absentLimitsTouchNothing() throws {
        #expect(try Limits(legacy: Resources()).groups.isEmpty)
        let empty = Resources(
            memory: MemoryResources(), cpu: CPUResources(), pids: PidsResources(), blockIO: BlockIOResources(),
            network: NetworkResources())
        #expect(try Limits(legacy: empty).groups.isEmpty)
        let zero = Resources(
            memory: MemoryResources(limit: 0, reservation: 0, swap: 0, kernel: 0, kernelTCP: 0),
            cpu: CPUResources(
                shares: 0, quota: 0, period: 0, realtimeRuntime: 0, realtimePeriod: 0, cpus: "", mems: ""),
            blockIO: BlockIOResources(weight: 0, leafWeight: 0), network: NetworkResources(classID: 0))
        #expect(try Limits(legacy: zero).groups.isEmpty)
    }

    @Test(arguments: [
        (MemoryResources(limit: 1000), ["memory.limit_in_bytes = 1000"]),
        (
            MemoryResources(limit: 1000, swap: 3000),
            ["memory.limit_in_bytes = 1000", "memory.memsw.limit_in_bytes = 3000"]
        ),
        (MemoryResources(limit: -1), ["memory.limit_in_bytes = -1", "memory.memsw.limit_in_bytes = -1 ?"]),
        (MemoryResources(swap: 3000), ["memory.memsw.limit_in_bytes = 3000"]),
        (MemoryResources(reservation: -1), ["memory.soft_limit_in_bytes = -1"]),
        (MemoryResources(swappiness: 0), ["memory.swappiness = 0"]),
        (MemoryResources(disableOOMKiller: true), ["memory.oom_control = 1"]),
        (MemoryResources(disableOOMKiller: false), ["memory.oom_control = 0 ?"]),
        (MemoryResources(useHierarchy: true), ["memory.use_hierarchy = 1 ?"]),
        (MemoryResources(kernelTCP: 5000), ["memory.kmem.tcp.limit_in_bytes = 5000"]),
    ])
    func memory(_ memory: MemoryResources, expected: [String]) throws {
        #expect(lines(try Limits(legacy: Resources(memory: memory))) == expected)
    }

    @Test(arguments: [
        (CPUResources(shares: 2), ["cpu.shares = 2"]),
        (CPUResources(shares: 512, idle: 0), ["cpu.idle = 0 ?", "cpu.shares = 512"]),
        (CPUResources(shares: 512, idle: 1), ["cpu.idle = 1"]),
        (
            CPUResources(quota: 5000, burst: 100, period: 10000),
            ["cpu.cfs_period_us = 10000", "cpu.cfs_burst_us = 100", "cpu.cfs_quota_us = 5000"]
        ),
        (CPUResources(quota: -1, burst: 0), ["cpu.cfs_burst_us = 0 ?", "cpu.cfs_quota_us = -1"]),
        (
            CPUResources(realtimeRuntime: 900, realtimePeriod: 1000),
            ["cpu.rt_period_us = 1000", "cpu.rt_runtime_us = 900"]
        ),
        (CPUResources(cpus: "0-1,3", mems: "0"), ["cpuset.cpus = 0-1,3", "cpuset.mems = 0"]),
    ])
    func processor(_ cpu: CPUResources, expected: [String]) throws {
        #expect(lines(try Limits(legacy: Resources(cpu: cpu))) == expected)
    }

    @Test func valuesThatDependOnEachOtherStandInOneGroup() throws {
        let resources = Resources(
            memory: MemoryResources(limit: 1, swap: 2), cpu: CPUResources(quota: 1, burst: 1, period: 1))
        #expect(try Limits(legacy: resources).groups.map(\.writes.count) == [3, 2])
    }

    @Test func blockIO() throws {
        let blockIO = BlockIOResources(
            weight: 500, leafWeight: 10, weightDevice: [WeightDevice(major: 8, minor: 0, weight: 600, leafWeight: 20)],
            throttleReadBpsDevice: [ThrottleDevice(major: 8, minor: 0, rate: 1)],
            throttleWriteBpsDevice: [ThrottleDevice(major: 8, minor: 16, rate: UInt64.max)],
            throttleReadIOPSDevice: [ThrottleDevice(major: 8, minor: 0, rate: 3)],
            throttleWriteIOPSDevice: [ThrottleDevice(major: 8, minor: 0, rate: 0)])
        let limits = try Limits(legacy: Resources(blockIO: blockIO))
        #expect(
            lines(limits) == [
                "blkio.weight = 500 | blkio.bfq.weight = 500",
                "blkio.leaf_weight = 10",
                "blkio.weight_device = 8:0 600 | blkio.bfq.weight_device = 8:0 600",
                "blkio.leaf_weight_device = 8:0 20",
                "blkio.throttle.read_bps_device = 8:0 1",
                "blkio.throttle.write_bps_device = 8:16 18446744073709551615",
                "blkio.throttle.read_iops_device = 8:0 3",
                "blkio.throttle.write_iops_device = 8:0 0",
            ])
        #expect(limits.groups[2].writes[0].property == "linux.resources.blockIO.weightDevice[0].weight")
        #expect(limits.groups[5].writes[0].property == "linux.resources.blockIO.throttleWriteBpsDevice[0].rate")
    }

    @Test func theRest() throws {
        let resources = Resources(
            pids: PidsResources(limit: 0), hugepageLimits: [HugepageLimit(pageSize: "2MB", limit: 4_194_304)],
            network: NetworkResources(
                classID: 1_048_577, priorities: [InterfacePriority(name: "lo", priority: 5)]),
            rdma: ["mlx5_1": RdmaLimit(hcaHandles: 3, hcaObjects: 10_000), "b": RdmaLimit(hcaObjects: 1)])
        #expect(
            lines(try Limits(legacy: resources)) == [
                "hugetlb.2MB.rsvd.limit_in_bytes = 4194304 ?", "hugetlb.2MB.limit_in_bytes = 4194304",
                "net_cls.classid = 1048577", "net_prio.ifpriomap = lo 5",
                "rdma.max = mlx5_1 hca_handle=3 hca_object=10000", "rdma.max = b hca_object=1", "pids.max = max",
            ])
        #expect(lines(try Limits(legacy: Resources(pids: PidsResources(limit: -1)))) == ["pids.max = max"])
        #expect(
            lines(try Limits(legacy: resources, unifiedHugepages: true)).prefix(2) == [
                "hugetlb.2MB.rsvd.max = 4194304 ?", "hugetlb.2MB.max = 4194304",
            ])
    }

    @Test(arguments: [
        (
            Resources(memory: MemoryResources(limit: 2000, swap: 1000)),
            "linux.resources.memory.swap: memory+swap limit should be >= memory limit"
        ),
        (Resources(memory: MemoryResources(limit: -2)), "linux.resources.memory.limit: invalid memory value: -2"),
        (
            Resources(memory: MemoryResources(swappiness: 101)),
            "linux.resources.memory.swappiness: invalid memory swappiness value: 101 (valid range is 0-100)"
        ),
        (Resources(cpu: CPUResources(shares: 1)), "linux.resources.cpu.shares: the minimum allowed cpu-shares is 2"),
        (
            Resources(cpu: CPUResources(shares: 262_145)),
            "linux.resources.cpu.shares: the maximum allowed cpu-shares is 262144"
        ),
        (
            Resources(cpu: CPUResources(idle: 2)), "linux.resources.cpu.idle: invalid cpu idle value: 2 (0 or 1)"
        ),
        (
            Resources(hugepageLimits: [HugepageLimit(pageSize: "64kB", limit: 1)]),
            "linux.resources.hugepageLimits[0].pageSize: invalid huge page size \"64kB\""
        ),
        (
            Resources(hugepageLimits: [HugepageLimit(pageSize: "../2MB", limit: 1)]),
            "linux.resources.hugepageLimits[0].pageSize: invalid huge page size \"../2MB\""
        ),
        (
            Resources(rdma: ["a": RdmaLimit()]),
            "linux.resources.rdma.a: rdma limit of a needs hcaHandles or hcaObjects"
        ),
        (
            Resources(blockIO: BlockIOResources(throttleReadBpsDevice: [ThrottleDevice(major: -1, minor: 0, rate: 1)])),
            "linux.resources.blockIO.throttleReadBpsDevice[0]: not a device number: -1:0"
        ),
        (
            Resources(unified: ["memory.high": "1"]),
            "linux.resources.unified[\"memory.high\"]: invalid configuration: cannot use unified on cgroup v1"
        ),
    ])
    func refused(_ resources: Resources, expected: String) {
        #expect(failure { () throws(CgroupError) in try Limits(legacy: resources) } == expected)
    }

    @Test func kernelMemoryIsWarnedAbout() throws {
        let limits = try Limits(legacy: Resources(memory: MemoryResources(kernel: 1000)))
        #expect(limits.groups.isEmpty)
        #expect(limits.warnings == ["Kernel memory settings are ignored and will be removed"])
    }

    @Test(arguments: [
        ("2MB", true), ("1GB", true), ("64KB", true), ("0MB", false), ("MB", false), ("", false), ("B", false),
        ("2MB ", false), ("2TB", false), ("02MB", false), ("+2MB", false),
    ])
    func pageSizes(text: String, isValid: Bool) { #expect(Limits.isPageSize(text) == isValid) }
}
