import Foundation
import Testing

/// Containers whose cgroup is a unit of systemd.
@Suite(.containers, .requires(.root, .runtime))
struct SystemdTests {
    private func bundle(
        _ cgroupsPath: String, _ change: (inout JSONValue) throws -> Void = { _ in }
    ) throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.cgroupsPath = .string(cgroupsPath)
            try change(&$0)
        }
    }

    @Test(.requires(.path("/run/systemd/system"), .cgroupV2("memory"))) func aScopeWithItsLimits() throws {
        let name = TestRun.shared.uniqueName()
        let unit = "apus-\(name).scope"
        let bundle = try bundle("apustests-a.slice:apus:\(name)") {
            $0.linux.resources.memory = ["limit": 67_108_864, "reservation": 33_554_432]
            $0.linux.resources.cpu = ["shares": 512, "quota": 20000, "period": 100_000]
            $0.linux.resources.pids.limit = 20
            $0.annotations = ["org.systemd.property.TimeoutStopSec": "uint64 3"]
        }
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        let directory = "/apustests.slice/apustests-a.slice/" + unit
        #expect(contents("/proc/\(try bundle.pid())/cgroup") == "0::\(directory)\n")
        let found = try SystemdUnits.properties(
            of: unit, "ActiveState", "Slice", "Delegate", "MemoryMax", "MemoryLow", "CPUWeight", "CPUQuotaPerSecUSec",
            "TasksMax", "DevicePolicy", "TimeoutStopUSec", "ControlGroup")
        #expect(
            found == [
                "ActiveState": "active", "Slice": "apustests-a.slice", "Delegate": "yes", "MemoryMax": "67108864",
                "MemoryLow": "33554432", "CPUWeight": "59", "CPUQuotaPerSecUSec": "200ms", "TasksMax": "20",
                "DevicePolicy": "strict", "TimeoutStopUSec": "3s", "ControlGroup": directory,
            ])
        // What systemd writes again must be what the runtime wrote, and the null device stays usable.
        try Command.run("systemctl", "daemon-reload").succeeded()
        #expect(contents("/sys/fs/cgroup\(directory)/memory.max") == "67108864\n")
        #expect(contents("/sys/fs/cgroup\(directory)/pids.max") == "20\n")
        try bundle.start().succeeded()
        #expect(
            try bundle.exec(shell: "echo x > /dev/null; cat /proc/self/cgroup").succeeded().lines == ["0::\(directory)"]
        )
        try bundle.delete("--force").succeeded()
        #expect(!exists("/sys/fs/cgroup" + directory))
        #expect(try SystemdUnits.properties(of: unit, "ActiveState", "LoadState")["LoadState"] == "not-found")
    }

    @Test(.requires(.systemd)) func aNameThatIsASlice() throws {
        let name = "apustests-s\(TestRun.shared.uniqueName()).slice"
        let bundle = try bundle("apustests.slice::\(name)")
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        let directory = "/apustests.slice/" + name
        #expect(contents("/proc/\(try bundle.pid())/cgroup")?.hasSuffix("0::\(directory)\n") ?? false)
        try bundle.delete("--force").succeeded()
        #expect(HostCgroups.directories(directory) == [])
    }

    @Test(.requires(.systemd)) func nothingIsLeftOfAFailure() throws {
        let name = TestRun.shared.uniqueName()
        let bundle = try bundle("apustests.slice:apus:\(name)") { $0.process.args = ["no-such-program"] }
        try bundle.apusWithSystemd("run", "--bundle", bundle.path, bundle.id).failed(
            naming: "process.args[0]", "no-such-program")
        #expect(HostCgroups.directories("/apustests.slice/apus-\(name).scope") == [])
        #expect(try SystemdUnits.properties(of: "apus-\(name).scope", "LoadState")["LoadState"] == "not-found")
        bundle.expectNothingLeft()
    }

    @Test(arguments: [
        ("/a/b", "expected cgroupsPath to be of format \\\"slice:prefix:name\\\" for systemd cgroups"),
        ("a:b:c", "invalid slice name: a"), ("a.slice:b:../c", "invalid unit name: b-../c.scope"),
    ])
    func aPathOfAnotherForm(path: String, reason: String) throws {
        let bundle = try bundle(path)
        try bundle.apusWithSystemd("run", "--bundle", bundle.path, bundle.id).failed(
            naming: "linux.cgroupsPath", path, reason.replacingOccurrences(of: "\\", with: ""))
        bundle.expectNothingLeft()
    }

    @Test func anAnnotationThatIsNoProperty() throws {
        let bundle = try bundle("a.slice:b:c") { $0.annotations = ["org.systemd.property.TasksMax": "many"] }
        try bundle.apusWithSystemd("run", "--bundle", bundle.path, bundle.id).failed(
            naming: "annotations.org.systemd.property.TasksMax", "many", "GVariant")
        bundle.expectNothingLeft()
    }

    @Test func theUnitIsInTheExplanation() throws {
        let bundle = try bundle("a.slice:b:c")
        let text = try bundle.apusWithSystemd("explain", "--bundle", bundle.path).succeeded().stdout
        #expect(text.contains("start-unit"))
        #expect(text.contains("b-c.scope in a.slice"))
    }

    @Test(
        .disabled(
            if: exists("/run/dbus/system_bus_socket") || exists("/run/systemd/system"), "needs a host without systemd")
    )
    func aHostWithoutSystemd() throws {
        let bundle = try bundle("a.slice:b:c")
        let output = try bundle.apusWithSystemd("run", "--bundle", bundle.path, bundle.id)
        output.failed(naming: "linux.cgroupsPath", "b-c.scope")
        #expect(output.error.hasSuffix("systemd not running on this host, cannot use systemd cgroups manager"))
        bundle.expectNothingLeft()
    }
}
