import Foundation
import Testing

/// The unit of a container among others: what was there before, what becomes of it, and what stays. Needs no controllers.
@Suite(.containers, .requires(.root, .runtime, .systemd))
struct SystemdUnitTests {
    /// The name of a new unit, which nobody leaves behind.
    private func unit(_ kind: String = "scope") -> String {
        let name = TestRun.shared.uniqueName()
        let unit = kind == "scope" ? "apus-\(name).scope" : "apustests-\(name).slice"
        afterTest {
            _ = try? Command.run("systemctl", "stop", unit)
            _ = try? Command.run("systemctl", "reset-failed", unit)
        }
        return unit
    }

    private func bundle(
        _ unit: String, slice: String = "apustests.slice", _ change: (inout JSONValue) throws -> Void = { _ in }
    ) throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            let isSlice = unit.hasSuffix(".slice")
            let parts = isSlice ? ["", unit] : ["apus", String(unit.dropFirst(5).dropLast(6))]
            $0.linux.cgroupsPath = .string("\(slice):\(parts[0]):\(parts[1])")
            // The first process of a pid namespace does not end of SIGTERM; a slice has no such time.
            if !isSlice { $0.annotations = ["org.systemd.property.TimeoutStopSec": "uint64 1"] }
            try change(&$0)
        }
    }

    private func directory(_ unit: String, slice: String = "apustests.slice") -> String {
        "\(HostCgroups.systemd)/\(slice)/\(unit)"
    }

    /// systemd says "changed on disk" of a unit whose files it wrote in another order than it reads them.
    @Test(arguments: ["scope", "slice"]) func nothingIsToBeReloaded(_ kind: String) throws {
        let unit = unit(kind)
        let bundle = try bundle(unit) {
            $0.linux.resources.devices = [
                ["allow": false, "access": "rwm"],
                ["allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"],
            ]
        }
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        #expect(try SystemdUnits.property("NeedDaemonReload", of: unit) == "no")
        #expect(try SystemdUnits.property("DevicePolicy", of: unit) == "strict")
        let rules =
            #"{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":10,"minor":200,"access":"rw"}]}"#
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(rules)).succeeded()
        #expect(try SystemdUnits.property("NeedDaemonReload", of: unit) == "no")
        // A later change, of other properties, finds their files in order already. (On version 1 systemd would write the list of
        // devices again for that, which is looser than the runtime's.)
        for change in HostCgroups.hasV1 ? [] : ["TasksMax=77", "CPUWeight=77"] {
            try Command.run("systemctl", "set-property", "--runtime", unit, change).succeeded()
            #expect(try SystemdUnits.property("NeedDaemonReload", of: unit) == "no", "\(change)")
        }
        try Command.run("systemctl", "daemon-reload").succeeded()
        try bundle.start().succeeded()
        #expect(try bundle.exec(shell: "echo x >/dev/null; echo fine").succeeded().stdout == "fine\n")
    }

    @Test func aSecondContainerInAUnit() throws {
        let unit = unit()
        let first = try bundle(unit)
        try first.apusWithSystemd("create", "--bundle", first.path, first.id).succeeded()
        let second = try bundle(unit)
        try second.apusWithSystemd("create", "--bundle", second.path, second.id).failed(
            naming: "linux.cgroupsPath", "container's cgroup is not empty: 1 process(es) found")
        #expect(try SystemdUnits.property("ActiveState", of: unit) == "active")
        #expect(try first.status == "created")
        try first.start().succeeded()
        try first.exec(shell: "true").succeeded()
    }

    /// Whoever is in a cgroup of the unit's name lives on, and systemd does not take charge of it.
    @Test func aCgroupInUse() throws {
        let unit = unit()
        try Command.run("systemctl", "start", "apustests.slice").succeeded()
        let inner = directory(unit) + "/inner"
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        let sleeper = try Command(["sleep", "1000"])
        afterTest {
            _ = kill(sleeper.pid, SIGKILL)
            _ = sleeper.wait()
            rmdir(inner)
            rmdir(self.directory(unit))
        }
        try "\(sleeper.pid)".write(toFile: inner + "/cgroup.procs", atomically: false, encoding: .utf8)
        let bundle = try bundle(unit)
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).failed(
            naming: "linux.cgroupsPath", "container's cgroup is not empty: 1 process(es) found")
        #expect(contents(inner + "/cgroup.procs") == "\(sleeper.pid)\n")
        #expect(try SystemdUnits.property("LoadState", of: unit) == "not-found")
        bundle.expectNothingLeft()
    }

    @Test func aUnitThatFailedBefore() throws {
        let unit = unit()
        // What another test has systemd read anew may lose the request, so it is made until it is heard.
        try eventually("the unit has failed") {
            _ = try Command.run(
                "systemd-run", "--quiet", "--scope", "--unit", unit, "--property", "RuntimeMaxSec=100ms", "sleep",
                "1000")
            return try SystemdUnits.property("ActiveState", of: unit) == "failed"
        }
        let bundle = try bundle(unit)
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        #expect(try SystemdUnits.property("ActiveState", of: unit) == "active")
    }

    @Test func aUnitThatIsStoppedByOthers() throws {
        let unit = unit()
        let bundle = try bundle(unit)
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        try bundle.start().succeeded()
        try Command.run("systemctl", "stop", unit).succeeded()
        try bundle.waitUntilStopped()
        try bundle.apus("exec", bundle.id, "true").failed(naming: "cannot exec in a stopped container", code: 255)
        try bundle.delete().succeeded()
        #expect(!exists(directory(unit)))
        #expect(try SystemdUnits.property("LoadState", of: unit) == "not-found")
    }

    /// A later unit of the name is not the container's.
    @Test func aUnitThatIsAnothersByNow() throws {
        let unit = unit()
        let bundle = try bundle(unit)
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        try Command.run("systemctl", "stop", unit).succeeded()
        try bundle.waitUntilStopped()
        let scope = try Command(["systemd-run", "--quiet", "--scope", "--unit", unit, "sleep", "1000"])
        eventually("the scope runs") { (try? SystemdUnits.property("ActiveState", of: unit)) == "active" }
        try bundle.delete("--force").succeeded()
        #expect(try SystemdUnits.property("ActiveState", of: unit) == "active")
        try Command.run("systemctl", "stop", unit).succeeded()
        _ = scope.wait()
    }

    @Test func aSliceByAnnotation() throws {
        let unit = unit()
        let bundle = try bundle(unit) { $0.annotations = ["org.systemd.property.Slice": "'apustests-other.slice'"] }
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        let place = "/apustests.slice/apustests-other.slice/" + unit
        #expect(try SystemdUnits.property("ControlGroup", of: unit) == place)
        #expect(contents("/proc/\(try bundle.pid())/cgroup")?.hasSuffix("0::\(place)\n") ?? false)
        try bundle.start().succeeded()
        try bundle.exec(shell: "true").succeeded()
        try bundle.delete("--force").succeeded()
        #expect(HostCgroups.directories(place) == [])
        let wrong = try self.bundle(unit) { $0.annotations = ["org.systemd.property.Slice": "'no'"] }
        try wrong.apusWithSystemd("create", "--bundle", wrong.path, wrong.id).failed(
            naming: "annotations.org.systemd.property.Slice", "no", "name of a slice")
    }

    @Test func theCgroupIsDelegated() throws {
        let unit = unit()
        let bundle = try bundle(unit)
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        #expect(try SystemdUnits.property("Delegate", of: unit) == "yes")
        let inner = directory(unit) + "/inner"
        mkdir(inner, 0o755)
        try "\(try bundle.pid())".write(toFile: inner + "/cgroup.procs", atomically: false, encoding: .utf8)
        try Command.run("systemctl", "daemon-reload").succeeded()
        #expect(contents(inner + "/cgroup.procs") == "\(try bundle.pid())\n")
        try bundle.delete("--force").succeeded()
        #expect(!exists(directory(unit)))
    }

    /// One that the runtime was killed before: nothing but the state names the unit, and it may be another's.
    @Test(.requires(.program("strace"))) func aRuntimeKilledAtTheStartOfItsUnit() throws {
        let unit = unit()
        let bundle = try bundle(unit)
        let command =
            ["strace", "-f", "-o", "/dev/null", "-e", "trace=connect", "-e", "inject=connect:signal=KILL"]
            + bundle.arguments(
                ["create", "--bundle", bundle.path, bundle.id],
                global: ["--root", bundle.stateRoot, "--log", bundle.log, "--systemd-cgroup"])
        _ = try Command(command).wait()
        try bundle.delete("--force").succeeded()
        #expect(try SystemdUnits.property("LoadState", of: unit) == "not-found")
        bundle.expectNothingLeft()
    }
}
