import ByteStrings
import CLinuxKernel
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Cgroups

@Suite(.enabled(if: HostCgroups.canMakeLegacy, "needs root and the hierarchies of cgroup version 1"))
struct LimitApplicationTests {
    /// The text of a file in the hierarchy of `controller`; nil without that hierarchy or file.
    static func value(_ file: String, _ controller: String, _ cgroup: inout Cgroup) -> String? {
        guard let index = cgroup.legacyIndex(of: controller) else { return nil }
        do throws(CgroupError) { return try cgroup.read(file, of: index).text } catch { return nil }
    }

    static func has(_ controller: String) -> Bool {
        HostCgroups.layout.legacy.contains { $0.controllers.contains(controller) }
    }

    @Test func limitsReachTheirFiles() throws {
        try #require(Self.has("memory") && Self.has("cpu") && Self.has("pids"))
        try HostCgroups.withCgroup { cgroup in
            let cpus = try #require(Self.value("cpuset.cpus", "cpuset", &cgroup))
            #expect(!cpus.isEmpty)
            try cgroup.apply(
                Resources(
                    memory: MemoryResources(
                        limit: 64 << 20, reservation: 32 << 20, swap: 128 << 20, swappiness: 10, disableOOMKiller: true),
                    cpu: CPUResources(
                        shares: 512, quota: 50_000, burst: 1000, period: 200_000, cpus: "0", mems: "0"),
                    pids: PidsResources(limit: 7)))
            #expect(Self.value("memory.limit_in_bytes", "memory", &cgroup) == String(64 << 20))
            #expect(Self.value("memory.memsw.limit_in_bytes", "memory", &cgroup) == String(128 << 20))
            #expect(Self.value("memory.soft_limit_in_bytes", "memory", &cgroup) == String(32 << 20))
            #expect(Self.value("memory.swappiness", "memory", &cgroup) == "10")
            #expect(Self.value("memory.oom_control", "memory", &cgroup)?.hasPrefix("oom_kill_disable 1") == true)
            #expect(Self.value("cpu.shares", "cpu", &cgroup) == "512")
            #expect(Self.value("cpu.cfs_quota_us", "cpu", &cgroup) == "50000")
            #expect(Self.value("cpu.cfs_period_us", "cpu", &cgroup) == "200000")
            #expect(Self.value("cpu.cfs_burst_us", "cpu", &cgroup) == "1000")
            #expect(Self.value("cpuset.cpus", "cpuset", &cgroup) == "0")
            #expect(Self.value("pids.max", "pids", &cgroup) == "7")
            // Raising both, lowering both, and taking the limits away: the order in which the kernel takes them differs.
            for size in [256 << 20, 32 << 20] {
                try cgroup.apply(
                    Resources(memory: MemoryResources(limit: Int64(size), swap: Int64(size))), enforcingDevices: false)
                #expect(Self.value("memory.limit_in_bytes", "memory", &cgroup) == String(size))
                #expect(Self.value("memory.memsw.limit_in_bytes", "memory", &cgroup) == String(size))
            }
            try cgroup.apply(
                Resources(memory: MemoryResources(limit: -1), pids: PidsResources(limit: -1)), enforcingDevices: false)
            #expect(Self.value("pids.max", "pids", &cgroup) == "max")
            #expect((Self.value("memory.limit_in_bytes", "memory", &cgroup)?.count ?? 0) > 15)
        }
    }

    @Test func bandwidthChangesInEitherDirection() throws {
        try #require(Self.has("cpu"))
        try HostCgroups.withCgroup { cgroup in
            for (quota, burst, period) in [(10_000, 5000, 20_000), (90_000, 80_000, 100_000), (2000, 0, 1000)] {
                try cgroup.apply(
                    Resources(cpu: CPUResources(quota: Int64(quota), burst: UInt64(burst), period: UInt64(period))),
                    enforcingDevices: false)
                #expect(Self.value("cpu.cfs_quota_us", "cpu", &cgroup) == String(quota))
                #expect(Self.value("cpu.cfs_burst_us", "cpu", &cgroup) == String(burst))
                #expect(Self.value("cpu.cfs_period_us", "cpu", &cgroup) == String(period))
            }
            try cgroup.apply(Resources(cpu: CPUResources(shares: 100, idle: 1)), enforcingDevices: false)
            #expect(Self.value("cpu.idle", "cpu", &cgroup) == "1")
        }
    }

    @Test func devicesAreListed() throws {
        try #require(Self.has("devices"))
        try HostCgroups.withCgroup { cgroup in
            try cgroup.apply(
                Resources(devices: [
                    DeviceRule(allow: false), DeviceRule(allow: true, type: .block, major: 8, access: "r"),
                ]))
            let list = try #require(Self.value("devices.list", "devices", &cgroup))
            #expect(
                list.split(separator: "\n").sorted() == [
                    "b *:* m", "b 8:* r", "c *:* m", "c 10:200 rwm", "c 136:* rwm", "c 1:3 rwm", "c 1:5 rwm",
                    "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm",
                ])
            // Again on the same cgroup, as by a runtime that knows only its path.
            var again = Cgroup(recorded: cgroup.paths)
            try again.apply(Resources(devices: [DeviceRule(allow: false)]))
            #expect(Self.value("devices.list", "devices", &cgroup)?.contains("b 8") == false)
            try again.apply(Resources(devices: [DeviceRule(allow: true)]))
            #expect(Self.value("devices.list", "devices", &cgroup) == "a *:* rwm")
        }
    }

    @Test func errorsNameThePropertyTheFileAndTheValue() throws {
        try #require(Self.has("cpuset") && Self.has("memory"))
        try HostCgroups.withCgroup { cgroup in
            let error = try #require(throws: CgroupError.self) {
                try cgroup.apply(Resources(cpu: CPUResources(cpus: "9999")), enforcingDevices: false)
            }
            #expect(error.property == "linux.resources.cpu.cpus")
            #expect(error.value == "9999")
            #expect(error.path.hasSuffix("/inner/cpuset.cpus"))
            #expect(error.errno != nil)
            #expect(error.message.hasPrefix("failed to write \"9999\": write /"))
            try HostCgroups.withSleeper { pid in
                try cgroup.join(pid: pid, isInUnified: false)
                // Some memory is charged to the cgroup by a cgroup below it.
                let refused = try #require(throws: CgroupError.self) {
                    try cgroup.apply(
                        Resources(unified: ["memory.high": "1"]), enforcingDevices: false)
                }
                #expect(refused.message == "invalid configuration: cannot use unified on cgroup v1")
            }
        }
    }

    @Test func aLimitWithoutAControllerIsAnError() throws {
        try HostCgroups.withCgroup { cgroup in
            for (resources, property, controller) in [
                (
                    Resources(network: NetworkResources(classID: 7)), "linux.resources.network.classID", "net_cls"
                ),
                (Resources(rdma: ["x": RdmaLimit(hcaHandles: 1)]), "linux.resources.rdma.x", "rdma"),
            ] where !Self.has(controller) {
                let error = try #require(throws: CgroupError.self) {
                    try cgroup.apply(resources, enforcingDevices: false)
                }
                #expect(error.property == property)
                #expect(error.message.contains("no \(controller) controller"))
            }
        }
        let none = CgroupLayout()
        var cgroup = Cgroup(try CgroupPlan(layout: none, cgroupsPath: nil, id: "c"))
        try cgroup.make()
        try cgroup.apply(Resources())
        #expect(throws: CgroupError.self) { try cgroup.apply(Resources(pids: PidsResources(limit: 5))) }
        #expect(throws: CgroupError.self) { try cgroup.apply(Resources(devices: [DeviceRule(allow: false)])) }
    }

    @Test func aThrottledDeviceThatIsMissingIsNamed() throws {
        try #require(Self.has("blkio"))
        try HostCgroups.withCgroup { cgroup in
            let blockIO = BlockIOResources(
                throttleReadBpsDevice: [ThrottleDevice(major: 4000, minor: 9, rate: 1000)])
            let error = try #require(throws: CgroupError.self) {
                try cgroup.apply(Resources(blockIO: blockIO), enforcingDevices: false)
            }
            #expect(error.property == "linux.resources.blockIO.throttleReadBpsDevice[0].rate")
            #expect(error.message.hasPrefix("no device 4000:9 on this host"))
        }
    }

    @Test func aChildOfOneThreadJoinsByItself() throws {
        try HostCgroups.withCgroup { cgroup in
            let files = try cgroup.filesForJoining()
            let numbers = files.numbers.map(\.rawValue)
            let done = try FileDescriptor.pipe()
            let report = done.write.number.rawValue
            var arguments = linux_clone_args()
            arguments.exit_signal = UInt64(SIGCHLD)
            let directory = try cgroup.directoryForClone()
            let raw = HostCgroups.number(directory)
            if raw >= 0 {
                arguments.flags = 0x2_0000_0000  // CLONE_INTO_CGROUP
                arguments.cgroup = UInt64(raw)
            }
            let pid = Int32(
                try check(
                    numbers.withUnsafeBufferPointer { buffer in
                        let result = linux_clone3(&arguments)
                        if result != 0 { return result }
                        // Only system calls: the other threads are not here.
                        var failed: Int32 = 0
                        var outcome = Int8(
                            truncatingIfNeeded: linux_join_own_thread(
                                buffer.baseAddress, Int32(buffer.count), &failed))
                        _ = linux_write(report, &outcome, 1)
                        for _ in 0..<100 { _ = linux_poll(nil, 0, 1000) }
                        linux_exit_group(0)
                    }))
            defer {
                var status: Int32 = 0
                _ = linux_kill(pid, SIGKILL)
                _ = linux_wait4(pid, &status, 0)
            }
            #expect(try done.read.read(count: 1) == [0])
            for path in cgroup.paths.map(\.value) {
                #expect(try HostCgroups.text(path + "/cgroup.procs") == String(pid))
            }
        }
    }
}
