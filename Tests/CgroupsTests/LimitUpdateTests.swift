import ByteStrings
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Cgroups

@Suite struct LimitUpdateTests {
    @Test(arguments: [
        ("memory.max", "5", "max", "max"),
        ("cpu.max", "5 1000", "max 100000", "max 100000"),
        ("cpuset.cpus", "0", "", "\n"),
        ("memory.oom_control", "1", "oom_kill_disable 0\nunder_oom 0\noom_kill 0", "0"),
        ("memory.oom_control", "0", "oom_kill_disable 1\nunder_oom 0", "1"),
        ("io.weight", "5", "default 100\n8:0 50", "100"),
        ("io.weight", "8:0 5", "default 100\n8:0 50", "8:0 50"),
        ("io.weight", "8:16 5", "default 100\n8:0 50", "8:16 default"),
        ("io.bfq.weight", "5", "100", "100"),
        ("io.max", "8:0 rbps=5", "8:16 rbps=1\n8:0 rbps=max wiops=3", "8:0 rbps=max wiops=3"),
        ("io.max", "8:0 rbps=5", "", "8:0 rbps=max wbps=max riops=max wiops=max"),
        ("blkio.throttle.read_bps_device", "8:0 5", "8:0 7", "8:0 7"),
        ("blkio.throttle.read_bps_device", "8:0 5", "", "8:0 0"),
        ("blkio.bfq.weight_device", "8:0 5", "", "8:0 0"),
        ("net_prio.ifpriomap", "lo 5", "lo 0\neth0 1", "lo 0"),
        ("rdma.max", "m hca_handle=1", "m hca_handle=max hca_object=max", "m hca_handle=max hca_object=max"),
        ("memory.stat", "1", "a 1\nb 2", nil),
    ])
    func valuesThatUndoAWrite(file: String, value: String, text: String, expected: String?) {
        #expect(Cgroup.restoring(file, value, from: ByteString(text)) == expected)
    }

    @Test(.enabled(if: HostCgroups.canMakeLegacy, "needs root and the hierarchies of cgroup version 1"))
    func aRefusedUpdateLeavesTheOldValues() throws {
        try #require(LimitApplicationTests.has("cpu") && LimitApplicationTests.has("memory"))
        try HostCgroups.withCgroup { cgroup in
            try cgroup.apply(
                Resources(
                    memory: MemoryResources(limit: 64 << 20, swap: 64 << 20),
                    cpu: CPUResources(shares: 512, quota: 20_000, period: 50_000)))
            var recorded = Cgroup(recorded: cgroup.paths)
            let update = Resources(
                memory: MemoryResources(limit: 256 << 20, swap: 256 << 20),
                cpu: CPUResources(shares: 100, quota: 70_000, period: 100_000),
                blockIO: BlockIOResources(throttleReadBpsDevice: [ThrottleDevice(major: 4000, minor: 1, rate: 1)]))
            do throws(CgroupUpdateError) {
                _ = try recorded.update(LimitChange(update))
                Issue.record("no error")
            } catch {
                #expect(error.cause.property == "linux.resources.blockIO.throttleReadBpsDevice[0].rate")
                #expect(error.rollback == nil)
            }
            #expect(LimitApplicationTests.value("memory.limit_in_bytes", "memory", &cgroup) == String(64 << 20))
            #expect(LimitApplicationTests.value("memory.memsw.limit_in_bytes", "memory", &cgroup) == String(64 << 20))
            #expect(LimitApplicationTests.value("cpu.shares", "cpu", &cgroup) == "512")
            #expect(LimitApplicationTests.value("cpu.cfs_quota_us", "cpu", &cgroup) == "20000")
            #expect(LimitApplicationTests.value("cpu.cfs_period_us", "cpu", &cgroup) == "50000")
            _ = try recorded.update(LimitChange(Resources(cpu: CPUResources(shares: 100))))
            #expect(LimitApplicationTests.value("cpu.shares", "cpu", &cgroup) == "100")
        }
    }
}

/// What the kernel counts as killed for lack of memory.
@Suite struct OOMKillTests {
    @Test(
        arguments: [
            ("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0", 2),
            ("oom_kill_disable 1\nunder_oom 0\noom_kill 5", 5),
            ("oom_kill_disable 0\nunder_oom 0", nil), ("oom_kill many", nil), ("", nil),
        ] as [(String, UInt64?)])
    func counts(_ text: String, _ count: UInt64?) { #expect(Cgroup.oomKills(in: ByteString(text)) == count) }
}
