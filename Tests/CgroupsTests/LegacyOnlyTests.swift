import ByteStrings
import CLinuxKernel
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Cgroups

/// Tests of hosts without a cgroup2, on the hierarchies of version 1 that this host has.
@Suite(.enabled(if: HostCgroups.canMakeLegacy, "needs root and the hierarchies of cgroup version 1"))
struct LegacyOnlyTests {
    static let layout = CgroupLayout(legacy: HostCgroups.layout.legacy)

    @Test func killsAndEmptiesWithoutCgroupKill() throws {
        try HostCgroups.withCgroup(Self.layout) { cgroup in
            #expect(cgroup.kind == .legacy)
            let directory = try cgroup.directoryForClone()
            #expect(HostCgroups.number(directory) == -1)
            try HostCgroups.withSleeper { first in
                try HostCgroups.withSleeper { second in
                    try cgroup.join(pid: first)
                    let index = try #require(cgroup.processIndex as Int?)
                    let path = cgroup.branches[index].directory
                    try makeDirectory(path + "/below", mode: 0o755)
                    try writeKernelFile(path + "/below/cgroup.procs", ByteString(String(second)))
                    #expect(try cgroup.processes().sorted() == [first, second].sorted())
                    var recorded = Cgroup(recorded: cgroup.paths)
                    try recorded.killAll()
                    #expect(try recorded.waitUntilEmpty(milliseconds: 5000))
                    #expect(try !recorded.isFrozen())
                }
            }
        }
    }

    @Test func aCgroupThatForksIsKilled() throws {
        try HostCgroups.withCgroup(Self.layout) { cgroup in
            // A process that forks without end. Its children live longer than the test, so that they become only more.
            let pipe = try FileDescriptor.pipe()
            let gate = pipe.read.number.rawValue
            var arguments = linux_clone_args()
            arguments.exit_signal = UInt64(SIGCHLD)
            let pid = Int32(try check(linux_clone3(&arguments)))
            if pid == 0 {
                var byte: UInt8 = 0
                if linux_read(gate, &byte, 1) != 1 { linux_exit_group(1) }
                pipe.keep()
                for _ in 0..<2000 {
                    var again = linux_clone_args()
                    if linux_clone3(&again) == 0 {
                        _ = linux_poll(nil, 0, 60_000)
                        linux_exit_group(0)
                    }
                    _ = linux_poll(nil, 0, 1)
                }
                linux_exit_group(0)
            }
            try cgroup.apply(Resources(pids: PidsResources(limit: 100)), enforcingDevices: false)
            try cgroup.join(pid: pid)
            try pipe.write.writeOnce("x")
            let deadline = Deadline(milliseconds: 10_000)
            while try cgroup.processes().count < 3, !deadline.isOver { sleep(microseconds: 1000) }
            #expect(!deadline.isOver)
            try cgroup.killAll()
            var status: Int32 = 0
            _ = linux_wait4(pid, &status, 0)
            #expect(status == SIGKILL)
            #expect(try cgroup.waitUntilEmpty(milliseconds: 5000))
        }
    }

    @Test func aMemoryLimitBelowTheUsageIsRefusedWithBothNumbers() throws {
        try #require(LimitApplicationTests.has("memory"))
        try HostCgroups.withCgroup(Self.layout) { cgroup in
            let pipe = try FileDescriptor.pipe()
            let report = pipe.write.number.rawValue
            let files = try cgroup.filesForJoining()
            var arguments = linux_clone_args()
            arguments.exit_signal = UInt64(SIGCHLD)
            let numbers = files.numbers.map(\.rawValue)
            let pid = Int32(
                try check(
                    numbers.withUnsafeBufferPointer { buffer in
                        let result = linux_clone3(&arguments)
                        if result != 0 { return result }
                        var failed: Int32 = 0
                        _ = linux_join_own_thread(buffer.baseAddress, Int32(buffer.count), &failed)
                        // Locked, so that the kernel cannot reclaim it.
                        let size = 8 << 20
                        let memory = linux_syscall(9, 0, size, 3, 0x2022, -1, 0)
                        _ = linux_syscall(149, memory, size, 0, 0, 0, 0)
                        var done: UInt8 = memory > 0 ? 1 : 0
                        _ = linux_write(report, &done, 1)
                        for _ in 0..<100 { _ = linux_poll(nil, 0, 60_000) }
                        linux_exit_group(0)
                    }))
            defer {
                var status: Int32 = 0
                _ = linux_kill(pid, SIGKILL)
                _ = linux_wait4(pid, &status, 0)
            }
            try #require(try pipe.read.read(count: 1) == [1])
            let error = try #require(throws: CgroupError.self) {
                try cgroup.apply(Resources(memory: MemoryResources(limit: 1 << 20)), enforcingDevices: false)
            }
            #expect(error.property == "linux.resources.memory.limit")
            #expect(error.message.hasPrefix("unable to set memory limit to 1048576 (current usage: "))
            #expect(error.message.contains(", peak usage: "))
        }
    }
}
