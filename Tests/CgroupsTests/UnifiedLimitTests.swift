import ByteStrings
import RuntimeSpec
import Testing

@testable import Cgroups

@Suite struct UnifiedLimitTests {
    @Test(arguments: [
        (MemoryResources(limit: 1000), ["memory.max = 1000"]),
        (MemoryResources(limit: 1000, swap: 3000), ["memory.swap.max = 2000", "memory.max = 1000"]),
        (MemoryResources(limit: 1000, swap: 1000), ["memory.swap.max = 0 ?", "memory.max = 1000"]),
        (MemoryResources(limit: 1000, swap: -1), ["memory.swap.max = max ?", "memory.max = 1000"]),
        (MemoryResources(limit: -1), ["memory.swap.max = max ?", "memory.max = max"]),
        (MemoryResources(swap: -1), ["memory.swap.max = max ?"]),
        (MemoryResources(reservation: 500), ["memory.low = 500"]),
        (MemoryResources(reservation: -1), ["memory.low = max"]),
        (MemoryResources(disableOOMKiller: false, useHierarchy: true), []),
    ])
    func memory(_ memory: MemoryResources, expected: [String]) throws {
        #expect(lines(try Limits(unified: Resources(memory: memory))) == expected)
    }

    @Test(arguments: [
        (CPUResources(shares: 1024), nil, ["cpu.weight = 100"]),
        (CPUResources(quota: 5000), nil, ["cpu.max = 5000"]),
        (CPUResources(quota: -1, period: 10000), nil, ["cpu.max = max 10000"]),
        (CPUResources(period: 10000), "7000", ["cpu.max = 7000 10000"]),
        (CPUResources(period: 10000), nil, ["cpu.max = max 10000"]),
        (CPUResources(quota: 5000, burst: 9, period: 10000), nil, ["cpu.max.burst = 9", "cpu.max = 5000 10000"]),
        (CPUResources(shares: 5, idle: 1), nil, ["cpu.idle = 1"]),
        (CPUResources(cpus: "0", mems: "0"), nil, ["cpuset.cpus = 0", "cpuset.mems = 0"]),
    ])
    func processor(_ cpu: CPUResources, quota: String?, expected: [String]) throws {
        let limits = try Limits(unified: Resources(cpu: cpu), present: Limits.Present(cpuQuota: quota))
        #expect(lines(limits) == expected)
    }

    /// Values of the formula, worked out with a calculator of 40 digits.
    @Test(arguments: [
        (0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (10, 4), (100, 17), (512, 59), (1023, 100), (1024, 100), (1025, 101),
        (2048, 174), (10240, 639), (262_143, 10_000), (262_144, 10_000), (UInt64.max, 10_000),
    ])
    func weights(shares: UInt64, expected: Int) { #expect(Limits.weight(ofShares: shares) == expected) }

    @Test func weightsRiseWithTheShares() {
        var last = 0
        for shares in UInt64(2)...262_144 {
            let weight = Limits.weight(ofShares: shares)
            if weight < last || weight < 1 || weight > 10_000 { Issue.record("\(shares) gives \(weight)") }
            last = weight
        }
    }

    @Test func blockIO() throws {
        let blockIO = BlockIOResources(
            weight: 1000, weightDevice: [WeightDevice(major: 8, minor: 0, weight: 10)],
            throttleReadBpsDevice: [ThrottleDevice(major: 8, minor: 0, rate: 1)],
            throttleWriteIOPSDevice: [ThrottleDevice(major: 8, minor: 0, rate: 0)])
        #expect(
            lines(try Limits(unified: Resources(blockIO: blockIO))) == [
                "io.bfq.weight = 1000 | io.weight = 10000", "io.bfq.weight = 8:0 10 | io.weight = 8:0 1",
                "io.max = 8:0 rbps=1", "io.max = 8:0 wiops=max",
            ])
    }

    @Test func filesByNameComeAfterTheConvertedLimits() throws {
        let resources = Resources(
            memory: MemoryResources(limit: 1000), pids: PidsResources(limit: 3),
            hugepageLimits: [HugepageLimit(pageSize: "2MB", limit: 5)],
            unified: ["memory.max": "2000", "io.max": "8:0 rbps=1\n8:16 rbps=2\n", "memory.high": ""])
        let limits = try Limits(unified: resources)
        #expect(
            lines(limits) == [
                "memory.max = 1000", "hugetlb.2MB.rsvd.max = 5 ?", "hugetlb.2MB.max = 5", "pids.max = 3",
                "memory.max = 2000",
                "io.max = 8:0 rbps=1", "io.max = 8:16 rbps=2", "memory.high = ",
            ])
        #expect(limits.groups[4].writes[0].property == "linux.resources.unified.memory.max")
        #expect(limits.groups[4].writes[0].controller == "memory")
    }

    @Test(arguments: [
        (
            Resources(memory: MemoryResources(swap: 1000)),
            "linux.resources.memory.swap: unable to set swap limit without memory limit"
        ),
        (
            Resources(memory: MemoryResources(limit: -1, swap: 1000)),
            "linux.resources.memory.limit: invalid memory value: -1"
        ),
        (
            Resources(memory: MemoryResources(limit: 2000, swap: 1000)),
            "linux.resources.memory.swap: memory+swap limit should be >= memory limit"
        ),
        (
            Resources(memory: MemoryResources(swappiness: 60)),
            "linux.resources.memory.swappiness: cgroup v2 has no swappiness"
        ),
        (
            Resources(memory: MemoryResources(disableOOMKiller: true)),
            "linux.resources.memory.disableOOMKiller: cgroup v2 cannot disable the OOM killer"
        ),
        (
            Resources(cpu: CPUResources(realtimeRuntime: 5)),
            "linux.resources.cpu.realtimeRuntime: cgroup v2 has no limit of real-time tasks"
        ),
        (
            Resources(blockIO: BlockIOResources(weight: 9)),
            "linux.resources.blockIO.weight: invalid blkio weight: 9 (valid range is 10-1000)"
        ),
        (
            Resources(network: NetworkResources(classID: 5)),
            "linux.resources.network.classID: cgroup v2 has no network classes"
        ),
        (
            Resources(unified: ["../memory.max": "1"]),
            "linux.resources.unified.../memory.max: unified resource \"../memory.max\" must be a file name (no slashes)"
        ),
        (
            Resources(unified: ["memory": "1"]),
            "linux.resources.unified.memory: unified resource \"memory\" must be in the form CONTROLLER.PARAMETER"
        ),
        (
            Resources(unified: ["..": "1"]),
            "linux.resources.unified...: unified resource \"..\" must be in the form CONTROLLER.PARAMETER"
        ),
    ])
    func refused(_ resources: Resources, expected: String) {
        #expect(failure { () throws(CgroupError) in try Limits(unified: resources) } == expected)
    }

    @Test func aLimitBelowTheUsageIsRefusedIfAskedFor() {
        let resources = Resources(memory: MemoryResources(limit: 1000, swap: 5000, checkBeforeUpdate: true))
        let present = Limits.Present(memoryUsage: 2000)
        #expect(
            failure { () throws(CgroupError) in try Limits(unified: resources, present: present) }
                == "linux.resources.memory.limit: rejecting memory limit 1000 <= usage 2000")
        var unasked = resources
        unasked.memory?.checkBeforeUpdate = nil
        #expect(throws: Never.self) { try Limits(unified: unasked, present: present) }
    }
}
