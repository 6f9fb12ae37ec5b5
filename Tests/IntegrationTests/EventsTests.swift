import CIntegrationSupport
import Foundation
import Testing

/// The command `events`: statistics, and what a container runs out of.
@Suite(.containers, .requires(.root, .runtime))
struct EventsTests {
    private func sleeping(_ change: (inout JSONValue) throws -> Void = { _ in }) throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            try change(&$0)
        }.running()
    }

    /// A container that waits for a file, and then takes more memory than it may.
    private func hungry() throws -> TestBundle {
        try TestBundle(shell: "until [ -e /go ]; do sleep 0.01; done; tail -c 100m /dev/zero >/dev/null; sleep 1000") {
            $0.root.readonly = false
            $0.linux.resources.memory = ["limit": 20_971_520, "swap": 20_971_520]
        }.running()
    }

    // MARK: --stats

    @Test func statisticsHaveRuncsMembers() throws {
        let bundle = try sleeping { $0.linux.resources.pids = ["limit": 50] }
        let events = try bundle.apus("events", "--stats", bundle.id).succeeded().events()
        #expect(events.count == 1)
        EventTypes.expectFit(events[0])
        #expect(events[0].type == "stats")
        #expect(events[0].id == .string(bundle.id))
        #expect(events[0].data.pids == ["current": 1, "limit": 50])
        #expect((events[0].data.cpu.usage.total.integer ?? 0) > 0)
    }

    /// The same numbers as the kernel's files have.
    @Test(.requires(.cgroupV1("memory"), .cgroupV1("cpuset"))) func theNumbersAreTheKernels() throws {
        let bundle = try sleeping { $0.linux.resources.memory = ["limit": 67_108_864] }
        let data = try #require(bundle.apus("events", "--stats", bundle.id).succeeded().events().first?.data)
        #expect(data.memory.usage.limit == 67_108_864)
        #expect(data.memory.raw.hierarchical_memory_limit == 67_108_864)
        let peak = bundle.cgroupFile("memory.max_usage_in_bytes", controller: "memory")
        #expect(data.memory.usage.max.integer.map { String($0) } == peak)
        #expect(!data.cpuset.cpus.items.isEmpty)
        #expect(data.cpuset.sched_relax_domain_level == -1)
    }

    @Test func createdAndPausedContainersHaveStatistics() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        try bundle.create().succeeded()
        try bundle.apus("events", "--stats", bundle.id).succeeded()
        try bundle.start().succeeded()
        try bundle.apus("pause", bundle.id).succeeded()
        try bundle.apus("events", "--stats", bundle.id).succeeded()
        try bundle.apus("resume", bundle.id).succeeded()
    }

    @Test(.requires(.program("ip"))) func interfacesOfTheContainer() throws {
        let number = String(UInt32.random(in: 0...0xffffff), radix: 16)
        let (device, peer) = ("apa" + number, "apb" + number)
        try Command.run("ip", "link", "add", device, "type", "veth", "peer", "name", peer).succeeded()
        afterTest { _ = try? Command.run("ip", "link", "delete", peer) }
        let bundle = try sleeping { $0.linux.netDevices = .object([device: [:]]) }
        let event = try #require(bundle.apus("events", "--stats", bundle.id).succeeded().events().first)
        EventTypes.expectFit(event)
        #expect(event.data.network_interfaces.items.map(\.Name) == [.string(device)])
        // The host's own interfaces are not the container's.
        let shared = try sleeping { $0.linux.namespaces.removeAll { $0.type == "network" } }
        let other = try #require(shared.apus("events", "--stats", shared.id).succeeded().events().first)
        #expect(other.data.network_interfaces == .null)
    }

    // MARK: Errors

    @Test func withoutALifeThereIsNothingToTell() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        try bundle.create().succeeded()
        try bundle.kill("KILL").succeeded()
        try bundle.waitUntilStopped()
        try bundle.apus("events", "--stats", bundle.id).failed("container with id \(bundle.id) is not running")
        try bundle.apus("events", bundle.id).failed("container with id \(bundle.id) is not running")
        try bundle.delete().succeeded()
        try bundle.apus("events", bundle.id).failed("container does not exist")
    }

    @Test(arguments: [
        ("0s", "duration interval must be greater than 0"), ("-1s", "duration interval must be greater than 0"),
        ("5", "invalid value \"5\" for flag -interval: time: missing unit in duration \"5\""),
        ("x", "invalid value \"x\" for flag -interval: time: invalid duration \"x\""),
    ])
    func intervals(_ interval: String, _ message: String) throws {
        let bundle = try sleeping()
        let output = try bundle.apus("events", "--interval", interval, bundle.id)
        #expect(output.status == 1)
        #expect(output.stderr.contains(message.replacing("\"", with: "\\\"")) || output.error == message)
    }

    @Test func unknownFormat() throws {
        let bundle = try sleeping()
        try bundle.apus("events", "--stats", "--format", "xml", bundle.id).failed("invalid format option")
    }

    @Test(.requires(.rootless)) func withoutACgroup() throws {
        let bundle = try TestBundle(view: .ordinaryUser) { $0.process.args = ["sleep", "1000"] }.running()
        try bundle.apus("events", "--stats", bundle.id)
            .failed("unable to get container cgroup stats: cgroups not configured for container")
    }

    // MARK: The stream

    @Test func statisticsUntilTheEnd() throws {
        let bundle = try sleeping()
        let stream = try bundle.launch(["events", "--interval", "20ms", bundle.id])
        eventually("three lines") { stream.partialOutput.split(separator: "\n").count > 2 }
        try bundle.kill("KILL").succeeded()
        let events = try stream.wait().succeeded().events()
        #expect(events.allSatisfy { $0.type == "stats" })
        for event in events { EventTypes.expectFit(event) }
    }

    /// The end is the container's, not the next interval's.
    @Test func theEndDoesNotWaitForTheInterval() throws {
        let bundle = try sleeping()
        let stream = try bundle.launch(["events", "--interval", "1000h", bundle.id])
        eventually("it watches") { stream.watchesAProcess }
        try bundle.kill("KILL").succeeded()
        let output = try stream.wait().succeeded()
        #expect(output.stdout.isEmpty)
    }

    @Test(.requires(.cgroupV1("memory"))) func outOfMemory() throws {
        let bundle = try hungry()
        let stream = try bundle.launch(["events", "--interval", "10ms", bundle.id])
        eventually("it watches") { stream.partialOutput.contains("\n") }
        try Data().write(to: URL(fileURLWithPath: bundle.rootfs + "/go"))
        eventually("it tells") { stream.partialOutput.contains("{\"type\":\"oom\",\"id\":\"\(bundle.id)\"}\n") }
        try bundle.kill("KILL").succeeded()
        try stream.wait().succeeded()
    }

    /// The container's last word comes before the end of the stream.
    @Test(.requires(.cgroupV1("memory"))) func outOfMemoryAtTheEnd() throws {
        let bundle = try TestBundle(shell: "until [ -e /go ]; do sleep 0.01; done; exec tail -c 100m /dev/zero") {
            $0.root.readonly = false
            $0.linux.resources.memory = ["limit": 20_971_520, "swap": 20_971_520]
        }.running()
        let stream = try bundle.launch(["events", "--interval", "10ms", bundle.id])
        eventually("it watches") { stream.partialOutput.contains("\n") }
        try Data().write(to: URL(fileURLWithPath: bundle.rootfs + "/go"))
        #expect(try stream.wait().succeeded().stdout.contains("{\"type\":\"oom\",\"id\":\"\(bundle.id)\"}\n"))
    }

    @Test(arguments: ["20ms", "1000h"]) func aReaderThatGoesAway(interval: String) throws {
        let bundle = try sleeping()
        var ends: [Int32] = [0, 0]
        try #require(support_pipe(&ends) == 0)
        let stream = try bundle.launch(["events", "--interval", interval, bundle.id], stdout: .descriptor(ends[1]))
        close(ends[1])
        close(ends[0])
        #expect(stream.wait().status == 128 + SIGPIPE)
    }

    @Test func nobodyIsThereToRead() throws {
        let bundle = try sleeping()
        let output = try bundle.launch(["events", bundle.id], stdout: .closed).wait()
        output.failed("write /dev/stdout: bad file descriptor")
    }

    // MARK: Prometheus

    @Test func metrics() throws {
        let bundle = try sleeping()
        let lines = try bundle.apus("events", "--stats", "--format", "prometheus", bundle.id).succeeded().lines
        #expect(lines.contains("# TYPE container_cpu_usage_seconds_total counter"))
        #expect(lines.contains("container_tasks{id=\"\(bundle.id)\"} 1"))
        #expect(lines.allSatisfy { $0.hasPrefix("# ") || $0.contains("{id=\"\(bundle.id)\"") })
    }

    @Test(.requires(.cgroupV1("memory"))) func aStreamOfMetrics() throws {
        let bundle = try hungry()
        let stream = try bundle.launch(["events", "--interval", "10ms", "--format=prometheus", bundle.id])
        eventually("it watches") { stream.partialOutput.contains("\n\n") }
        try Data().write(to: URL(fileURLWithPath: bundle.rootfs + "/go"))
        eventually("it tells") {
            stream.partialOutput.contains("container_oom_events_total{id=\"\(bundle.id)\"} 1\n")
        }
        try bundle.kill("KILL").succeeded()
        let moments = try stream.wait().succeeded().stdout.components(separatedBy: "\n\n")
        #expect(moments.last == "" && moments.count > 2)
        for moment in moments.dropLast() { #expect(moment.hasPrefix("# HELP container_cpu_usage_seconds_total ")) }
    }
}
