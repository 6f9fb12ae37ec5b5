import ByteStrings
import Foundation
import Testing

@testable import Cgroups
@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps
@testable import apus

/// The lines of `events` against runc's types, which the directory Data has as a list.
@Suite struct EventDocumentTests {
    /// One member of the types.
    private struct Member {
        let path: String
        let type: String
        let isAlwaysThere: Bool
    }

    private static let members: [Member] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data/events-types.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return words.count == 3 ? Member(path: words[0], type: words[1], isAlwaysThere: words[2] == "always") : nil
        }
    }()

    /// Statistics in which nothing is zero.
    private static var full: ContainerStatistics {
        var cgroup = CgroupStatistics()
        var pressure = Pressure()
        pressure.some = share(1234, 50, 100)
        pressure.full = share(1, 10, 10000)
        cgroup.cpu.total = 1
        cgroup.cpu.kernel = 2
        cgroup.cpu.user = 3
        cgroup.cpu.perCPU = [4, 5]
        cgroup.cpu.perCPUKernel = [6]
        cgroup.cpu.perCPUUser = [7]
        cgroup.cpu.periods = 8
        cgroup.cpu.throttledPeriods = 9
        cgroup.cpu.throttledTime = 10
        cgroup.cpu.pressure = pressure
        cgroup.cpuset.cpus = [0, 3]
        cgroup.cpuset.memoryNodes = [1]
        cgroup.cpuset.relaxDomainLevel = -1
        var entry = MemoryStatistics.Charge()
        entry.usage = 1
        entry.peak = 2
        entry.limit = .max
        entry.failures = 4
        cgroup.memory.cache = 11
        cgroup.memory.usage = entry
        cgroup.memory.swap = entry
        cgroup.memory.kernel = entry
        cgroup.memory.kernelTCP = entry
        cgroup.memory.counters = [NamedNumber(name: "b", value: 1), NamedNumber(name: "a", value: 2)]
        cgroup.memory.pressure = pressure
        cgroup.pids.current = 12
        cgroup.pids.limit = 13
        let io = [BlockIOStatistics.Entry(major: 8, minor: 1, operation: "Read", value: 14)]
        for list in [
            \.serviceBytes, \.serviced, \.queued, \.serviceTime, \.waitTime, \.merged, \.time, \.sectors,
        ] as [WritableKeyPath<BlockIOStatistics, [BlockIOStatistics.Entry]>] { cgroup.blockIO[keyPath: list] = io }
        cgroup.blockIO.pressure = pressure
        cgroup.hugepages = [HugepageStatistics(size: "2MB", usage: 15, peak: 16, failures: 17)]
        var rdt = IntelRdtStatistics()
        rdt.cache = resource(["cbm_mask", "min_cbm_bits", "num_closids"])
        rdt.bandwidth = resource(["bandwidth_gran", "delay_linear", "min_bandwidth", "num_closids"])
        rdt.schemata = ["L3:0=f"]
        rdt.monitorsBandwidth = true
        rdt.monitorsOccupancy = true
        rdt.domains = [IntelRdtStatistics.Domain(name: "mon_L3_00", totalBytes: 18, localBytes: 19, occupancy: 20)]
        return ContainerStatistics(
            cgroup: cgroup, oomKills: 1, intelRdt: rdt, interfaces: [NetworkStatistics(name: "eth0")])
    }

    private static func share(_ ten: UInt64, _ sixty: UInt64, _ threeHundred: UInt64) -> Pressure.Share {
        var share = Pressure.Share()
        share.average10 = ten
        share.average60 = sixty
        share.average300 = threeHundred
        share.total = 99
        return share
    }

    private static func resource(_ facts: [StaticString]) -> IntelRdtStatistics.Resource {
        var resource = IntelRdtStatistics.Resource()
        resource.facts = facts.map { ($0, "7") }
        resource.rootSchema = "root"
        resource.schema = "own"
        return resource
    }

    @Test func allMembersInTheirOrder() throws {
        let found = try OrderedMembers(EventDocument.statistics(Self.full, id: "c")).unique
        #expect(found.map(\.path) == Self.members.map(\.path))
        for (member, wanted) in zip(found, Self.members) {
            #expect(member.fits(wanted.type), "\(member.path): \(member.type), not \(wanted.type)")
        }
    }

    @Test func whatIsThereWithoutAnyNumber() throws {
        let bytes = EventDocument.statistics(ContainerStatistics(cgroup: CgroupStatistics()), id: "c")
        let found = try OrderedMembers(bytes).unique.map(\.path)
        // A member below one that is left out is left out as well.
        let left = Self.members.filter { !$0.isAlwaysThere && $0.path != "data" }.map(\.path)
        let wanted = Self.members.filter { member in
            !left.contains { member.path == $0 || member.path.hasPrefix($0 + ".") || member.path.hasPrefix($0 + "[") }
                && !member.path.contains("*") && !member.path.contains("[]")
        }
        #expect(found == wanted.map(\.path))
    }

    @Test func theTextItself() {
        let text = String(decoding: EventDocument.statistics(Self.full, id: "c<"), as: UTF8.self)
        #expect(text.hasPrefix("{\"type\":\"stats\",\"id\":\"c\\u003c\",\"data\":{\"cpu\":{\"usage\":{\"total\":1,"))
        #expect(text.hasSuffix("}\n"))
        #expect(text.contains("\"some\":{\"avg10\":12.34,\"avg60\":0.5,\"avg300\":1,\"total\":99}"))
        #expect(text.contains("\"full\":{\"avg10\":0.01,\"avg60\":0.1,\"avg300\":100,\"total\":99}"))
        #expect(text.contains("\"raw\":{\"a\":2,\"b\":1}"))
        #expect(text.contains("\"limit\":18446744073709551615"))
        #expect(
            String(decoding: EventDocument.outOfMemory(id: "c"), as: UTF8.self) == "{\"type\":\"oom\",\"id\":\"c\"}\n")
    }

    @Test func fractionsAreExact() {
        #expect(DecimalText.text(0, decimals: 9) == "0")
        #expect(DecimalText.text(1, decimals: 9) == "0.000000001")
        #expect(DecimalText.text(1_500_000_000, decimals: 9) == "1.5")
        #expect(DecimalText.text(.max, decimals: 9) == "18446744073.709551615")
        #expect(DecimalText.text(100, decimals: 2) == "1")
    }

    // MARK: Prometheus

    @Test func metricsAreWellFormed() throws {
        let text = String(decoding: MetricsDocument.text(Self.full, id: "a\"b\\c", outOfMemory: 3), as: UTF8.self)
        var names: Set<String> = []
        var current = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("# HELP ") {
                current = String(line.split(separator: " ")[2])
                #expect(names.insert(current).inserted, "\(current) stands twice")
            } else if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                #expect(words[2] == current)
                // What only grows says so in its name, and nothing else does.
                #expect((words[3] == "counter") == current.hasSuffix("_total"), "\(line)")
            } else {
                let sample = try #require(
                    line.wholeMatch(
                        of: #/([a-z_]+)\{id="a\\"b\\\\c"((?:,[a-z]+="[^"\\]*")*)\} ([0-9]+(?:\.[0-9]*[1-9])?|\+Inf)/#),
                    "\(line)")
                #expect(sample.1 == current)
            }
        }
        #expect(text.contains("container_cpu_usage_seconds_total{id=\"a\\\"b\\\\c\"} 0.000000001\n"))
        #expect(text.contains(",resource=\"cpu\",seconds=\"10\"} 0.1234\n"))
        #expect(text.contains("container_memory_limit_bytes{id=\"a\\\"b\\\\c\"} +Inf\n"))
        #expect(text.contains("container_oom_events_total{id=\"a\\\"b\\\\c\"} 3\n"))
        #expect(
            text.contains("container_block_io_bytes_total{id=\"a\\\"b\\\\c\",device=\"8:1\",operation=\"read\"} 14\n"))
    }

    /// Sums stand beside what they are the sums of: who adds all up must not count twice.
    @Test func sumsAreNoSamples() {
        var statistics = Self.full
        statistics.cgroup.blockIO.serviced = ["Read", "Write", "Sync", "Async", "Discard", "Total"].map {
            BlockIOStatistics.Entry(major: 8, minor: 0, operation: $0, value: 1)
        }
        let text = String(decoding: MetricsDocument.text(statistics, id: "c"), as: UTF8.self)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("container_block_io_total{") }
        #expect(
            lines.map { $0.split(separator: "operation=")[1] } == ["\"read\"} 1", "\"write\"} 1", "\"discard\"} 1"])
    }
}
