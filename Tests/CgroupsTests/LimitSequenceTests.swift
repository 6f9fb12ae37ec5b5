import ByteStrings
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Cgroups

/// From any limits to any others: where the kernel takes both, it takes the way between them.
@Suite(.enabled(if: HostCgroups.canMakeLegacy, "needs root and the hierarchies of cgroup version 1"))
struct LimitSequenceTests {
    /// Numbers that look random and are the same each time.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    /// Below a parent that has half a processor.
    @Test(arguments: 1...4) func bandwidth(seed: UInt64) throws {
        try #require(LimitApplicationTests.has("cpu"))
        var numbers = Numbers(state: seed)
        try HostCgroups.withCgroup { cgroup in
            let path = try #require(cgroup.paths["cpu"]).parent
            let parent = try FileDescriptor.open(path, [.path, .directory])
            try writeKernelFile("cpu.cfs_quota_us", at: parent, "50000")
            var recorded = Cgroup(recorded: cgroup.paths)
            var stored = Resources()
            for _ in 0..<60 {
                let period = UInt64.random(in: 2000...1_000_000, using: &numbers)
                let quota = UInt64.random(in: 1000...period / 2, using: &numbers)
                let burst = UInt64.random(in: 0...quota, using: &numbers)
                var change = CPUResources(quota: Int64(quota), period: period)
                if Bool.random(using: &numbers) { change.burst = burst } else { change.burst = 0 }
                let resources = Resources(cpu: change)
                _ = try recorded.update(LimitChange(recorded.completed(resources, stored: stored)))
                stored = stored.updated(by: resources)
                #expect(LimitApplicationTests.value("cpu.cfs_quota_us", "cpu", &cgroup) == String(quota))
                #expect(LimitApplicationTests.value("cpu.cfs_period_us", "cpu", &cgroup) == String(period))
                #expect(
                    LimitApplicationTests.value("cpu.cfs_burst_us", "cpu", &cgroup).map {
                        $0 == String(change.burst ?? 0)
                    }
                        ?? true)
                // More than the parent has: refused, and everything is as it was.
                let tooMuch = Resources(cpu: CPUResources(quota: Int64(period), burst: 0, period: period / 2 + 1000))
                #expect(throws: CgroupUpdateError.self) { _ = try recorded.update(LimitChange(tooMuch)) }
                #expect(LimitApplicationTests.value("cpu.cfs_quota_us", "cpu", &cgroup) == String(quota))
                #expect(LimitApplicationTests.value("cpu.cfs_period_us", "cpu", &cgroup) == String(period))
            }
        }
    }

    @Test(.enabled(if: HostCgroups.countsSwap, "needs memory.memsw.limit_in_bytes"), arguments: 1...4)
    func memoryAndSwap(seed: UInt64) throws {
        try #require(LimitApplicationTests.has("memory"))
        var numbers = Numbers(state: seed)
        try HostCgroups.withCgroup { cgroup in
            var recorded = Cgroup(recorded: cgroup.paths)
            var stored = Resources()
            for _ in 0..<60 {
                let limit = Int64.random(in: 1...1000, using: &numbers) << 20
                let sum = limit + Int64.random(in: 0...1000, using: &numbers) << 20
                let resources = Resources(
                    memory: MemoryResources(limit: limit, swap: Bool.random(using: &numbers) ? sum : -1))
                _ = try recorded.update(LimitChange(recorded.completed(resources, stored: stored)))
                stored = stored.updated(by: resources)
                let found = LimitApplicationTests.value("memory.limit_in_bytes", "memory", &cgroup)
                #expect(found == String(limit))
                guard resources.memory?.swap == sum else { continue }
                #expect(LimitApplicationTests.value("memory.memsw.limit_in_bytes", "memory", &cgroup) == String(sum))
                // The sum alone goes up and down above the limit.
                let other = Resources(
                    memory: MemoryResources(swap: limit + Int64.random(in: 0...1000, using: &numbers) << 20))
                _ = try recorded.update(LimitChange(recorded.completed(other, stored: stored)))
                stored = stored.updated(by: other)
                #expect(LimitApplicationTests.value("memory.limit_in_bytes", "memory", &cgroup) == String(limit))
            }
        }
    }
}
