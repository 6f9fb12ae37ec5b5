import Foundation
import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// What is written to resctrl, on a directory that looks like it.
struct ResctrlTreeTests {
    private func failure(_ body: () throws -> Void) -> ContainerError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ContainerError
        }
    }

    /// `update` replaces the lines of what it names, and knows how to bring the former ones back.
    @Test func otherLimitsOfAClass() throws {
        let fixture = try ResctrlFixture()
        try fixture.group("box", schemata: "    MB:0=100;1=100\n    L3:0=fff;1=fff\n    L2:0=1\n")
        let tree = try fixture.tree()
        let former = try tree.replaceLimits(of: "box", by: ["L3:0=f;1=f0", "MB:0=20;1=70"])
        #expect(fixture.text("box/schemata") == "L3:0=f;1=f0\nMB:0=20;1=70\n")
        #expect(former == ["MB:0=100;1=100", "L3:0=fff;1=fff"])
        _ = try tree.replaceLimits(of: "box", by: former)
        #expect(fixture.text("box/schemata") == "MB:0=100;1=100\nL3:0=fff;1=fff\n")
        #expect(try tree.replaceLimits(of: "", by: ["MB:0=10"]) == ["MB:0=100;1=100"])
        #expect(failure { _ = try tree.replaceLimits(of: "none", by: ["MB:0=10"]) }?.errno == .noSuchFileOrDirectory)
    }

    @Test func withoutANameTheClassIsTheContainers() throws {
        let fixture = try ResctrlFixture()
        let made = try fixture.join(IntelRdt(l3CacheSchema: "L3:0=f;1=f0", memBwSchema: "MB:0=20;1=70"))
        #expect(made == ["box"])
        #expect(fixture.text("box/schemata") == "L3:0=f;1=f0\nMB:0=20;1=70\n")
        #expect(fixture.text("box/tasks") == "4711")
        #expect(fixture.text("tasks") == "")
    }

    /// No schema: no schemata file is written.
    @Test func withoutLimitsOnlyTheProcessIsAssigned() throws {
        let fixture = try ResctrlFixture()
        try fixture.join(IntelRdt())
        #expect(fixture.text("box/tasks") == "4711")
        #expect(!fixture.has("box/schemata"))
    }

    @Test func theLinesComeInTheirOrder() throws {
        let fixture = try ResctrlFixture()
        try fixture.join(
            IntelRdt(
                closID: "gold", schemata: ["L2:0=f", "L3:1=3"], l3CacheSchema: "L3:0=f;1=f0", memBwSchema: "MB:0=20"))
        #expect(fixture.text("gold/schemata") == "L3:0=f;1=f0\nMB:0=20\nL2:0=f\nL3:1=3\n")
    }

    @Test func aNamedClassThatIsMissingNeedsLimits() throws {
        let fixture = try ResctrlFixture()
        let error = failure { try fixture.join(IntelRdt(closID: "gold")) }
        #expect(error?.origin == Origin(.intelRdt))
        #expect(error?.message.hasSuffix("no such file or directory") == true)
        #expect(!fixture.has("gold"))
    }

    @Test func aNamedClassWithoutLimitsIsTakenAsItIs() throws {
        let fixture = try ResctrlFixture()
        try fixture.group("gold", schemata: "L3:0=1;1=1\n")
        #expect(try fixture.join(IntelRdt(closID: "gold")) == [])
        #expect(fixture.text("gold/tasks") == "4711")
        #expect(fixture.text("gold/schemata") == "L3:0=1;1=1\n")
    }

    @Test func aNamedClassWithTheSameLimits() throws {
        let fixture = try ResctrlFixture()
        let existing = "    MB:0= 20;1= 70\n    L3:0=00f;1=0f0\n"
        try fixture.group("gold", schemata: existing)
        try fixture.join(IntelRdt(closID: "gold", l3CacheSchema: "L3:1=F0;0=f", memBwSchema: "MB:0=20"))
        #expect(fixture.text("gold/tasks") == "4711")
        #expect(fixture.text("gold/schemata") == existing)
    }

    @Test(arguments: [
        IntelRdt(closID: "gold", l3CacheSchema: "L3:0=ff"), IntelRdt(closID: "gold", l3CacheSchema: "L3:2=f"),
        IntelRdt(closID: "gold", memBwSchema: "MB:0=30"), IntelRdt(closID: "gold", l3CacheSchema: "L3CODE:0=f"),
        IntelRdt(closID: "gold", l3CacheSchema: "nonsense"),
    ])
    func aNamedClassWithOtherLimits(_ rdt: IntelRdt) throws {
        let fixture = try ResctrlFixture()
        try fixture.group("gold", schemata: "    MB:0=20;1=70\n    L3:0=f;1=f0\n")
        let error = failure { try fixture.join(rdt) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("MB:0=20;1=70, L3:0=f;1=f0") == true)
        #expect(fixture.text("gold/tasks") == "")
    }

    /// Only the two limits are compared; further lines are written, into an existing class, too.
    @Test func furtherLinesForANamedClass() throws {
        let fixture = try ResctrlFixture()
        try fixture.group("gold", schemata: "L3:0=f\n")
        try fixture.join(IntelRdt(closID: "gold", schemata: ["L2:0=3"], l3CacheSchema: "L3:0=f"))
        #expect(fixture.text("gold/schemata") == "L2:0=3\n")
    }

    @Test func theDefaultClass() throws {
        let fixture = try ResctrlFixture()
        #expect(try fixture.join(IntelRdt(closID: "/")) == [])
        #expect(fixture.text("tasks") == "4711")
        #expect(failure { try fixture.join(IntelRdt(closID: "/", memBwSchema: "MB:0=10")) } != nil)
        try fixture.join(IntelRdt(closID: "/", memBwSchema: "MB:0=100"))
    }

    @Test func monitoring() throws {
        let fixture = try ResctrlFixture()
        #expect(try fixture.join(IntelRdt(closID: "/", enableMonitoring: true)) == ["mon_groups/box"])
        #expect(fixture.text("mon_groups/box/tasks") == "4711")
        try fixture.group("gold", schemata: "L3:0=f\n")
        #expect(try fixture.join(IntelRdt(closID: "gold", enableMonitoring: true)) == ["gold/mon_groups/box"])
        #expect(fixture.text("gold/mon_groups/box/tasks") == "4711")
        #expect(fixture.text("gold/tasks") == "4711")
    }

    @Test func aFailureIsToldInTheKernelsWords() throws {
        let fixture = try ResctrlFixture()
        try fixture.file("info/last_cmd_status", "no RMIDs left\n")
        fixture.remove("mon_groups")
        let error = failure { try fixture.join(IntelRdt(closID: "/", enableMonitoring: true)) }
        #expect(error?.reason == "no RMIDs left")
        #expect(error?.errno == .noSuchFileOrDirectory)
    }

    @Test func whatWasMadeIsUndone() throws {
        let fixture = try ResctrlFixture()
        try fixture.group("gold", schemata: "L3:0=f\n")
        var tree = try fixture.tree()
        try tree.join(fixture.step(IntelRdt(closID: "gold", enableMonitoring: true)), 4711)
        fixture.remove("gold/mon_groups/box/tasks")
        tree.undo { Issue.record("\($0)") }
        #expect(!fixture.has("gold/mon_groups/box") && fixture.has("gold"))
        try tree.join(fixture.step(IntelRdt()), 4711)
        fixture.remove("box/tasks")
        tree.undo { Issue.record("\($0)") }
        #expect(!fixture.has("box"))
    }

    @Test func oneMoreProcess() throws {
        let fixture = try ResctrlFixture()
        try fixture.group("gold", schemata: "L3:0=f\n")
        try fixture.tree().add(99, to: "gold")
        #expect(fixture.text("gold/tasks") == "99")
        try fixture.tree().add(99, to: "missing")
        #expect(!fixture.has("missing"))
    }

    /// What is no resctrl is never written to.
    @Test func anotherFileSystemIsRefused() throws {
        let fixture = try ResctrlFixture()
        #expect(failure { _ = try ResctrlTree(mountedAt: Path(fixture.path)) }?.errno == .noSuchDevice)
    }
}

/// What the configuration asks for, and what the host must have for it.
struct IntelRdtStepTests {
    private func reason(_ rdt: IntelRdt, _ facts: ResctrlFacts?) -> String? {
        do throws(ContainerError) {
            _ = try IntelRdtStep(rdt, id: "box", on: facts)
            return nil
        } catch {
            #expect(error.origin == Origin(.intelRdt))
            return error.reason
        }
    }

    @Test func theHostMustHaveWhatIsAskedFor() throws {
        #expect(reason(IntelRdt(), nil) == "intelRdt is specified in config, but Intel RDT is not enabled")
        let nothing = try ResctrlFixture(cache: false, bandwidth: false, monitoring: false).facts
        #expect(reason(IntelRdt(), nothing) == nil)
        #expect(
            reason(IntelRdt(l3CacheSchema: "L3:0=f"), nothing)
                == "intelRdt.l3CacheSchema is specified in config, but Intel RDT/CAT is not enabled")
        #expect(
            reason(IntelRdt(memBwSchema: "MB:0=20"), nothing)
                == "intelRdt.memBwSchema is specified in config, but Intel RDT/MBA is not enabled")
        #expect(reason(IntelRdt(enableMonitoring: true), nothing) != nil)
        let all = try ResctrlFixture().facts
        #expect(
            reason(IntelRdt(l3CacheSchema: "L3:0=f", memBwSchema: "MB:0=20", enableMonitoring: true), all) == nil)
    }

    @Test(arguments: ["info", "mon_groups", "mon_data"])
    func directoriesThatAreNoClasses(_ name: String) throws {
        #expect(
            reason(IntelRdt(closID: ByteString(name)), try ResctrlFixture().facts)
                == "invalid intelRdt.ClosID \"\(name)\"")
    }

    @Test func paths() throws {
        let facts = ResctrlFacts(path: "/sys/fs/resctrl")
        var all = facts
        all.hasMonitoring = true
        #expect(try IntelRdtStep(IntelRdt(), id: "box", on: facts).path == "/sys/fs/resctrl/box")
        let root = try IntelRdtStep(IntelRdt(closID: "/", enableMonitoring: true), id: "box", on: all)
        #expect(root.path == "/sys/fs/resctrl" && root.monitoringPath == "/sys/fs/resctrl/mon_groups/box")
        #expect(!root.isOwn && !root.makesMissing)
    }

    @Test func theStateRemembersIt() throws {
        let fixture = try ResctrlFixture()
        var record = StateRecord(id: "box", created: "", bundle: "/b", rootfs: "/b/rootfs")
        let step = try fixture.step(IntelRdt(enableMonitoring: true))
        step.note(in: &record)
        record.own.undo = step.undo
        #expect(record.intelRdtPath == Path(fixture.path + "/box"))
        #expect(record.intelRdtMonitoringPath == Path(fixture.path + "/box/mon_groups/box"))
        #expect(try StateRecord(decoding: record.encoded) == record)
        let undo = RemoveResctrlGroups(class: record.intelRdtPath, monitoring: record.intelRdtMonitoringPath)
        #expect(step.undo == [Undo(undo)])
        // Somebody else's directory of the same name stays.
        try fixture.group("box", schemata: "")
        #expect(try fixture.step(IntelRdt()).undo == [Undo(RemoveResctrlGroups())])
    }

    @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/sys/fs/resctrl/schemata"), "needs a host without it"))
    func aHostWithoutIt() {
        #expect(ResctrlFacts.detect() == nil)
    }
}
