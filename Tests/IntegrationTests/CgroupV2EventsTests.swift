import Foundation
import Testing

/// The command `events` on a host with cgroup v2 alone.
@Suite(.containers, .requires(.root, .runtime))
struct CgroupV2EventsTests {
    private func statistics(_ bundle: TestBundle) throws -> JSONValue {
        let event = try #require(bundle.apus("events", "--stats", bundle.id).succeeded().events().first)
        EventTypes.expectFit(event)
        return event.data
    }

    @Test(.requires(.cgroupV2("memory"), .cgroupV2("pids"))) func inTheTermsOfVersion1() throws {
        let bundle = try TestBundle.withLimits([
            "memory": ["limit": 67_108_864, "swap": 100_663_296], "pids": ["limit": 50],
        ])
        let data = try statistics(bundle)
        #expect(data.pids == ["current": 1, "limit": 50])
        #expect(data.memory.usage.limit == 67_108_864)
        #expect(data.memory.swap.limit == 100_663_296 || bundle.unifiedFile("memory.swap.max") == nil)
        #expect(data.memory.usage.failcnt == 0)
        #expect(data.memory.raw.anon.integer != nil)
        #expect((data.cpu.usage.total.integer ?? 0) > 0)
        #expect(data.cpu.usage.percpu == .null)
    }

    @Test(.requires(.cgroupV2("memory"))) func withoutLimits() throws {
        let bundle = try TestBundle.withLimits([:])
        let data = try statistics(bundle)
        #expect(data.memory.usage.limit == .number("18446744073709551615"))
        #expect(data.memory.swap.limit == .number("18446744073709551615") || data.memory.swap == .null)
    }

    @Test(.requires(.cgroupV2("cpu"))) func throttling() throws {
        let bundle = try TestBundle(shell: "while :; do :; done", view: .v2) {
            $0.linux.resources.cpu = ["quota": 2000, "period": 10000]
        }.running()
        try eventually("it is throttled") {
            (try statistics(bundle).cpu.throttling.throttledTime.integer ?? 0) > 0
        }
    }

    @Test(.requires(.path("/proc/pressure/cpu"), .unifiedFile("cpu.pressure"))) func pressure() throws {
        let bundle = try TestBundle.withLimits([:])
        let data = try statistics(bundle)
        #expect(data.cpu.psi != .null)
        #expect(data.memory.psi != .null)
        #expect(data.blkio.psi != .null)
    }

    @Test(.requires(.cgroupV2("memory"))) func outOfMemory() throws {
        let bundle = try TestBundle(
            shell: "until [ -e /go ]; do sleep 0.01; done; tail -c 100m /dev/zero >/dev/null; sleep 1000", view: .v2
        ) {
            $0.root.readonly = false
            $0.linux.resources.memory = ["limit": 20_971_520, "swap": 20_971_520]
        }.running()
        let stream = try bundle.launch(["events", "--interval", "10ms", bundle.id])
        eventually("it watches") { stream.partialOutput.contains("\n") }
        try Data().write(to: URL(fileURLWithPath: bundle.rootfs + "/go"))
        eventually("it tells") { stream.partialOutput.contains("{\"type\":\"oom\",\"id\":\"\(bundle.id)\"}\n") }
        try bundle.kill("KILL").succeeded()
        let events = try stream.wait().succeeded().events()
        #expect(events.filter { $0.type == "oom" }.count == 1)
        for event in events { EventTypes.expectFit(event) }
    }

    @Test(.requires(.unifiedAlone, .cgroupV2("memory"))) func theEndIsTheContainers() throws {
        let bundle = try TestBundle(view: .v2) { $0.process.args = ["sleep", "1000"] }.running()
        let stream = try bundle.launch(["events", "--interval", "1000h", bundle.id])
        eventually("it watches") { stream.watchesAProcess }
        try bundle.kill("KILL").succeeded()
        try stream.wait().succeeded()
    }
}
