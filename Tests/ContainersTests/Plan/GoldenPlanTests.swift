import Cgroups
import Foundation
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// Whole plans for hosts of every kind, to be read in a review: they stand in Plans/NAME.txt. With `APUS_UPDATE_PLANS` in
/// the environment they are written anew.
struct GoldenPlanTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Plans")

    @Test(arguments: ["none", "v1", "hybrid", "v2", "rootless", "systemd"]) func aHost(_ kind: String) throws {
        var spec = try PlanSamples.spec("docker-it-tty-its-size-typing-exit-code.json")
        if kind == "none" { spec.linux?.resources = nil }
        if kind == "none" { spec.mounts.removeAll { $0.type == "cgroup" } }
        var facts = try PlanSamples.facts(try layout(kind), spec)
        facts.stateDirectory = "/run/apus/box"
        if kind == "rootless" {
            (facts.isRootless, facts.goesWithoutCgroup, facts.user, facts.group) = (true, true, 1000, 1000)
            spec.linux?.namespaces.append(Namespace(type: .user))
            spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 1000, size: 1)]
            spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 1000, size: 1)]
        }
        if kind == "systemd" {
            spec.linux?.cgroupsPath = "system.slice:docker:box"
            facts.cgroup = try CgroupPlan(
                layout: PlanSamples.layouts[3], unitPath: "system.slice:docker:box", id: "box", isUser: false,
                managerPath: "/")
        }
        let plan = try PlanBuilder(spec: spec, id: "box", options: PlanSamples.options(spec), facts: facts).build()
        let text = lines(PlanDescription(plan, of: spec).text)
        let golden = Self.directory.appending(path: kind + ".txt")
        if ProcessInfo.processInfo.environment["APUS_UPDATE_PLANS"] != nil {
            try FileManager.default.createDirectory(at: Self.directory, withIntermediateDirectories: true)
            try text.write(to: golden, atomically: true, encoding: .utf8)
        }
        #expect(try text == String(contentsOf: golden, encoding: .utf8))
    }

    private func layout(_ kind: String) throws -> CgroupLayout {
        let number = try #require(["none": 0, "v1": 1, "hybrid": 2, "v2": 3, "rootless": 3, "systemd": 3][kind])
        return PlanSamples.layouts[number]
    }

    /// Without what is no matter of the plan: the number of a filter's instructions, and blanks at the ends of lines.
    private func lines(_ text: String) -> String {
        text.split(separator: "\n").map { line in
            String(line).replacing(/\d+ instructions/, with: "N instructions").replacing(#/ +$/#, with: "") + "\n"
        }.joined()
    }
}
