import Foundation
import Testing

/// A container whose unit is a slice that was there before: what others began is not stopped.
@Suite(.containers, .requires(.root, .runtime, .systemd))
struct SystemdSliceTests {
    /// A slice that is active, with nothing in it.
    private func activeSlice() throws -> String {
        let slice = "apustests-\(TestRun.shared.uniqueName()).slice"
        try Command.run("systemctl", "start", slice).succeeded()
        afterTest { _ = try? Command.run("systemctl", "stop", slice) }
        return slice
    }

    private func bundle(_ slice: String, _ args: JSONValue = ["sleep", "1000"]) throws -> TestBundle {
        try TestBundle {
            $0.process.args = args
            $0.linux.cgroupsPath = .string("apustests.slice::\(slice)")
            $0.annotations = ["org.systemd.property.TasksMax": "uint64 77"]
        }
    }

    /// Checks that the slice is as it was: active, and nobody's.
    private func expectUntouched(_ slice: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try SystemdUnits.property("ActiveState", of: slice) == "active", sourceLocation: sourceLocation)
        #expect(try SystemdUnits.property("Transient", of: slice) == "no", sourceLocation: sourceLocation)
        #expect(try SystemdUnits.property("TasksMax", of: slice) != "77", sourceLocation: sourceLocation)
        #expect(exists(HostCgroups.systemd + "/apustests.slice/" + slice), sourceLocation: sourceLocation)
    }

    @Test func itStaysActive() throws {
        let slice = try activeSlice()
        // Once more, since the first time must have left nothing that is in the way.
        for _ in 0..<2 {
            let bundle = try bundle(slice)
            try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
            #expect(try SystemdUnits.property("TasksMax", of: slice) == "77")
            try bundle.start().succeeded()
            try bundle.exec(shell: "true").succeeded()
            let output = try bundle.delete("--force").succeeded()
            #expect(output.stderr == "" && !(contents(bundle.log) ?? "").contains("warning"))
            try expectUntouched(slice)
        }
    }

    @Test func itSurvivesAFailure() throws {
        let slice = try activeSlice()
        let bundle = try bundle(slice, ["no-such-program"])
        try bundle.apusWithSystemd("run", "--bundle", bundle.path, bundle.id).failed(
            naming: "process.args[0]", "no-such-program")
        try expectUntouched(slice)
        bundle.expectNothingLeft()
    }

    /// Whoever has come into it meanwhile goes on.
    @Test func othersInItLiveOn() throws {
        let slice = try activeSlice()
        let bundle = try bundle(slice, ["true"])
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        try bundle.start().succeeded()
        try bundle.waitUntilStopped()
        let unit = "apus-\(TestRun.shared.uniqueName()).scope"
        let scope = try Command([
            "systemd-run", "--quiet", "--scope", "--slice", slice, "--unit", unit, "sleep", "1000",
        ])
        afterTest {
            _ = try? Command.run("systemctl", "stop", unit)
            _ = scope.wait()
        }
        eventually("the scope runs") { (try? SystemdUnits.property("ActiveState", of: unit)) == "active" }
        try bundle.delete().succeeded()
        #expect((contents(bundle.log) ?? "").contains("\(slice) was active before the container"))
        #expect(try SystemdUnits.property("ActiveState", of: unit) == "active")
        #expect(try SystemdUnits.property("ActiveState", of: slice) == "active")
        bundle.expectNothingLeft()
    }
}
