import Foundation
import Testing

/// systemd's driver on hierarchies of version 1, with or without a cgroup2 beside them: systemd has some of them, the runtime
/// makes the container's cgroup in the others.
@Suite(.containers, .requires(.root, .runtime, .systemd, .cgroupV1("name=systemd"), .cgroupV1("memory")))
struct SystemdLegacyTests {
    private func bundle(_ unit: String, _ resources: JSONValue = [:]) throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.cgroupsPath = .string("apustests-l.slice:apus:\(unit)")
            $0.annotations = ["org.systemd.property.TimeoutStopSec": "uint64 1"]
            for (name, value) in resources.members { $0.linux.resources[name] = value }
        }
    }

    private func place(_ unit: String) -> String { "/apustests.slice/apustests-l.slice/apus-\(unit).scope" }

    private func property(_ name: String, of unit: String) throws -> String {
        try SystemdUnits.property(name, of: "apus-\(unit).scope")
    }

    private func file(_ name: String, _ controller: String, of unit: String) -> String? {
        HostCgroups.directory(place(unit), controller: controller).flatMap { contents($0 + "/" + name) }?
            .trimmingCharacters(in: .newlines)
    }

    /// The container is in its cgroup in every hierarchy, and each process that comes later, too.
    @Test func everyHierarchy() throws {
        let unit = TestRun.shared.uniqueName()
        let bundle = try bundle(unit)
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        let lines = (contents("/proc/\(try bundle.pid())/cgroup") ?? "").split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasSuffix(":" + place(unit)) }, "\(lines)")
        try bundle.start().succeeded()
        let own = try bundle.exec(shell: "cat /proc/self/cgroup").succeeded().lines
        #expect(own.allSatisfy { $0.hasSuffix(":/") || $0.hasSuffix(":" + place(unit)) }, "\(own)")
        #expect(try bundle.apus("ps", "--format", "json", bundle.id).succeeded().stdout.contains("\(try bundle.pid())"))
        try bundle.delete("--force").succeeded()
        #expect(HostCgroups.directories(place(unit)) == [])
        #expect(try property("LoadState", of: unit) == "not-found")
    }

    @Test func limits() throws {
        let unit = TestRun.shared.uniqueName()
        let bundle = try bundle(
            unit, ["memory": ["limit": 67_108_864], "cpu": ["shares": 512], "pids": ["limit": 20]])
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        func expectLimits(memory: String, shares: String, tasks: String, _ comment: Comment) throws {
            #expect(file("memory.limit_in_bytes", "memory", of: unit) == memory, comment)
            #expect(file("cpu.shares", "cpu", of: unit) == shares, comment)
            #expect(file("pids.max", "pids", of: unit) == tasks, comment)
            #expect(try property("MemoryLimit", of: unit) == memory, comment)
            #expect(try property("CPUShares", of: unit) == shares, comment)
            #expect(try property("TasksMax", of: unit) == tasks, comment)
        }
        try expectLimits(memory: "67108864", shares: "512", tasks: "20", "created")
        try Command.run("systemctl", "daemon-reload").succeeded()
        try expectLimits(memory: "67108864", shares: "512", tasks: "20", "reloaded")
        try bundle.start().succeeded()
        try bundle.apus("update", "--memory", "96m", "--cpu-share", "1024", "--pids-limit", "30", bundle.id).succeeded()
        try expectLimits(memory: "100663296", shares: "1024", tasks: "30", "updated")
        try Command.run("systemctl", "daemon-reload").succeeded()
        try expectLimits(memory: "100663296", shares: "1024", tasks: "30", "reloaded again")
        try bundle.apus("pause", bundle.id).succeeded()
        #expect(try bundle.status == "paused")
        try bundle.apus("resume", bundle.id).succeeded()
        #expect(try bundle.exec(shell: "echo x >/dev/null; echo fine").succeeded().stdout == "fine\n")
        try bundle.apus("events", "--stats", bundle.id).succeeded()
    }

    /// Rules of devices are systemd's list, too, and hold when it writes it again.
    @Test func devices() throws {
        let unit = TestRun.shared.uniqueName()
        let bundle = try bundle(
            unit,
            [
                "devices": [
                    ["allow": false, "access": "rwm"],
                    ["allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"],
                ]
            ])
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        try bundle.start().succeeded()
        for moment in ["created", "reloaded"] {
            let list = file("devices.list", "devices", of: unit) ?? ""
            #expect(list.contains("c 10:229 rw") && !list.contains("a *:* rwm"), "\(moment): \(list)")
            #expect(try bundle.exec(shell: "echo x >/dev/null; echo fine").succeeded().stdout == "fine\n")
            try Command.run("systemctl", "daemon-reload").succeeded()
        }
    }

    @Test func nothingIsLeftOfAFailure() throws {
        let unit = TestRun.shared.uniqueName()
        let bundle = try bundle(unit)
        try bundle.change { $0.process.args = ["no-such-program"] }
        try bundle.apusWithSystemd("run", "--bundle", bundle.path, bundle.id).failed(
            naming: "process.args[0]", "no-such-program")
        #expect(HostCgroups.directories(place(unit)) == [])
        #expect(try property("LoadState", of: unit) == "not-found")
        bundle.expectNothingLeft()
    }

    /// What systemd has removed with its unit, the runtime removes of the other hierarchies.
    @Test func aUnitThatIsStoppedByOthers() throws {
        let unit = TestRun.shared.uniqueName()
        let bundle = try bundle(unit)
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        try bundle.start().succeeded()
        try Command.run("systemctl", "stop", "apus-\(unit).scope").succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
        #expect(HostCgroups.directories(place(unit)) == [])
    }

    /// Processes that hardly get any time end slowly: as long as they do, they are waited for.
    @Test func aThrottledCgroup() throws {
        let unit = TestRun.shared.uniqueName()
        let bundle = try bundle(unit, ["cpu": ["quota": 2000, "period": 100_000]])
        let loop = "i=0; while [ $i -lt 50 ]; do (while :; do :; done) & i=$((i+1)); done; wait"
        try bundle.change { $0.process.args = ["sh", "-c", .string(loop)] }
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        try bundle.start().succeeded()
        eventually("it is throttled") { !(file("cpu.stat", "cpu", of: unit) ?? "").contains("nr_throttled 0\n") }
        try bundle.apus("delete", "--force", bundle.id, seconds: 90).succeeded()
        #expect(HostCgroups.directories(place(unit)) == [])
    }
}
