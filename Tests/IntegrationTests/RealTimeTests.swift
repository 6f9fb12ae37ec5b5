import Foundation
import Testing

/// Real-time tasks: a budget in the cgroup of version 1, and a policy of the process that needs it.
@Suite(
    .containers, .requires(.root, .runtime, .cgroupV1("cpu"), .path("/sys/fs/cgroup/cpu/cpu.rt_runtime_us")),
    .serialized)
struct RealTimeTests {
    @Test(arguments: [("SCHED_FIFO", 3, "1"), ("SCHED_RR", 4, "2")])
    func aPolicyWithABudget(_ policy: String, _ priority: Int, _ number: String) throws {
        let bundle = try TestBundle(shell: "cut -d' ' -f40,41 /proc/self/stat; sleep 1000")
        // A budget comes from the parent's: only the top has one.
        let path = "/apus-tests-" + bundle.id
        try bundle.change {
            $0.linux.cgroupsPath = .string(path)
            $0.linux.resources.cpu = ["realtimeRuntime": 1000, "realtimePeriod": 500_000]
            $0.process.scheduler = ["policy": .string(policy), "priority": .number("\(priority)")]
        }
        let read = try bundle.createReading()
        let directory = try #require(HostCgroups.hierarchies["cpu"]) + path
        #expect(contents(directory + "/cpu.rt_runtime_us") == "1000\n")
        #expect(contents(directory + "/cpu.rt_period_us") == "500000\n")
        try bundle.start().succeeded()
        eventually("the process shows its policy") { read() == "\(priority) \(number)\n" }
        try bundle.delete("--force").succeeded()
        #expect(!exists(directory))
    }

    @Test func aPolicyWithoutABudget() throws {
        let bundle = try TestBundle { $0.process.scheduler = ["policy": "SCHED_FIFO", "priority": 3] }
        let output = try bundle.create()
        output.failed(naming: "process.scheduler", "SCHED_FIFO", "linux.resources.cpu.realtimeRuntime")
        output.failed(from: "runc create failed: ", to: "operation not permitted")
        bundle.expectNothingLeft()
    }

    /// A refusal of the kernel names the value, too.
    @Test(.requires(.path("/proc/self/numa_maps"))) func aMemoryNodeThatIsMissing() throws {
        let bundle = try TestBundle { $0.linux.memoryPolicy = ["mode": "MPOL_BIND", "nodes": "63"] }
        let output = try bundle.create()
        output.failed(naming: "linux.memoryPolicy", "MPOL_BIND", "63")
        output.failed(from: "runc create failed: ", to: "invalid argument")
        bundle.expectNothingLeft()
    }
}
