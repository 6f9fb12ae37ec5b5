import Foundation
import Testing

/// The limits of cgroup v2 as the kernel has them: memory, cpu, cpuset, pids.
@Suite(.containers, .requires(.root, .runtime))
struct CgroupV2LimitTests {
    // MARK: Memory

    @Test(
        .requires(.cgroupV2("memory")),
        arguments: [
            (["limit": 33_554_432], "memory.max", "33554432"), (["limit": -1], "memory.max", "max"),
            (["limit": -1], "memory.swap.max", "max"), (["limit": 33_554_432], "memory.swap.max", "max"),
            (["reservation": 16_777_216], "memory.low", "16777216"),
            (["limit": 33_554_432, "swap": 50_331_648], "memory.swap.max", "16777216"),
            (["limit": 33_554_432, "swap": 33_554_432], "memory.swap.max", "0"),
            (["limit": 33_554_432, "swap": -1], "memory.swap.max", "max"),
            (["limit": 33_554_432, "kernel": 1_048_576, "kernelTCP": 1_048_576], "memory.max", "33554432"),
            ([:], "memory.max", "max"),
        ] as [([String: Int], String, String)])
    func memory(_ memory: [String: Int], _ file: String, _ value: String) throws {
        let bundle = try TestBundle.withLimits(["memory": .numbers(memory)])
        #expect(bundle.unifiedFile(file) == value)
    }

    @Test(
        .requires(.cgroupV2("memory")),
        arguments: [
            (["swap": 33_554_432], "swap"), (["limit": 33_554_432, "swap": 16_777_216], "swap"),
            (["limit": 33_554_432, "swappiness": 10], "swappiness"),
        ] as [([String: Int], String)])
    func badMemory(_ memory: [String: Int], _ property: String) throws {
        try TestBundle.expectRefusal(of: ["memory": .numbers(memory)], naming: property)
    }

    /// The kernel keeps what the container may use at most: a program that wants more is killed.
    @Test(.requires(.cgroupV2("memory"))) func theMemoryLimitHolds() throws {
        let bundle = try TestBundle(
            shell: "tail -c 100m /dev/zero >/dev/null; echo $?; cat /sys/fs/cgroup/memory.events"
        ) {
            $0.addNamespace("cgroup")
            $0.linux.resources.memory = ["limit": 20_971_520, "swap": 20_971_520]
        }
        let output = try bundle.run().succeeded()
        #expect(output.lines.first == "137")
        #expect(output.lines.contains("oom_kill 1"))
    }

    /// A limit that does not even hold the runtime's child: the error says so, and nothing is left.
    @Test(.requires(.cgroupV2("memory"))) func aLimitTooSmallToStart() throws {
        let bundle = try TestBundle { $0.linux.resources.memory = ["limit": 4096, "swap": 4096] }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: "")
        #expect(output.error.contains("container init was OOM-killed (memory limit too low?)"))
        bundle.expectNothingLeft()
    }

    // MARK: CPU

    @Test(
        .requires(.cgroupV2("cpu")),
        arguments: [
            (["quota": 50_000, "period": 200_000], "cpu.max", "50000 200000"),
            (["quota": 50_000], "cpu.max", "50000 100000"), (["period": 50_000], "cpu.max", "max 50000"),
            (["quota": -1, "period": 50_000], "cpu.max", "max 50000"),
            (["quota": 50_000, "burst": 20_000], "cpu.max.burst", "20000"),
            (["shares": 1024], "cpu.weight", "100"), (["shares": 2], "cpu.weight", "1"),
            (["shares": 262_144], "cpu.weight", "10000"), (["shares": 512], "cpu.weight", "59"),
            (["shares": 0], "cpu.weight", "100"), (["idle": 1], "cpu.idle", "1"),
            (["idle": 1, "shares": 512], "cpu.idle", "1"), (["idle": 0, "shares": 512], "cpu.weight", "59"),
        ] as [([String: Int], String, String)])
    func cpu(_ cpu: [String: Int], _ file: String, _ value: String) throws {
        let bundle = try TestBundle.withLimits(["cpu": .numbers(cpu)])
        #expect(bundle.unifiedFile(file) == value)
    }

    @Test(
        .requires(.cgroupV2("cpu")),
        arguments: [
            (["realtimeRuntime": 1000], "realtimeRuntime"), (["realtimePeriod": 1000], "realtimePeriod"),
            (["quota": 100], "quota"), (["quota": 10_000, "burst": 20_000], "burst"), (["idle": 2], "idle"),
        ] as [([String: Int], String)])
    func badCPU(_ cpu: [String: Int], _ property: String) throws {
        try TestBundle.expectRefusal(of: ["cpu": .numbers(cpu)], naming: property)
    }

    @Test(.requires(.cgroupV2("cpuset"))) func cpuset() throws {
        let bundle = try TestBundle.withLimits(["cpu": ["cpus": "0", "mems": "0"]])
        #expect(bundle.unifiedFile("cpuset.cpus") == "0")
        #expect(bundle.unifiedFile("cpuset.mems") == "0")
        try bundle.start().succeeded()
        #expect(try bundle.exec(shell: "grep Cpus_allowed_list /proc/self/status").stdout == "Cpus_allowed_list:\t0\n")
        #expect(Status(contents("/proc/\(try bundle.pid())/status") ?? "")["Cpus_allowed_list"] == "0")
    }

    @Test(.requires(.cgroupV2("cpuset")), arguments: ["cpus", "mems"]) func badCpuset(_ property: String) throws {
        try TestBundle.expectRefusal(of: ["cpu": [property: "9999"]], naming: property)
    }

    // MARK: Processes

    @Test(.requires(.cgroupV2("pids")), arguments: [(17, "17"), (-1, "max"), (-5, "max"), (0, "max")])
    func pids(_ limit: Int, _ value: String) throws {
        #expect(try TestBundle.withLimits(["pids": ["limit": .number("\(limit)")]]).unifiedFile("pids.max") == value)
    }

    @Test(.requires(.cgroupV2("pids"))) func noPidsLimit() throws {
        #expect(try TestBundle.withLimits([:]).unifiedFile("pids.max") == "max")
    }

    @Test(.requires(.cgroupV2("pids"))) func aPidsLimitHolds() throws {
        let bundle = try TestBundle(shell: "exec 2>&1; echo started; (true); echo forked") {
            $0.linux.resources.pids = ["limit": 1]
        }
        let output = try bundle.run()
        #expect(output.stdout.hasPrefix("started\n"))
        #expect(output.stdout.contains("can't fork"))
    }

    // MARK: Others

    @Test(.requires(.cgroupV2("hugetlb"), .path("/sys/kernel/mm/hugepages/hugepages-2048kB"))) func hugepages() throws {
        let bundle = try TestBundle.withLimits(["hugepageLimits": [["pageSize": "2MB", "limit": 4_194_304]]])
        #expect(bundle.unifiedFile("hugetlb.2MB.max") == "4194304")
        #expect(bundle.unifiedFile("hugetlb.2MB.rsvd.max") == "4194304")
    }

    @Test(.requires(.cgroupV2("hugetlb"))) func hugepagesOfASizeThatIsNotThere() throws {
        try TestBundle.expectRefusal(
            of: ["hugepageLimits": [["pageSize": "3MB", "limit": 3_145_728]]], naming: "hugepageLimits", "3MB")
    }

    @Test(.requires(.cgroupV2("rdma"))) func rdmaOfADeviceThatIsNotThere() throws {
        try TestBundle.expectRefusal(
            of: ["rdma": ["nosuch0": ["hcaHandles": 3, "hcaObjects": 10]]], naming: "rdma", "nosuch0")
    }

    @Test(
        .requires(.unified),
        arguments: [["classID": 1_048_577], ["priorities": [["name": "lo", "priority": 5]]]] as [JSONValue])
    func theNetworkHasNoLimits(_ network: JSONValue) throws {
        let bundle = try TestBundle(view: .v2) { $0.linux.resources.network = network }
        let output = try bundle.create()
        // What cannot be enforced is an error.
        output.failed(from: "runc create failed: ", to: "")
        #expect(output.error.contains("network"))
        bundle.expectNothingLeft()
    }
}
