import ByteStrings
import Cgroups
import Foundation
import RuntimeSpec
import Testing

@testable import ContainerSteps

/// What `list` and `state` read of a state file is what the whole record says.
@Suite struct StateSummaryTests {
    private static func record(_ paths: OrderedPairs<ByteString, Path>) -> StateRecord {
        var record = StateRecord(id: "web", created: "2026-01-02T03:04:05Z", bundle: "/b/\u{e9}", rootfs: "/b/root")
        record.pid = 12
        record.startTime = 34
        record.annotations = ["k": "v", "l": ""]
        record.cgroupPaths = paths
        record.own.cgroupMark = CgroupMark(recorded: "web c1-2 3")
        record.own.cgroupInodes = ["freezer": 7]
        return record
    }

    private func expectSame(_ read: StateSummary, _ record: StateRecord) {
        let whole = StateSummary(record)
        #expect(read.id == "web" && whole.id == "web")
        #expect(read.pid == record.pid && whole.pid == record.pid)
        #expect(read.startTime == 34 && whole.startTime == 34)
        let created = record.created.text
        #expect(read.created == created && whole.created == created)
        #expect(read.bundle == record.bundle && whole.bundle == record.bundle)
        #expect(read.rootfs == record.rootfs && whole.rootfs == record.rootfs)
        #expect(read.annotations == record.annotations && whole.annotations == record.annotations)
        let paths = [read, whole].map { $0.freezingCgroup.paths.map { "\($0.key)=\($0.value)" } }
        #expect(paths[0] == paths[1])
    }

    private static let paths: [OrderedPairs<ByteString, Path>] = [
        [:], ["": "/sys/fs/cgroup/web"], ["pids": "/c/pids/web", "freezer": "/c/freezer/web", "": "/c/unified/web"],
        ["pids": "/c/pids/web", "": "/c/unified/web"],
    ]

    @Test(arguments: paths) func theFrontOfTheFile(_ paths: OrderedPairs<ByteString, Path>) throws {
        let record = Self.record(paths)
        let bytes = record.encoded
        expectSame(try StateSummary(decoding: bytes), record)
        // What stands behind it is not looked at.
        let end = try #require(String(decoding: bytes, as: UTF8.self).range(of: "\"config\""))
        let front = String(decoding: bytes, as: UTF8.self)[..<end.lowerBound]
        expectSame(try StateSummary(decoding: Array(front.utf8)), record)
    }

    /// With all members, and whatever their order and their blanks.
    @Test func anyOrder() throws {
        var record = Self.record(Self.paths[2])
        // Foundation has no order of members.
        record.annotations = ["k": "v"]
        record.own.unit = UnitRecord()
        record.own.hasFilter = true
        record.own.undo = [Undo(RemoveCgroup()), Undo(KillProcesses())]
        expectSame(try StateSummary(decoding: record.encoded), record)
        let whole = try JSONSerialization.jsonObject(with: Data(record.encoded))
        for options: JSONSerialization.WritingOptions in [.sortedKeys, .prettyPrinted, []] {
            let bytes = Array(try JSONSerialization.data(withJSONObject: whole, options: options))
            expectSame(try StateSummary(decoding: bytes), record)
            let (read, written) = (try StateRecord(decoding: bytes), try StateRecord(decoding: record.encoded))
            #expect(read.own == written.own && read.pid == written.pid && read.id == written.id)
        }
    }

    /// Somebody else may write the list of what is undone before other members.
    @Test func aMemberBehindTheLast() throws {
        var record = Self.record(Self.paths[2])
        record.annotations = ["k": "v"]
        record.own.undo = [Undo(RemoveCgroup()), Undo(KillProcesses())]
        var text = String(decoding: record.encoded, as: UTF8.self)
        let member = #""annotations":{"k":"v"}"#
        let place = try #require(text.range(of: member + ","))
        text.removeSubrange(place)
        let end = try #require(text.range(of: #"}]},"config""#))
        text.replaceSubrange(end, with: "}]," + member + #"},"config""#)
        expectSame(try StateSummary(decoding: Array(text.utf8)), record)
    }

    /// No beginning that was cut off counts as all.
    @Test func isCompleteOnceEverythingIsThere() throws {
        let record = Self.record(Self.paths[2])
        let bytes = record.encoded
        var complete = 0
        for count in 0...bytes.count where StateSummary.isComplete(in: Array(bytes[..<count])) {
            expectSame(try StateSummary(decoding: Array(bytes[..<count])), record)
            complete += 1
        }
        #expect(complete > 0)
    }

    @Test func theFreezerOfEachLayout() {
        let found = Self.paths.map { StateSummary(Self.record($0)).freezingCgroup.paths.map(\.value.text) }
        #expect(found == [[], ["/sys/fs/cgroup/web"], ["/c/freezer/web"], []])
    }

    /// An earlier version had the root in the configuration alone, and another order.
    @Test func anEarlierRecord() throws {
        let text = """
            {"id":"web","init_process_pid":12,"init_process_start":34,"created":"c","config":{"rootfs":"/b/root","x":[1]},
            "cgroup_paths":{"":"/g"},"apus":{"bundle":"/b","annotations":{},"cgroupMark":"web c1-2 3"}}
            """
        let summary = try StateSummary(decoding: Array(text.utf8))
        #expect(summary.rootfs == "/b/root" && summary.bundle == "/b" && summary.pid == 12)
        #expect(summary.freezingCgroup.paths.map(\.value.text) == ["/g"])
    }

    @Test(arguments: ["", "{", "[1]", "{\"id\":", "{\"init_process_pid\":\"x\"}", "{\"cgroup_paths\":[],\"apus\":3}"])
    func whatIsNoRecord(_ text: String) {
        // An error or nothing, never a trap.
        let id = try? StateSummary(decoding: Array(text.utf8)).id
        #expect(id ?? "" == "")
    }
}
