import Foundation
import Testing

/// `update` on cgroup v2.
@Suite(.containers, .requires(.root, .runtime, .unified))
struct CgroupV2UpdateTests {
    private func update(_ bundle: TestBundle, _ flags: String..., input: String = "") throws -> Output {
        try bundle.launch(["update"] + flags + [bundle.id], stdin: .text(input)).wait()
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let flags: [String]
        let file: String
        let value: String
        var testDescription: String { flags.joined(separator: " ") }

        init(_ flags: String..., gives file: String, _ value: String) {
            (self.flags, self.file, self.value) = (flags, file, value)
        }
    }

    @Test(
        .requires(.cgroupV2("memory"), .cgroupV2("cpu"), .cgroupV2("cpuset"), .cgroupV2("pids")),
        arguments: [
            Case("--memory", "64m", gives: "memory.max", "67108864"),
            Case("--memory", "64m", "--memory-swap", "96m", gives: "memory.swap.max", "33554432"),
            Case("--memory-swap", "-1", gives: "memory.swap.max", "max"),
            // The limit of 32 MiB is known from the configuration.
            Case("--memory-swap", "48m", gives: "memory.swap.max", "16777216"),
            // The sum stays, so less is left for swap.
            Case("--memory", "40m", gives: "memory.swap.max", "25165824"),
            Case("--memory", "-1", gives: "memory.max", "max"), Case("--memory", "-1", gives: "memory.swap.max", "max"),
            Case("--memory-reservation", "16m", gives: "memory.low", "16777216"),
            Case("--cpu-share", "512", gives: "cpu.weight", "59"),
            Case("--cpu-quota", "20000", gives: "cpu.max", "20000 50000"),
            Case("--cpu-period", "40000", gives: "cpu.max", "30000 40000"),
            Case("--cpu-quota", "-1", gives: "cpu.max", "max 50000"),
            Case("--cpu-quota", "10000", "--cpu-period", "20000", gives: "cpu.max", "10000 20000"),
            Case("--cpu-burst", "10000", gives: "cpu.max.burst", "10000"),
            Case("--cpu-idle", "1", gives: "cpu.idle", "1"), Case("--cpuset-cpus", "0", gives: "cpuset.cpus", "0"),
            Case("--cpuset-mems", "0", gives: "cpuset.mems", "0"), Case("--pids-limit", "17", gives: "pids.max", "17"),
            Case("--pids-limit", "-1", gives: "pids.max", "max"), Case(gives: "memory.max", "33554432"),
        ])
    func aFlag(_ flag: Case) throws {
        let bundle = try TestBundle.withLimits([
            "memory": ["limit": 33_554_432, "swap": 67_108_864],
            "cpu": ["quota": 30000, "period": 50000, "shares": 1024],
            "pids": ["limit": 99],
        ])
        try bundle.launch(["update"] + flag.flags + [bundle.id]).wait().succeeded()
        #expect(bundle.unifiedFile(flag.file) == flag.value)
        // What was not given stays.
        if !flag.flags.contains("--pids-limit") { #expect(bundle.unifiedFile("pids.max") == "99") }
    }

    @Test(.requires(.cgroupV2("memory"))) func theLimitThatAFileHasSet() throws {
        let bundle = try TestBundle.withLimits(["unified": ["memory.max": "33554432"]])
        try update(bundle, "--memory-swap", "48m").succeeded()
        #expect(bundle.unifiedFile("memory.max") == "33554432")
        #expect(bundle.unifiedFile("memory.swap.max") == "16777216")
        // From now on the property counts, also when all limits are written again.
        try update(bundle, "--memory", "40m").succeeded()
        try update(bundle).succeeded()
        #expect(bundle.unifiedFile("memory.max") == "41943040")
    }

    @Test(.requires(.cgroupV2("memory"))) func swapWithoutMemory() throws {
        try update(try TestBundle.withLimits([:]), "--memory-swap", "48m").failed(
            naming: "linux.resources.memory.swap", "unable to set swap limit without memory limit")
    }

    @Test(.requires(.cgroupV2("memory"))) func aCheckBeforehand() throws {
        let bundle = try TestBundle.withLimits(["memory": ["limit": 67_108_864]])
        let limits = #"{"memory":{"limit":4096,"checkBeforeUpdate":true},"pids":{"limit":7}}"#
        try update(bundle, "-r", "-", input: limits).failed(
            naming: "linux.resources.memory.limit", "rejecting memory limit 4096 <= usage ")
        #expect(bundle.unifiedFile("memory.max") == "67108864")
        #expect(bundle.unifiedFile("pids.max") == "max")
        #expect(try bundle.status == "created")
    }

    @Test(.requires(.cgroupV2("memory"), .cgroupV2("cpu"))) func filesByName() throws {
        let bundle = try TestBundle.withLimits([:])
        let files = #"{"unified":{"memory.high":"50331648","cpu.weight":"50","pids.max":"33"}}"#
        try update(bundle, "-r", "-", input: files).succeeded()
        #expect(bundle.unifiedFile("memory.high") == "50331648")
        #expect(bundle.unifiedFile("cpu.weight") == "50")
        #expect(bundle.unifiedFile("pids.max") == "33")
        let wrong = #"{"unified":{"memory.high":"max","cpu.weight":"0"}}"#
        try update(bundle, "-r", "-", input: wrong).failed(
            naming: "linux.resources.unified", "cpu.weight", "numerical result out of range")
        #expect(bundle.unifiedFile("memory.high") == "50331648")
    }

    @Test(.requires(.cgroupV2("memory"), .cgroupV2("cpuset"))) func aRefusedValueChangesNothing() throws {
        let bundle = try TestBundle.withLimits(["memory": ["limit": 67_108_864], "cpu": ["shares": 512]])
        try update(
            bundle, "--memory", "128m", "--memory-swap", "256m", "--cpu-share", "77", "--pids-limit", "9",
            "--cpuset-cpus", "1000"
        ).failed(naming: "linux.resources.cpu.cpus: \"1000\"", "/cpuset.cpus: ")
        #expect(bundle.unifiedFile("memory.max") == "67108864")
        #expect(bundle.unifiedFile("memory.swap.max") == "max")
        #expect(bundle.unifiedFile("cpu.weight") == "59")
        #expect(bundle.unifiedFile("pids.max") == "max")
    }

    @Test(.requires(.cgroupV2("io"), .path("/sys/block/vda/dev"))) func blockIO() throws {
        let device = try #require(contents("/sys/block/vda/dev")).trimmingCharacters(in: .newlines)
        let parts = device.split(separator: ":")
        let bundle = try TestBundle.withLimits([:])
        func limit(_ kind: String, _ rate: Int) -> String {
            #"{"blockIO":{"\#(kind)":[{"major":\#(parts[0]),"minor":\#(parts[1]),"rate":\#(rate)}]}}"#
        }
        try update(bundle, "-r", "-", input: limit("throttleReadBpsDevice", 1_048_576)).succeeded()
        try update(bundle, "-r", "-", input: limit("throttleWriteIOPSDevice", 200)).succeeded()
        #expect(bundle.unifiedFile("io.max") == "\(device) rbps=1048576 wbps=max riops=max wiops=200")
        try update(bundle, "-r", "-", input: limit("throttleReadBpsDevice", 0)).succeeded()
        #expect(bundle.unifiedFile("io.max") == "\(device) rbps=max wbps=max riops=max wiops=200")
    }

    @Test(.requires(.cgroupV2("pids"))) func aPausedContainerStaysPaused() throws {
        let bundle = try TestBundle.withLimits([:])
        try bundle.start().succeeded()
        try bundle.apus("pause", bundle.id).succeeded()
        try update(bundle, "--pids-limit", "9").succeeded()
        #expect(bundle.unifiedFile("pids.max") == "9")
        #expect(try bundle.status == "paused")
    }
}
