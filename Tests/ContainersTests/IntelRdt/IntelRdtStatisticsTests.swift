import ByteStrings
import Foundation
import LinuxKernel
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// What is read from resctrl for statistics, on a directory that looks like it.
struct IntelRdtStatisticsTests {
    private func fixture() throws -> ResctrlFixture {
        let fixture = try ResctrlFixture()
        for (name, text) in [
            ("L3/cbm_mask", "fff"), ("L3/min_cbm_bits", "1"), ("L3/num_closids", "16"), ("MB/bandwidth_gran", "10"),
            ("MB/delay_linear", "1"), ("MB/min_bandwidth", "10"), ("MB/num_closids", "8"),
            ("L3_MON/mon_features", "llc_occupancy\nmbm_total_bytes\nmbm_local_bytes"),
        ] { try fixture.file("info/" + name, text + "\n") }
        try fixture.group("box", schemata: "    L3:0=f;1=f\n    MB:0=20;1=70\n")
        return fixture
    }

    private func count(_ fixture: ResctrlFixture, _ group: String, _ numbers: [String]) throws {
        for (index, file) in ["llc_occupancy", "mbm_total_bytes", "mbm_local_bytes"].enumerated() {
            try fixture.directory(group + "/mon_data/mon_L3_00")
            try fixture.file(group + "/mon_data/mon_L3_00/" + file, numbers[index] + "\n")
        }
    }

    private func read(_ fixture: ResctrlFixture, _ group: Path, _ monitoring: Path) throws -> IntelRdtStatistics {
        let root = try FileDescriptor.open(Path(fixture.path), [.readOnly, .directory])
        return try IntelRdtStatistics(root: root, group: group, monitoring: monitoring)
    }

    @Test func aClassOfItsOwn() throws {
        let fixture = try fixture()
        try count(fixture, "box", ["1", "2", "3"])
        let rdt = try read(fixture, "box", "box")
        #expect(rdt.cache?.fact("cbm_mask") == "fff")
        #expect(rdt.cache?.fact("num_closids") == "16")
        #expect(rdt.cache?.rootSchema == "L3:0=fff;1=fff")
        #expect(rdt.cache?.schema == "L3:0=f;1=f")
        #expect(rdt.bandwidth?.fact("bandwidth_gran") == "10")
        #expect(rdt.bandwidth?.schema == "MB:0=20;1=70")
        #expect(rdt.schemata == ["L3:0=f;1=f", "MB:0=20;1=70"])
        #expect(rdt.domains.map(\.name) == ["mon_L3_00"])
        #expect(rdt.domains.first?.occupancy == 1)
        #expect(rdt.domains.first?.totalBytes == 2)
        #expect(rdt.domains.first?.localBytes == 3)
    }

    /// The kernel writes words where the hardware has no number.
    @Test func aMonitoringGroup() throws {
        let fixture = try fixture()
        try count(fixture, "box", ["1", "2", "3"])
        try count(fixture, "box/mon_groups/box", ["4", "Unavailable", "Error"])
        let rdt = try read(fixture, "box", "box/mon_groups/box")
        #expect(rdt.domains.first?.occupancy == 4)
        #expect(rdt.domains.first?.totalBytes == nil)
        #expect(rdt.domains.first?.localBytes == nil)
    }

    @Test func theHostsOwnClassWithoutMonitoring() throws {
        let fixture = try ResctrlFixture(cache: false, monitoring: false)
        let rdt = try read(fixture, "", "")
        #expect(rdt.cache == nil)
        #expect(rdt.bandwidth?.schema == "MB:0=100;1=100")
        #expect(!rdt.monitorsBandwidth && !rdt.monitorsOccupancy)
    }

    @Test func interfaces() {
        let text: ByteString = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:     112       2    0    0    0     0          0         0      112       2    0    0    0     0       0          0
              eth0:   1     2    3    4    5     6          7         8  9    10    11    12    13     14       15          16
            a:1: 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
            """
        let interfaces = NetworkStatistics.parse(text)
        #expect(interfaces.map(\.name) == ["eth0", "a:1"])
        let direction = interfaces[0]
        #expect([direction.received.bytes, direction.received.packets] == [1, 2])
        #expect([direction.received.errors, direction.received.dropped] == [3, 4])
        #expect(
            [direction.sent.bytes, direction.sent.packets, direction.sent.errors, direction.sent.dropped] == [
                9, 10, 11, 12,
            ])
        #expect(interfaces[1].received.bytes == .max)
    }
}
