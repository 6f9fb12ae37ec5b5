import Foundation
import Testing

/// `update` on cgroup v1, and what does not depend on the version: flags, errors, what is remembered.
@Suite(.containers, .requires(.root, .runtime, .cgroupV1("memory"), .cgroupV1("cpu")))
struct UpdateTests {
    private func created(_ resources: JSONValue = [:], view: HostView = .host) throws -> TestBundle {
        let bundle = try TestBundle(view: view) {
            $0.process.args = ["sleep", "1000"]
            for (name, value) in resources.members { $0.linux.resources[name] = value }
        }
        try bundle.create().succeeded()
        return bundle
    }

    // MARK: Values

    struct Case: Sendable, CustomTestStringConvertible {
        let flags: [String]
        let file: String
        let value: String
        var testDescription: String { flags.joined(separator: " ") }
        /// The controller that the file belongs to.
        var controller: String { String(file.prefix { $0 != "." }) }

        init(_ flags: String..., gives file: String, _ value: String) {
            (self.flags, self.file, self.value) = (flags, file, value)
        }
    }

    @Test(arguments: [
        Case("--memory", "64m", gives: "memory.limit_in_bytes", "67108864"),
        Case("--memory", "0.5G", gives: "memory.limit_in_bytes", "536870912"),
        Case("--memory", "100 MiB", gives: "memory.limit_in_bytes", "104857600"),
        Case("--memory", "67108864", gives: "memory.limit_in_bytes", "67108864"),
        Case("--memory-reservation", "32m", gives: "memory.soft_limit_in_bytes", "33554432"),
        Case("--cpu-share", "77", gives: "cpu.shares", "77"),
        Case("--cpu-quota", "20000", gives: "cpu.cfs_quota_us", "20000"),
        Case("--cpu-period", "50000", gives: "cpu.cfs_period_us", "50000"),
        Case("--cpuset-cpus", "0", gives: "cpuset.cpus", "0"),
        Case("--cpuset-mems", "0", gives: "cpuset.mems", "0"),
        Case("--pids-limit", "17", gives: "pids.max", "17"),
        Case("--pids-limit", "-1", gives: "pids.max", "max"),
        // What engines mean that write it, see docs/differences.md.
        Case("--pids-limit", "0", gives: "pids.max", "max"),
    ])
    func aFlag(_ flag: Case) throws {
        let bundle = try created(["pids": ["limit": 5]])
        try #require(bundle.cgroupFile(flag.file, controller: flag.controller) != nil)
        let output = try bundle.launch(["update"] + flag.flags + [bundle.id]).wait().succeeded()
        #expect(output.stdout + output.stderr == "")
        #expect(bundle.cgroupFile(flag.file, controller: flag.controller) == flag.value)
    }

    @Test(.requires(.cgroupV1("cpu"), .path("/sys/fs/cgroup/cpu/cpu.idle"))) func burstAndIdle() throws {
        let bundle = try created(["cpu": ["quota": 50000, "period": 100_000, "shares": 512]])
        func file(_ name: String) -> String? { bundle.cgroupFile(name, controller: "cpu") }
        try bundle.apus("update", "--cpu-burst", "20000", bundle.id).succeeded()
        #expect(file("cpu.cfs_burst_us") == "20000")
        try bundle.apus("update", "--cpu-idle", "1", bundle.id).succeeded()
        #expect(file("cpu.idle") == "1")
        // The kernel takes no share for it now: the rest of the change does not stay either.
        try bundle.apus("update", "--cpu-share", "100", "--cpu-quota", "30000", bundle.id).failed(
            naming: "linux.resources.cpu.shares", "\"100\"", "cpu.shares", "invalid argument")
        #expect(file("cpu.cfs_quota_us") == "50000")
        // The kernel has forgotten the share; what was asked for has not changed.
        try bundle.apus("update", "--cpu-idle", "0", bundle.id).succeeded()
        #expect(file("cpu.idle") == "0")
        #expect(file("cpu.shares") == "512")
        // A change that fails later gives the share back, too.
        try bundle.apus("update", "--cpu-idle", "1", "--cpuset-mems", "1000", "--cpu-quota", "5", bundle.id).failed(
            naming: "cpu.quota")
        try bundle.apus(
            "update", "-r", "-", bundle.id,
            stdin: .text(
                #"{"cpu": {"idle": 1}, "blockIO": {"throttleReadBpsDevice": [{"major": 4000, "minor": 1, "rate": 5}]}}"#
            )
        ).failed(naming: "throttleReadBpsDevice[0].rate", "4000:1")
        #expect(file("cpu.idle") == "0")
        #expect(file("cpu.shares") == "512")
    }

    @Test(.requires(.path("/sys/fs/cgroup/cpu/cpu.rt_runtime_us"))) func realTime() throws {
        let bundle = try created()
        try bundle.apus("update", "--cpu-rt-period", "500000", bundle.id).succeeded()
        #expect(bundle.cgroupFile("cpu.rt_period_us", controller: "cpu") == "500000")
        #expect(bundle.cgroupFile("cpu.rt_runtime_us", controller: "cpu") == "0")
    }

    // MARK: Memory and swap

    @Test(.requires(.path("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"))) func theOrderOfMemoryAndSwap() throws {
        let bundle = try created(["memory": ["limit": 67_108_864, "swap": 100_663_296]])
        func limits() -> [String?] {
            ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"].map { bundle.cgroupFile($0, controller: "memory") }
        }
        // Both up: the sum has to be first. Both down: last.
        try bundle.apus("update", "--memory", "256m", "--memory-swap", "512m", bundle.id).succeeded()
        #expect(limits() == ["268435456", "536870912"])
        try bundle.apus("update", "--memory", "32m", "--memory-swap", "48m", bundle.id).succeeded()
        #expect(limits() == ["33554432", "50331648"])
        // The sum alone: what the memory may be is known from before.
        try bundle.apus("update", "--memory-swap", "64m", bundle.id).succeeded()
        #expect(limits() == ["33554432", "67108864"])
        try bundle.apus("update", "--memory-swap", "16m", bundle.id).failed(
            naming: "linux.resources.memory.swap", "16777216", "memory+swap limit should be >= memory limit")
        #expect(limits() == ["33554432", "67108864"])
        try bundle.apus("update", "--memory", "-1", bundle.id).succeeded()
        #expect(limits().allSatisfy { $0.flatMap { Int($0) } ?? 0 > 1 << 60 })
        try bundle.apus("update", "--memory", "64m", bundle.id).succeeded()
        try bundle.apus("update", "--memory-swap", "-1", bundle.id).succeeded()
        #expect(limits()[0] == "67108864")
    }

    /// What is in use cannot be taken away, and the error says how much that is.
    @Test func lessThanIsInUse() throws {
        let bundle = try created(["memory": ["limit": 67_108_864, "swap": 67_108_864]])
        let output = try bundle.apus("update", "--memory", "4k", "--cpu-share", "99", bundle.id)
        output.failed(
            naming: "linux.resources.memory.limit: \"4096\": unable to set memory limit to 4096 (current usage: ",
            ", peak usage: ")
        #expect(bundle.cgroupFile("memory.limit_in_bytes", controller: "memory") == "67108864")
        #expect(bundle.cgroupFile("cpu.shares", controller: "cpu") == "1024")
        #expect(try saved(bundle).memory.limit == 67_108_864)
    }

    // MARK: All or nothing

    @Test func aRefusedValueChangesNothing() throws {
        let bundle = try created(["cpu": ["shares": 512, "quota": 20000, "period": 50000], "pids": ["limit": 7]])
        let before = try [contents(bundle.stateRoot + "/\(bundle.id)/state.json"), saved(bundle).description]
        let output = try bundle.apus(
            "update", "--cpu-share", "77", "--cpu-quota", "70000", "--cpu-period", "100000", "--pids-limit", "9",
            "--memory", "64m", "--cpuset-mems", "0", "--cpuset-cpus", "1000", bundle.id)
        output.failed(naming: "linux.resources.cpu.cpus: \"1000\"", "/cpuset.cpus: ")
        for (file, value) in [
            ("cpu.shares", "512"), ("cpu.cfs_quota_us", "20000"), ("cpu.cfs_period_us", "50000"), ("pids.max", "7"),
        ] {
            #expect(bundle.cgroupFile(file, controller: String(file.prefix { $0 != "." })) == value, "\(file)")
        }
        let after = try [contents(bundle.stateRoot + "/\(bundle.id)/state.json"), saved(bundle).description]
        #expect(before == after)
    }

    // MARK: What is remembered

    /// The limits in the state directory.
    private func saved(_ bundle: TestBundle) throws -> JSONValue {
        let text = try String(contentsOfFile: bundle.stateRoot + "/\(bundle.id)/config.json", encoding: .utf8)
        return try JSONValue(parsing: text).linux.resources
    }

    @Test func theStateHasTheNewValues() throws {
        let bundle = try created(["memory": ["limit": 67_108_864, "reservation": 33_554_432], "cpu": ["shares": 512]])
        let original = try bundle.configuration()
        let before = try JSONValue(parsing: contents(bundle.stateRoot + "/\(bundle.id)/state.json") ?? "")
        try bundle.apus(
            "update", "--memory", "128m", "--cpu-quota", "30000", "--cpuset-cpus", "0", "--pids-limit", "44", bundle.id
        ).succeeded()
        let resources = try saved(bundle)
        #expect(resources.memory == ["limit": 134_217_728, "reservation": 33_554_432])
        #expect(resources.cpu == ["shares": 512, "quota": 30000, "cpus": "0"])
        #expect(resources.pids == ["limit": 44])
        var after = try JSONValue(parsing: contents(bundle.stateRoot + "/\(bundle.id)/state.json") ?? "")
        let cgroups = after.config.cgroups
        #expect(cgroups.memory == 134_217_728 && cgroups.memory_reservation == 33_554_432)
        #expect(cgroups.cpu_shares == 512 && cgroups.cpu_quota == 30000 && cgroups.cpuset_cpus == "0")
        #expect(cgroups.pids_limit == 44 && cgroups.path == before.config.cgroups.path)
        // All else is as it was, and so is the bundle.
        after.config.cgroups = before.config.cgroups
        #expect(after == before)
        #expect(try bundle.configuration() == original)
        #expect(
            try bundle.apus(
                "explain", "--bundle", bundle.path, "--config",
                bundle.stateRoot + "/\(bundle.id)/config.json"
            ).succeeded().stdout.contains("limit-cgroup"))
        // Without a value everything that was asked for is written again.
        let directory = try #require(HostCgroups.directory(bundle.cgroup, controller: "cpu"))
        try "1000".write(toFile: directory + "/cpu.shares", atomically: false, encoding: .utf8)
        try bundle.apus("update", bundle.id).succeeded()
        #expect(bundle.cgroupFile("cpu.shares", controller: "cpu") == "512")
        #expect(bundle.cgroupFile("pids.max", controller: "pids") == "44")
        try bundle.start().succeeded()
        #expect(try bundle.exec(shell: "grep Cpus_allowed_list /proc/self/status").stdout == "Cpus_allowed_list:\t0\n")
    }

    /// Quota and period are one limit: what is not given of it keeps its value.
    @Test func quotaAndPeriodAlone() throws {
        let bundle = try created(["cpu": ["quota": 20000, "period": 50000]])
        func bandwidth() -> [String?] {
            ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map { bundle.cgroupFile($0, controller: "cpu") }
        }
        try bundle.apus("update", "--cpu-quota", "25000", bundle.id).succeeded()
        #expect(bandwidth() == ["25000", "50000"])
        try bundle.apus("update", "--cpu-period", "60000", bundle.id).succeeded()
        #expect(bandwidth() == ["25000", "60000"])
        try bundle.apus("update", "--cpu-quota", "-1", bundle.id).succeeded()
        #expect(bandwidth() == ["-1", "60000"])
    }

    /// Two commands at once: none of the values is lost.
    @Test func changesAtTheSameTime() throws {
        let bundle = try created()
        let commands = try ["--cpu-share=600", "--pids-limit=70", "--memory=80m", "--cpu-quota=90000"].map {
            try bundle.launch(["update", $0, bundle.id])
        }
        for command in commands { try command.wait().succeeded() }
        let resources = try saved(bundle)
        #expect(resources.cpu.shares == 600 && resources.cpu.quota == 90000)
        #expect(resources.pids.limit == 70 && resources.memory.limit == 83_886_080)
    }

    // MARK: Files

    @Test func aFileOfAnEngine() throws {
        // What docker writes: zeros for what is not to change.
        let file = """
            {"memory":{"limit":100663296,"reservation":0,"swap":100663296,"kernel":0},
             "cpu":{"shares":0,"quota":25000,"period":100000,"cpus":"1"},"pids":{"limit":40},"blockIO":{"weight":0}}
            """
        let bundle = try created(["cpu": ["shares": 300]])
        let path = try bundle.file("update.json", file.replacingOccurrences(of: "\"1\"", with: "\"0\""))
        let output = try bundle.apus("update", "--resources", path, bundle.id).succeeded()
        #expect(output.stderr == "")
        #expect(bundle.cgroupFile("memory.limit_in_bytes", controller: "memory") == "100663296")
        #expect(bundle.cgroupFile("cpu.cfs_quota_us", controller: "cpu") == "25000")
        #expect(bundle.cgroupFile("cpu.shares", controller: "cpu") == "300")
        #expect(bundle.cgroupFile("cpuset.cpus", controller: "cpuset") == "0")
        #expect(bundle.cgroupFile("pids.max", controller: "pids") == "40")
    }

    @Test func standardInput() throws {
        let bundle = try created()
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(#"{"pids":{"limit":5}} more"#)).succeeded()
        #expect(bundle.cgroupFile("pids.max", controller: "pids") == "5")
        // null stands for no limits.
        try bundle.apus("update", "--resources=-", bundle.id, stdin: .text("null")).succeeded()
        let output = try bundle.apus(
            "update", "--pids-limit", "9", "--memory", "x", "-r", "-", bundle.id, stdin: .text(#"{"cpu":{"shares":7}}"#)
        ).succeeded()
        #expect(bundle.cgroupFile("pids.max", controller: "pids") == "5")
        #expect(bundle.cgroupFile("cpu.shares", controller: "cpu") == "7")
        #expect(output.stderr == "")
        #expect(contents(bundle.log)?.contains("ignored, since --resources is given: --memory, --pids-limit") ?? false)
    }

    @Test(arguments: [
        ("", "EOF"), ("{", "unexpected EOF"), ("nonsense", "invalid character 'o' in literal null (expecting 'u')"),
        ("[]", "object"),
        (#"{"memory":{"limit":"x"}}"#, "memory.limit"), (#"{"memory":{"limit":-2}}"#, "memory.limit"),
        (#"{"devices":[{"access":"r"}]}"#, "devices[0].allow"),
        (#"{"blockIO":{"weightDevice":[{"major":8,"minor":0}]}}"#, "blockIO.weightDevice[0]"),
        (#"{"unified":{"memory.max":"5"}}"#, "invalid configuration: cannot use unified on cgroup v1"),
        (#"{"rdma":{"nosuch0":{"hcaHandles":3}}}"#, "linux.resources.rdma.nosuch0"),
        (#"{"hugepageLimits":[{"pageSize":"3MB","limit":3145728}]}"#, "hugepageLimits[0].pageSize"),
    ])
    func aFileThatIsWrong(text: String, reason: String) throws {
        let bundle = try created()
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(text)).failed(naming: reason)
    }

    @Test func aFileThatIsMissing() throws {
        let bundle = try created()
        try bundle.apus("update", "-r", "/no/such", bundle.id).failed("open /no/such: no such file or directory")
    }

    /// A controller that the hybrid host has left to its cgroup2 is enabled when it is first needed.
    @Test(.requires(.cgroupV2("hugetlb"), .path("/sys/kernel/mm/hugepages/hugepages-2048kB"))) func hugepages() throws {
        let bundle = try created()
        let limits = #"{"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}"#
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(limits)).succeeded()
        #expect(bundle.cgroupFile("hugetlb.2MB.max", controller: "") == "4194304")
        #expect(bundle.cgroupFile("hugetlb.2MB.rsvd.max", controller: "") == "4194304")
    }

    @Test(.requires(.cgroupV1("blkio"), .path("/sys/fs/cgroup/blkio/blkio.throttle.read_bps_device"))) func blockIO()
        throws
    {
        let device = try #require(
            (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block"))?.sorted().first.flatMap {
                contents("/sys/block/\($0)/dev")
            })
        let numbers = device.trimmingCharacters(in: .newlines)
        let parts = numbers.split(separator: ":")
        func limit(_ rate: Int) -> String {
            #"{"blockIO":{"throttleReadBpsDevice":[{"major":\#(parts[0]),"minor":\#(parts[1]),"rate":\#(rate)}]}}"#
        }
        let bundle = try created()
        for rate in [1_048_576, 2_097_152] {
            try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(limit(rate))).succeeded()
            #expect(
                bundle.cgroupFile("blkio.throttle.read_bps_device", controller: "blkio") == "\(numbers) \(rate)")
            #expect(try saved(bundle).blockIO.throttleReadBpsDevice.items.count == 1)
        }
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(limit(0))).succeeded()
        #expect(bundle.cgroupFile("blkio.throttle.read_bps_device", controller: "blkio") == "")
    }

    // MARK: States

    @Test func aPausedContainerStaysPaused() throws {
        let bundle = try created(["devices": [["allow": false, "access": "rwm"]]])
        try bundle.start().succeeded()
        try bundle.apus("pause", bundle.id).succeeded()
        let rules = #"{"devices":[{"allow":true,"access":"rwm"}],"memory":{"limit":67108864},"cpu":{"cpus":"0"}}"#
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(rules)).succeeded()
        #expect(try bundle.status == "paused")
        #expect(bundle.cgroupFile("memory.limit_in_bytes", controller: "memory") == "67108864")
        #expect(bundle.cgroupFile("devices.list", controller: "devices") == "a *:* rwm")
        try bundle.apus("resume", bundle.id).succeeded()
        #expect(try bundle.status == "running")
    }

    @Test func whereThereIsNothingToChange() throws {
        let bundle = try created()
        try bundle.apus("update", "--memory", "x", "nosuch").failed("container does not exist")
        try bundle.kill("KILL").succeeded()
        try bundle.waitUntilStopped()
        try bundle.apus("update", "--memory", "64m", bundle.id).failed("container not running")
        try bundle.apus("update", bundle.id).failed("container not running")
        try bundle.apus("update", "--memory", "x", bundle.id).failed("invalid value for memory: invalid size: 'x'")
    }

    // MARK: Flags

    @Test(arguments: [
        (["--memory", "100x"], "invalid value for memory: invalid suffix: 'x'"),
        (["--memory", "-5"], "invalid value for memory: invalid size: '-5'"),
        (
            ["--memory-swap", "1..5"],
            "invalid value for memory-swap: strconv.ParseFloat: parsing \"1..5\": invalid syntax"
        ),
        (["--kernel-memory", "50x"], "invalid value for kernel-memory: invalid suffix: 'x'"),
        (["--cpu-quota", "x"], "invalid value for cpu-quota: strconv.ParseInt: parsing \"x\": invalid syntax"),
        (["--cpu-period", "-1"], "invalid value for cpu-period: strconv.ParseUint: parsing \"-1\": invalid syntax"),
        (
            ["--cpu-period", "18446744073709551616"],
            "invalid value for cpu-period: strconv.ParseUint: parsing \"18446744073709551616\": value out of range"
        ),
        (["--cpu-idle", "2"], "cpu.idle: 2 is neither 0 nor 1"),
        (["--cpu-share", "1"], "linux.resources.cpu.shares: \"1\": the minimum allowed cpu-shares is 2"),
        (
            ["--cpu-share", "300000"],
            "linux.resources.cpu.shares: \"300000\": the maximum allowed cpu-shares is 262144"
        ),
        (["--blkio-weight", "70000"], "invalid value for blkio-weight: 70000 (valid range is 10-1000)"),
        (
            ["--memory", "64m", "--memory-swap", "32m"],
            "memory.swap: memory+swap limit 33554432 should be >= memory limit 67108864"
        ),
    ])
    func aFlagThatIsWrong(flags: [String], message: String) throws {
        let bundle = try created()
        try bundle.launch(["update"] + flags + [bundle.id]).wait().failed(message)
    }

    @Test(.requires(.path("/proc/self/mountinfo")), .disabled(if: exists("/sys/fs/resctrl/schemata"), "has resctrl"))
    func withoutResctrl() throws {
        let bundle = try created()
        try bundle.apus("update", "--l3-cache-schema", "L3:0=f", bundle.id).failed(
            "Intel RDT/CAT: l3 cache schema is not enabled")
        try bundle.apus("update", "--mem-bw-schema", "MB:0=20", bundle.id).failed(
            "Intel RDT/MBA: memory bandwidth schema is not enabled")
    }

    @Test func kernelMemoryIsIgnored() throws {
        let bundle = try created()
        try bundle.apus("update", "--kernel-memory", "50m", "--pids-limit", "8", bundle.id).succeeded()
        #expect(contents(bundle.log)?.contains("Kernel memory settings are ignored and will be removed") ?? false)
        #expect(bundle.cgroupFile("pids.max", controller: "pids") == "8")
        #expect(try saved(bundle).memory == .null)
    }

    /// An empty value is none, as engines give it that pass on what their users left out.
    @Test func emptyValues() throws {
        let bundle = try created(["pids": ["limit": 5]])
        try bundle.apus("update", "--memory", "", "--cpu-quota=", "--cpuset-cpus=", bundle.id).succeeded()
        #expect(bundle.cgroupFile("pids.max", controller: "pids") == "5")
    }

    // MARK: Rootless

    @Test(.requires(.rootless)) func withoutACgroup() throws {
        let bundle = try created(view: .ordinaryUser)
        try bundle.apus("update", "--memory", "64m", bundle.id).failed(
            "cannot set memory limit: container could not join or create cgroup")
        try bundle.apus("update", "--pids-limit", "9", bundle.id).failed(
            "cannot set pids limit: container could not join or create cgroup")
        try bundle.apus("update", bundle.id).succeeded()
    }
}
