import Foundation
import Testing

/// A container's cgroups: where they are, what limits they have, who is in them, and that they go.
@Suite(.containers, .requires(.root, .runtime))
struct CgroupTests {
    private func created(
        view: HostView = .host, _ resources: JSONValue
    ) throws -> TestBundle {
        let bundle = try TestBundle(view: view) {
            $0.process.args = ["sleep", "1000"]
            for (name, value) in resources.members { $0.linux.resources[name] = value }
        }
        try bundle.create().succeeded()
        return bundle
    }

    // MARK: Version 1

    @Test(.requires(.cgroupV1("memory"))) func memoryV1() throws {
        let bundle = try created([
            "memory": [
                "limit": 33_554_432, "reservation": 16_777_216, "swappiness": 0, "disableOOMKiller": true, "kernel": 1,
                "kernelTCP": 1, "useHierarchy": true,
            ]
        ])
        #expect(bundle.cgroupFile("memory.limit_in_bytes", controller: "memory") == "33554432")
        #expect(bundle.cgroupFile("memory.soft_limit_in_bytes", controller: "memory") == "16777216")
        #expect(bundle.cgroupFile("memory.swappiness", controller: "memory") == "0")
        #expect(bundle.cgroupFile("memory.oom_control", controller: "memory")?.contains("oom_kill_disable 1") ?? false)
    }

    @Test(.requires(.cgroupV1("memory"))) func unlimitedMemoryV1() throws {
        let bundle = try created(["memory": ["limit": -1]])
        #expect((bundle.cgroupFile("memory.limit_in_bytes", controller: "memory").flatMap { Int($0) } ?? 0) > 1 << 60)
    }

    @Test(.requires(.cgroupV1("memory"), .path("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"))) func swapV1()
        throws
    {
        let bundle = try created(["memory": ["limit": 33_554_432, "swap": 67_108_864]])
        #expect(bundle.cgroupFile("memory.memsw.limit_in_bytes", controller: "memory") == "67108864")
    }

    @Test(.requires(.cgroupV1("cpu"))) func cpuV1() throws {
        let bundle = try created(["cpu": ["shares": 512, "quota": 50000, "period": 100_000]])
        #expect(bundle.cgroupFile("cpu.shares", controller: "cpu") == "512")
        #expect(bundle.cgroupFile("cpu.cfs_quota_us", controller: "cpu") == "50000")
        #expect(bundle.cgroupFile("cpu.cfs_period_us", controller: "cpu") == "100000")
    }

    // runc 1.1.5 knows neither burst nor idle.
    @Test(.requires(.cgroupV1("cpu"), .path("/sys/fs/cgroup/cpu/cpu.idle"))) func burstAndIdleV1() throws {
        let burst = try created(["cpu": ["quota": 50000, "period": 100_000, "burst": 20000]])
        #expect(burst.cgroupFile("cpu.cfs_burst_us", controller: "cpu") == "20000")
        let idle = try created(["cpu": ["idle": 1]])
        #expect(idle.cgroupFile("cpu.idle", controller: "cpu") == "1")
    }

    @Test(.requires(.cgroupV1("cpuset"))) func cpusetV1() throws {
        let bundle = try created(["cpu": ["cpus": "0", "mems": "0"]])
        #expect(bundle.cgroupFile("cpuset.cpus", controller: "cpuset") == "0")
        #expect(bundle.cgroupFile("cpuset.mems", controller: "cpuset") == "0")
        try bundle.start().succeeded()
        #expect(try bundle.exec(shell: "grep Cpus_allowed_list /proc/self/status").stdout == "Cpus_allowed_list:\t0\n")
        #expect(Status(contents("/proc/\(try bundle.pid())/status") ?? "")["Cpus_allowed_list"] == "0")
    }

    /// The nodes of the parent would be there anyway: those that the host lacks show that they are set.
    @Test(.requires(.cgroupV1("cpuset"))) func nodesThatAreMissingV1() throws {
        let bundle = try TestBundle { $0.linux.resources.cpu = ["mems": "1000"] }
        let output = try bundle.create()
        #expect(output.status == 1)
        #expect(output.error.contains("cpuset.mems"), "\(output.stderr)")
        bundle.expectNothingLeft()
    }

    @Test(.requires(.cgroupV1("pids"))) func pidsV1() throws {
        #expect(try created(["pids": ["limit": 17]]).cgroupFile("pids.max", controller: "pids") == "17")
        #expect(try created(["pids": ["limit": -1]]).cgroupFile("pids.max", controller: "pids") == "max")
        // What engines mean that write it, see docs/differences.md.
        #expect(try created(["pids": ["limit": 0]]).cgroupFile("pids.max", controller: "pids") == "max")
    }

    @Test(.requires(.cgroupV1("pids"))) func aPidsLimitHolds() throws {
        let text = try output(of: "(sleep 1 & sleep 1 & sleep 1 & sleep 1 & sleep 1 & true) 2>&1; true") {
            $0.linux.resources.pids = ["limit": 3]
        }
        #expect(text.contains("can't fork"))
    }

    @Test(.requires(.cgroupV1("blkio"), .path("/sys/fs/cgroup/blkio/blkio.throttle.read_bps_device"))) func blockIOV1()
        throws
    {
        // A block device that is there.
        let device = try #require(
            (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block"))?.first.flatMap {
                contents("/sys/block/\($0)/dev")
            })
        let numbers = device.trimmingCharacters(in: .newlines).split(separator: ":").compactMap { Int($0) }
        let entry: (Int) -> JSONValue = {
            [["major": .number("\(numbers[0])"), "minor": .number("\(numbers[1])"), "rate": .number("\($0)")]]
        }
        let bundle = try created([
            "blockIO": [
                "throttleReadBpsDevice": entry(1_048_576), "throttleWriteBpsDevice": entry(2_097_152),
                "throttleReadIOPSDevice": entry(100), "throttleWriteIOPSDevice": entry(200),
            ]
        ])
        for (file, value) in [
            ("read_bps", "1048576"), ("write_bps", "2097152"), ("read_iops", "100"), ("write_iops", "200"),
        ] {
            #expect(
                bundle.cgroupFile("blkio.throttle.\(file)_device", controller: "blkio")
                    == "\(numbers[0]):\(numbers[1]) \(value)")
        }
    }

    /// The list after all rules: the container's, and those that each container has.
    @Test(.requires(.cgroupV1("devices"))) func devicesV1() throws {
        let bundle = try created([
            "devices": [
                ["allow": false, "access": "rwm"], ["allow": true, "type": "b", "major": 7, "minor": 1, "access": "r"],
            ]
        ])
        let list = Set(
            (bundle.cgroupFile("devices.list", controller: "devices") ?? "").split(separator: "\n").map(String.init))
        #expect(
            list.isSuperset(of: [
                "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm",
                "c 5:2 rwm", "c 136:* rwm", "b 7:1 r",
            ]))
        #expect(!list.contains("a *:* rwm"))
    }

    /// The kernel shows the rules as they were written: those of the configuration first, in their order.
    @Test(.requires(.cgroupV1("devices"))) func theOrderOfDevicesV1() throws {
        let bundle = try created([
            "devices": [
                ["allow": false, "access": "rwm"],
                ["allow": true, "type": "c", "major": 10, "minor": 229, "access": "rwm"],
                ["allow": true, "type": "b", "major": 8, "minor": 20, "access": "rw"],
                ["allow": true, "type": "b", "major": 10, "minor": 200, "access": "r"],
            ]
        ])
        let list = (bundle.cgroupFile("devices.list", controller: "devices") ?? "").split(separator: "\n")
        #expect(list.prefix(3) == ["c 10:229 rwm", "b 8:20 rw", "b 10:200 r"])
    }

    @Test(.requires(.cgroupV1("memory"))) func aLimitThatCannotBeSet() throws {
        let bundle = try TestBundle { $0.linux.resources.cpu = ["cpus": "9999"] }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: "")
        #expect(output.error.contains("9999"))
        bundle.expectNothingLeft()
    }

    @Test(.requires(.cgroupV1("memory"))) func unifiedOnV1() throws {
        let bundle = try TestBundle(view: .v1) { $0.linux.resources.unified = ["memory.high": "1000000"] }
        try bundle.create().failed(from: "runc create failed: ", to: "cannot use unified on cgroup v1")
        bundle.expectNothingLeft()
    }

    // MARK: Version 2

    @Test(.requires(.unified)) func theProcessIsInItsCgroupV2() throws {
        let bundle = try TestBundle(view: .v2) { $0.process.args = ["sleep", "1000"] }.running()
        #expect(HostCgroups.processes(bundle.cgroup) == [try bundle.pid()])
        #expect(contents("/proc/\(try bundle.pid())/cgroup")?.contains("0::\(bundle.cgroup)\n") ?? false)
        // v1's hierarchies are not touched.
        for (controller, _) in HostCgroups.hierarchies where controller != "" {
            #expect(!exists(HostCgroups.directory(bundle.cgroup, controller: controller) ?? ""))
        }
    }

    @Test(.requires(.cgroupV2("memory"))) func memoryV2() throws {
        let bundle = try created(
            view: .v2, ["memory": ["limit": 33_554_432, "reservation": 16_777_216, "swap": 67_108_864]])
        #expect(bundle.cgroupFile("memory.max", controller: "") == "33554432")
        #expect(bundle.cgroupFile("memory.low", controller: "") == "16777216")
        #expect(bundle.cgroupFile("memory.swap.max", controller: "") == "33554432")
    }

    @Test(.requires(.cgroupV2("cpu"))) func cpuV2() throws {
        let bundle = try created(view: .v2, ["cpu": ["shares": 1024, "quota": 50000, "period": 100_000]])
        #expect(bundle.cgroupFile("cpu.weight", controller: "") == "100")
        #expect(bundle.cgroupFile("cpu.max", controller: "") == "50000 100000")
    }

    @Test(.requires(.cgroupV2("pids"))) func pidsV2() throws {
        #expect(try created(view: .v2, ["pids": ["limit": 17]]).cgroupFile("pids.max", controller: "") == "17")
    }

    @Test(.requires(.cgroupV2("hugetlb"))) func hugetlbV2() throws {
        let bundle = try created(view: .v2, ["hugepageLimits": [["pageSize": "2MB", "limit": 4_194_304]]])
        #expect(bundle.cgroupFile("hugetlb.2MB.max", controller: "") == "4194304")
    }

    @Test(.requires(.cgroupV2("hugetlb"))) func unifiedValues() throws {
        let bundle = try created(view: .v2, ["unified": ["hugetlb.2MB.max": "2097152"]])
        #expect(bundle.cgroupFile("hugetlb.2MB.max", controller: "") == "2097152")
    }

    @Test(.requires(.unified), arguments: [["nosuch.max": "1"], ["../cgroup.procs": "1"], ["hugetlb.2MB.max": "many"]])
    func badUnifiedValues(_ values: [String: String]) throws {
        let bundle = try TestBundle(view: .v2) {
            $0.linux.resources.unified = .object(values.mapValues { .string($0) })
        }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: "")
        for key in values.keys { #expect(output.error.contains(key)) }
        bundle.expectNothingLeft()
    }

    /// What is written there is no limit but a command, or keeps the container from being made.
    @Test(
        .requires(.unified),
        arguments: [
            ("freeze", "1"), ("procs", "1"), ("threads", "1"), ("kill", "1"), ("type", "threaded"),
            ("subtree_control", "+pids"), ("events", "x"),
        ])
    func unifiedCommands(file: String, value: String) throws {
        let bundle = try TestBundle(view: .v2) { $0.linux.resources.unified = ["cgroup.\(file)": .string(value)] }
        try bundle.create().failed(
            naming: "linux.resources.unified.cgroup.\(file): \"\(value)\"", "is no resource but the runtime's to write")
        bundle.expectNothingLeft()
    }

    @Test(.requires(.unified)) func unifiedLimitsOfTheTree() throws {
        let bundle = try created(view: .v2, ["unified": ["cgroup.max.descendants": "7", "cgroup.max.depth": "3"]])
        #expect(bundle.cgroupFile("cgroup.max.descendants", controller: "") == "7")
        #expect(bundle.cgroupFile("cgroup.max.depth", controller: "") == "3")
    }

    /// The tasks of a frozen cgroup of version 1 do not even die.
    @Test(.requires(.cgroupV1("freezer"))) func belowAFrozenCgroupV1() throws {
        let parent = TestRun.shared.cgroup + "/frozen-" + TestRun.shared.uniqueName()
        let directory = try #require(HostCgroups.directory(parent, controller: "freezer"))
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let bundle = try TestBundle(view: .v1) { $0.linux.cgroupsPath = .string(parent + "/c") }
        try "FROZEN".write(toFile: directory + "/freezer.state", atomically: false, encoding: .utf8)
        let output = try bundle.create()
        try "THAWED".write(toFile: directory + "/freezer.state", atomically: false, encoding: .utf8)
        output.failed(naming: "lies below a frozen one: ", parent)
        #expect(!exists(directory + "/c"))
        HostCgroups.remove(parent)
    }

    @Test(.requires(.cgroupV2Without("memory"))) func aLimitWithoutItsControllerV2() throws {
        let bundle = try TestBundle(view: .v2) { $0.linux.resources.memory = ["limit": 33_554_432] }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: "")
        #expect(output.error.contains("memory"))
        bundle.expectNothingLeft()
    }

    // MARK: Places

    /// Below the caller's own cgroup of each v1 hierarchy, below the top of the unified one; never above the top.
    ///
    /// All of it lies in the cgroup of this run, the caller's as well, so that nothing stays behind.
    @Test func aRelativePath() throws {
        let caller = TestRun.shared.cgroup + "/caller-" + TestRun.shared.uniqueName()
        let relative = TestRun.shared.cgroup + "/relative-" + TestRun.shared.uniqueName() + "/deep"
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.cgroupsPath = .string("../../.." + relative)
        }
        let directories = try HostCgroups.make(caller)
        let script = directories.map { "echo $$ >\($0)/cgroup.procs && " }.joined() + "exec \"$@\""
        try Command(
            ["sh", "-c", script, "sh"] + bundle.arguments(["run", "--detach", "--bundle", bundle.path, bundle.id])
        ).wait().succeeded()
        let lines = (contents("/proc/\(try bundle.pid())/cgroup") ?? "").split(separator: "\n")
        for controller in HostCgroups.hierarchies.keys where !controller.isEmpty {
            let line = try #require(
                lines.first { $0.split(separator: ":")[1].split(separator: ",").contains(controller[...]) })
            #expect(line.hasSuffix(":" + caller + relative))
        }
        if HostCgroups.hasUnified { #expect(lines.contains { $0.hasPrefix("0::/") && $0.hasSuffix(relative) }) }
        try bundle.delete("--force").succeeded()
        #expect(HostCgroups.directories(relative) == [] && HostCgroups.directories(caller + relative) == [])
    }

    @Test func withoutAPath() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.remove("cgroupsPath")
        }.running()
        #expect(contents("/proc/\(try bundle.pid())/cgroup")?.contains("/" + bundle.id + "\n") ?? false)
        try bundle.delete("--force").succeeded()
        for directory in HostCgroups.hierarchies.values { #expect(!exists(directory + "/" + bundle.id)) }
    }

    @Test func colonsAreOrdinary() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let path = TestRun.shared.cgroup + "/a:b:c"
        try bundle.change { $0.linux.cgroupsPath = .string(path) }
        _ = try bundle.running()
        #expect(contents("/proc/\(try bundle.pid())/cgroup")?.contains(path) ?? false)
        try bundle.delete("--force").succeeded()
        #expect(HostCgroups.directories(path) == [])
    }

    @Test func aSystemdPathWithoutSystemd() throws {
        let bundle = try TestBundle { $0.linux.cgroupsPath = "/not/slice" }
        let output = try bundle.launch(
            ["create", "--bundle", bundle.path, bundle.id],
            global: ["--root", bundle.stateRoot, "--log", bundle.log, "--systemd-cgroup"]
        ).wait()
        output.failed(from: "runc create failed: ", to: "")
        bundle.expectNothingLeft()
    }

    /// What was there before is not the container's to remove.
    @Test func parentsStay() throws {
        let bundle = try TestBundle(shell: "true")
        let parent = TestRun.shared.cgroup + "/parent-" + TestRun.shared.uniqueName()
        for directory in Set(HostCgroups.hierarchies.values) {
            mkdir(directory + TestRun.shared.cgroup, 0o755)
            mkdir(directory + parent, 0o755)
        }
        let before = HostCgroups.directories(parent)
        try bundle.change { $0.linux.cgroupsPath = .string(parent + "/child") }
        try bundle.run().succeeded()
        #expect(HostCgroups.directories(parent) == before)
        #expect(HostCgroups.directories(parent + "/child") == [])
    }

    @Test func anotherContainersCgroup() throws {
        let first = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let second = try TestBundle { $0.linux.cgroupsPath = .string(first.cgroup) }
        let output = try second.create()
        output.failed(naming: "container's cgroup is not empty: 1 process(es) found")
        #expect(output.error.hasPrefix("runc create failed: "))
        second.expectNothingLeft()
        #expect(try first.status == "running")
        #expect(HostCgroups.processes(first.cgroup) == [try first.pid()])
    }

    // MARK: In the container

    @Test func theCgroupNamespace() throws {
        let text = try output(of: "cat /proc/self/cgroup") { $0.addNamespace("cgroup") }
        #expect(text.split(separator: "\n").allSatisfy { $0.hasSuffix(":/") })
    }

    @Test(.requires(.cgroupV1("memory")), arguments: [true, false])
    func theCgroupMountV1(_ namespace: Bool) throws {
        let script =
            "cat /sys/fs/cgroup/memory/memory.limit_in_bytes; cat /sys/fs/cgroup/pids/cgroup.procs; "
            + "mkdir /sys/fs/cgroup/pids/x 2>&1; cat /proc/self/mountinfo"
        let text = try output(of: script) {
            if namespace { $0.addNamespace("cgroup") }
            $0.linux.resources.memory = ["limit": 33_554_432]
        }
        let lines = text.split(separator: "\n")
        #expect(lines[0] == "33554432")
        #expect(lines[1] == "1")
        #expect(text.contains("Read-only file system"))
        let mounts = Mountinfo.parse(text)
        let directory = try #require(mounts.at("/sys/fs/cgroup"))
        #expect(directory.type == "tmpfs" && directory.options.isSuperset(of: ["ro", "nosuid", "nodev", "noexec"]))
        #expect(mounts.at("/sys/fs/cgroup/memory")?.options.contains("ro") ?? false)
    }

    @Test(.requires(.unified), arguments: [true, false])
    func theCgroupMountV2(_ namespace: Bool) throws {
        let text = try output(
            of: "cat /sys/fs/cgroup/cgroup.procs 2>&1 | head -n 1; cat /proc/self/mountinfo", view: .v2
        ) {
            if namespace { $0.addNamespace("cgroup") }
        }
        let mount = try #require(Mountinfo.parse(text).at("/sys/fs/cgroup"))
        #expect(mount.type == "cgroup2" && mount.options.isSuperset(of: ["ro", "nosuid", "nodev", "noexec"]))
        if namespace { #expect(text.hasPrefix("1\n")) }
    }

    /// With its own namespace and a writable mount the cgroup belongs to the container's user.
    @Test(.requires(.unified)) func delegation() throws {
        let bundle = try TestBundle(shell: "mkdir /sys/fs/cgroup/mine && echo made; sleep 1000", view: .v2) {
            $0.addNamespace("cgroup")
            $0.process.user = ["uid": 1000, "gid": 1000]
            $0.mounts[6].options = ["nosuid", "noexec", "nodev", "relatime", "rw"]
        }
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("the directory is made") { read() == "made\n" }
        let directory = try #require(HostCgroups.directory(bundle.cgroup, controller: ""))
        for (file, owner) in [
            ("", 1000), ("/cgroup.procs", 1000), ("/cgroup.subtree_control", 1000), ("/cgroup.type", 0),
        ] {
            var information = stat()
            #expect(stat(directory + file, &information) == 0 && information.st_uid == owner, "\(file)")
        }
        // Deleting removes what the container made below, too.
        try bundle.delete("--force").succeeded()
        bundle.expectNothingLeft()
    }

    // MARK: The end

    @Test func killAllReachesEveryProcess() throws {
        let bundle = try TestBundle(shell: "sleep 995 & sleep 995 & wait") { $0.dropNamespace("pid") }.running()
        eventually("three processes") { HostCgroups.processes(bundle.cgroup).count == 3 }
        let processes = HostCgroups.processes(bundle.cgroup)
        try bundle.apus("kill", "--all", bundle.id, "KILL").succeeded()
        for pid in processes { waitForEnd(of: pid) }
    }

    /// SIGKILL to a container that shares its pid namespace ends all of it.
    @Test func killWithoutAPidNamespace() throws {
        let bundle = try TestBundle(shell: "sleep 994 & wait") { $0.dropNamespace("pid") }.running()
        eventually("two processes") { HostCgroups.processes(bundle.cgroup).count == 2 }
        let processes = HostCgroups.processes(bundle.cgroup)
        // runc 1.1.5 kills only init.
        try bundle.kill("KILL").succeeded()
        for pid in processes { waitForEnd(of: pid) }
    }

    @Test func deleteEndsWhatIsLeft() throws {
        let bundle = try TestBundle(shell: "sleep 993 >/dev/null 2>&1 & sleep 0.01") { $0.dropNamespace("pid") }
            .running()
        try bundle.waitUntilStopped()
        let left = HostCgroups.processes(bundle.cgroup)
        #expect(left.count == 1)
        try bundle.delete().succeeded()
        for pid in left { waitForEnd(of: pid) }
        bundle.expectNothingLeft()
    }

    /// A process of the host below the container's cgroup, in one hierarchy, and frozen there if that is the freezer's.
    @Test(arguments: HostCgroups.mounted("", "memory", "freezer"))
    func forcedDeleteEndsProcessesOfOthers(_ controller: String) throws {
        let top = try #require(HostCgroups.hierarchies[controller])
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let below = top + bundle.cgroup + "/below"
        #expect(mkdir(below, 0o755) == 0)
        let other = try Command(["sh", "-c", "echo $$ >\(below)/cgroup.procs; exec sleep 1000"])
        eventually("the process is in the cgroup") { !(contents(below + "/cgroup.procs") ?? "").isEmpty }
        if controller == "freezer" { try Data("FROZEN".utf8).write(to: URL(fileURLWithPath: below + "/freezer.state")) }
        try bundle.delete("--force").succeeded()
        waitForEnd(of: other.pid)
        bundle.expectNothingLeft()
    }
}
