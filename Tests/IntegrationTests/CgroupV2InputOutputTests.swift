import Foundation
import Testing

/// The limits of devices' bandwidth on cgroup v2, and the values that the configuration gives for files by name.
@Suite(.containers, .requires(.root, .runtime))
struct CgroupV2InputOutputTests {
    /// The numbers of a disk of this host, `254:0`.
    private static let disk = Disk.any
    private static var numbers: String { disk?.numbers ?? "" }

    private static func entry(_ name: String, _ value: Int) -> JSONValue {
        [["major": .number("\(disk?.major ?? 0)"), "minor": .number("\(disk?.minor ?? 0)"), name: .number("\(value)")]]
    }

    @Test(.requires(.cgroupV2("io")), .enabled(if: Disk.any != nil, "needs a disk")) func throttles() throws {
        let bundle = try TestBundle.withLimits([
            "blockIO": [
                "throttleReadBpsDevice": Self.entry("rate", 1_048_576),
                "throttleWriteBpsDevice": Self.entry("rate", 2_097_152),
                "throttleReadIOPSDevice": Self.entry("rate", 100), "throttleWriteIOPSDevice": Self.entry("rate", 200),
            ]
        ])
        #expect(bundle.unifiedFile("io.max") == "\(Self.numbers) rbps=1048576 wbps=2097152 riops=100 wiops=200")
    }

    /// A rate of zero is no limit.
    @Test(.requires(.cgroupV2("io")), .enabled(if: Disk.any != nil, "needs a disk")) func aRateOfZero() throws {
        let bundle = try TestBundle.withLimits([
            "blockIO": [
                "throttleReadBpsDevice": Self.entry("rate", 0), "throttleWriteIOPSDevice": Self.entry("rate", 200),
            ]
        ])
        #expect(bundle.unifiedFile("io.max") == "\(Self.numbers) rbps=max wbps=max riops=max wiops=200")
    }

    @Test(.requires(.cgroupV2("io"))) func aDeviceThatIsNotThere() throws {
        try TestBundle.expectRefusal(
            of: ["blockIO": ["throttleReadBpsDevice": [["major": 4000, "minor": 7, "rate": 1_048_576]]]],
            naming: "throttleReadBpsDevice[0]", "4000:7")
    }

    @Test(.requires(.cgroupV2("io")), .enabled(if: Disk.weighted != nil, "needs a disk with the scheduler bfq"))
    func weights() throws {
        let disk = try #require(Disk.weighted)
        let bundle = try TestBundle.withLimits([
            "blockIO": [
                "weight": 500,
                "weightDevice": [
                    ["major": .number("\(disk.major)"), "minor": .number("\(disk.minor)"), "weight": 250]
                ],
            ]
        ])
        #expect(bundle.unifiedFile("io.bfq.weight") == "default 500\n\(disk.numbers) 250")
    }

    /// Where no scheduler has weights of its own, the kernel's cost model has them, in another range.
    @Test(.requires(.cgroupV2("io")), .enabled(if: Disk.weighted == nil, "needs a host without the scheduler bfq"))
    func weightsOfTheCostModel() throws {
        let bundle = try TestBundle.withLimits(["blockIO": ["weight": 505]])
        #expect(bundle.unifiedFile("io.weight") == "default 5000")
    }

    @Test(.requires(.cgroupV2("io")), arguments: [9, 1001]) func badWeights(_ weight: Int) throws {
        try TestBundle.expectRefusal(
            of: ["blockIO": ["weight": .number("\(weight)")]], naming: "blockIO.weight", "\(weight)")
    }

    @Test(.requires(.cgroupV2("io"))) func leafWeights() throws {
        try TestBundle.expectRefusal(of: ["blockIO": ["leafWeight": 100]], naming: "leafWeight")
    }

    // MARK: Files by name

    @Test(
        .requires(.cgroupV2("memory"), .cgroupV2("cpu"), .cgroupV2("pids")),
        arguments: [
            ("memory.high", "67108864", "67108864"), ("memory.min", "1048576", "1048576"),
            ("memory.oom.group", "1", "1"), ("cpu.weight.nice", "-5", "-5"),
            ("pids.max", "max", "max"), ("cgroup.max.descendants", "5", "5"),
        ])
    func files(_ file: String, _ value: String, _ result: String) throws {
        let bundle = try TestBundle.withLimits(["unified": [file: .string(value)]])
        #expect(bundle.unifiedFile(file) == result)
    }

    /// What a file takes by lines is written line by line.
    @Test(.requires(.cgroupV2("io")), .enabled(if: Disk.any != nil, "needs a disk")) func severalLines() throws {
        let bundle = try TestBundle.withLimits([
            "unified": ["io.max": "\(Self.numbers) rbps=1048576\n\(Self.numbers) wiops=300\n"]
        ])
        #expect(bundle.unifiedFile("io.max") == "\(Self.numbers) rbps=1048576 wbps=max riops=max wiops=300")
    }

    /// They come after the converted ones.
    @Test(.requires(.cgroupV2("memory"))) func filesWin() throws {
        let bundle = try TestBundle.withLimits([
            "memory": ["limit": 33_554_432], "unified": ["memory.max": "50331648"],
        ])
        #expect(bundle.unifiedFile("memory.max") == "50331648")
    }

    @Test(
        .requires(.cgroupV2("memory")),
        arguments: [
            ("nosuch.max", "1", "controller"), ("memory.nosuch", "1", "memory.nosuch"),
            ("memory.high", "many", "memory.high"), ("memory/../pids.max", "1", "memory/../pids.max"),
            ("memory", "1", "memory"), ("..max", "1", "..max"),
        ])
    func badFiles(_ file: String, _ value: String, _ text: String) throws {
        try TestBundle.expectRefusal(of: ["unified": [file: .string(value)]], naming: "unified", file, text)
    }
}

/// A disk of the host, which limits can be set for.
private struct Disk {
    let major: Int
    let minor: Int
    let scheduler: String
    var numbers: String { "\(major):\(minor)" }

    private static let all: [Disk] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block")) ?? []
        return names.sorted { ($0.hasPrefix("vd") ? 0 : 1, $0) < ($1.hasPrefix("vd") ? 0 : 1, $1) }.compactMap { name in
            let numbers = (contents("/sys/block/\(name)/dev") ?? "").trimmingCharacters(in: .newlines)
                .split(separator: ":").compactMap { Int($0) }
            guard numbers.count == 2 else { return nil }
            return Disk(
                major: numbers[0], minor: numbers[1],
                scheduler: contents("/sys/block/\(name)/queue/scheduler") ?? "")
        }
    }()
    static let any = all.first
    static let weighted = all.first { $0.scheduler.contains("[bfq]") }
}
