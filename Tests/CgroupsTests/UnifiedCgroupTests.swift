import ByteStrings
import CLinuxKernel
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Cgroups

/// Tests of the ways of version 2 on the cgroup2 that the host has, with the controllers that it has there.
@Suite(.enabled(if: HostCgroups.unifiedAlone != nil, "needs root and a mounted cgroup2"))
struct UnifiedCgroupTests {
    static var layout: CgroupLayout? { HostCgroups.unifiedAlone }

    @Test func everyControllerIsEnabledDownToTheCgroup() throws {
        let layout = try #require(Self.layout)
        try HostCgroups.withCgroup(layout) { cgroup in
            let all = try HostCgroups.text(try #require(layout.unified).mountPoint + "/cgroup.controllers")
            #expect(try cgroup.read("cgroup.controllers", of: 0).text == all)
            #expect(cgroup.notEnabled.isEmpty)
        }
    }

    @Test func freezesThawsAndKills() throws {
        let unified = try #require(Self.layout)
        try HostCgroups.withCgroup(unified) { cgroup in
            try HostCgroups.withSleeper { pid in
                #expect(try cgroup.isEmpty())
                try cgroup.join(pid: pid, isInUnified: false)
                #expect(try !cgroup.isEmpty())
                #expect(try cgroup.processes() == [pid])
                try cgroup.freeze()
                #expect(try cgroup.isFrozen())
                #expect(try cgroup.read("cgroup.events", of: 0).text.contains("frozen 1"))
                try cgroup.thaw()
                #expect(try !cgroup.isFrozen())
                try cgroup.freeze()
                try cgroup.killAll()
                #expect(try cgroup.waitUntilEmpty(milliseconds: 5000))
            }
        }
    }

    @Test(.enabled(if: HostCgroups.unifiedHas("hugetlb"), "needs the controller hugetlb of cgroup2"))
    func hugePagesAreLimited() throws {
        let limit = Resources(hugepageLimits: [HugepageLimit(pageSize: "2MB", limit: 4 << 20)])
        for layout in [try #require(Self.layout), HostCgroups.layout] {
            // Version 1 may have the controller, then cgroup2 has not.
            try HostCgroups.withCgroup(layout) { cgroup in
                try cgroup.apply(limit, enforcingDevices: false)
                let found = cgroup.unifiedIndex
                let index = try #require(found)
                #expect(try cgroup.read("hugetlb.2MB.max", of: index).text == String(4 << 20))
                var again = Cgroup(recorded: cgroup.paths)
                let more = Resources(hugepageLimits: [HugepageLimit(pageSize: "2MB", limit: 8 << 20)])
                try again.apply(more, enforcingDevices: false)
                #expect(try cgroup.read("hugetlb.2MB.max", of: index).text == String(8 << 20))
            }
        }
    }

    @Test func filesByNameAndWhatIsMissing() throws {
        let unified = try #require(Self.layout)
        try HostCgroups.withCgroup(unified) { cgroup in
            try cgroup.apply(Resources(unified: ["cgroup.max.depth": "3"]), enforcingDevices: false)
            #expect(try cgroup.read("cgroup.max.depth", of: 0) == "3")
            let unknown = try #require(throws: CgroupError.self) {
                try cgroup.apply(Resources(unified: ["foo.bar": "1"]), enforcingDevices: false)
            }
            #expect(unknown.property == "linux.resources.unified.foo.bar")
            #expect(unknown.message.contains("no foo controller"))
            let file = try #require(throws: CgroupError.self) {
                try cgroup.apply(Resources(unified: ["cgroup.nosuch": "1"]), enforcingDevices: false)
            }
            #expect(file.message.contains("this kernel has no cgroup.nosuch"))
            if !HostCgroups.unifiedHas("memory") {
                let memory = try #require(throws: CgroupError.self) {
                    try cgroup.apply(Resources(memory: MemoryResources(limit: 1 << 20)), enforcingDevices: false)
                }
                #expect(memory.property == "linux.resources.memory.limit")
                #expect(memory.message.contains("this host has no memory controller"))
            }
        }
    }

    @Test(.enabled(if: HostCgroups.unifiedHas("hugetlb"), "needs the controller hugetlb of cgroup2"))
    func aProcessInAParentIsNamedAsTheReason() throws {
        let layout = try #require(Self.layout)
        let name = HostCgroups.uniqueName()
        let mountPoint = try #require(layout.unified).mountPoint
        try makeDirectory(mountPoint + "/" + name, mode: 0o755)
        defer { HostCgroups.removeDirectory(mountPoint + "/" + name) }
        try HostCgroups.withSleeper { pid in
            try writeKernelFile(mountPoint + "/" + name + "/cgroup.procs", ByteString(String(pid)))
            var cgroup = Cgroup(try CgroupPlan(layout: layout, cgroupsPath: "/" + name + "/c", id: "c"))
            try cgroup.make()
            defer { cgroup.undoMake() }
            let error = try #require(throws: CgroupError.self) {
                try cgroup.apply(
                    Resources(hugepageLimits: [HugepageLimit(pageSize: "2MB", limit: 1)]), enforcingDevices: false)
            }
            #expect(
                error.message == "the hugetlb controller cannot be enabled in \(mountPoint)/\(name): "
                    + "the cgroup itself holds processes, so its children can have no controllers: write "
                    + "\(mountPoint)/\(name)/c/hugetlb.2MB.max: no such file or directory")
        }
    }

    @Test(.enabled(if: HostCgroups.unifiedHas("hugetlb"), "needs the controller hugetlb of cgroup2"))
    func belowAThreadedParent() throws {
        let layout = try #require(Self.layout)
        let mountPoint = try #require(layout.unified).mountPoint
        let top: Path = mountPoint + "/" + HostCgroups.uniqueName()
        try makeDirectory(top, mode: 0o755)
        try makeDirectory(top + "/t", mode: 0o755)
        defer {
            HostCgroups.removeDirectory(top + "/t")
            HostCgroups.removeDirectory(top)
        }
        try writeKernelFile(top + "/t/cgroup.type", "threaded")
        let inner = try #require(top.relative(to: mountPoint))
        var cgroup = Cgroup(try CgroupPlan(layout: layout, cgroupsPath: "/" + inner.text + "/t/c", id: "c"))
        try cgroup.make()
        #expect(try readKernelFile(top + "/t/c/cgroup.type") == "threaded")
        try cgroup.removeMade()
        #expect(throws: Errno.noSuchFileOrDirectory) { try fileStatus(top + "/t/c") }
    }

    @Test func theProgramDecidesForAProcessInTheCgroup() throws {
        let unified = try #require(Self.layout)
        try HostCgroups.withCgroup(unified) { cgroup in
            guard let directory = try cgroup.directoryForClone() else {
                Issue.record("there is no directory to clone into")
                return
            }
            #expect(try Self.openErrors(in: directory.file) == [0, 0, 0])
            try cgroup.apply(Resources(devices: [DeviceRule(allow: false)]))
            // null is always allowed, kmsg and a write to it are not.
            #expect(try Self.openErrors(in: directory.file) == [0, 1, 1])
            var again = Cgroup(recorded: cgroup.paths)
            let kmsg = DeviceRule(allow: true, type: .character, major: 1, minor: 11, access: "r")
            try again.apply(Resources(devices: [DeviceRule(allow: false), kmsg]))
            #expect(try Self.openErrors(in: directory.file) == [0, 0, 1])
            let programs = try directory.file.openDevicePrograms().count
            #expect(programs == 1)
            try again.apply(Resources(devices: [DeviceRule(allow: true)]))
            #expect(try Self.openErrors(in: directory.file) == [0, 0, 0])
        }
    }

    /// What a process in the cgroup gets when it opens null, reads kmsg and writes kmsg.
    static func openErrors(in cgroup: borrowing FileDescriptor) throws -> [Int8] {
        let pipe = try FileDescriptor.pipe()
        let report = pipe.write.number.rawValue
        var arguments = linux_clone_args()
        arguments.exit_signal = UInt64(SIGCHLD)
        arguments.flags = 0x2_0000_0000  // CLONE_INTO_CGROUP
        arguments.cgroup = UInt64(cgroup.number.rawValue)
        let pid = linux_clone3(&arguments)
        if pid == 0 {
            // Only system calls: the other threads are not here.
            var errors: (Int8, Int8, Int8) = (0, 0, 0)
            errors.0 = Int8(truncatingIfNeeded: -min(0, linux_openat(-100, "/dev/null", O_RDWR, 0)))
            errors.1 = Int8(truncatingIfNeeded: -min(0, linux_openat(-100, "/dev/kmsg", O_RDONLY | O_NONBLOCK, 0)))
            errors.2 = Int8(truncatingIfNeeded: -min(0, linux_openat(-100, "/dev/kmsg", O_WRONLY, 0)))
            _ = linux_write(report, &errors, 3)
            pipe.keep()
            linux_exit_group(0)
        }
        try check(pid)
        var status: Int32 = 0
        defer { _ = linux_wait4(Int32(pid), &status, 0) }
        return try pipe.read.read(count: 3).map { Int8(bitPattern: $0) }
    }
}
