import Cgroups
import Foundation
import RuntimeSpec

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// Hosts and configurations to make plans for.
enum PlanSamples {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The configurations that engines handed to a runtime, by the names of their files.
    static let engines: [String] = {
        let directory = tests.appending(path: "RuntimeSpecTests/Data/engines").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { name in
            // The descriptions of processes and of new limits are no configurations.
            let kind = name.split(separator: "-").dropFirst().first
            return name.hasSuffix(".json") && kind != "exec" && kind != "update"
        }.sorted()
    }()

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: tests.appending(path: "RuntimeSpecTests/Data/engines/" + name)))
    }

    static func spec(_ name: String) throws -> Spec { try Spec(validating: bytes(name)) }

    /// The ways in which a host mounts its cgroups.
    static let layouts: [CgroupLayout] = {
        let legacy = [
            CgroupLayout.Hierarchy(controllers: ["cpu", "cpuacct"], mountPoint: "/sys/fs/cgroup/cpu,cpuacct"),
            CgroupLayout.Hierarchy(
                controllers: ["memory"], mountPoint: "/sys/fs/cgroup/memory", ownPath: "/user.slice"),
            CgroupLayout.Hierarchy(controllers: ["devices"], mountPoint: "/sys/fs/cgroup/devices"),
            CgroupLayout.Hierarchy(controllers: ["name=systemd"], mountPoint: "/sys/fs/cgroup/systemd"),
        ]
        return [
            CgroupLayout(),
            CgroupLayout(legacy: legacy),
            CgroupLayout(
                legacy: legacy,
                unified: CgroupLayout.Hierarchy(controllers: [], mountPoint: "/sys/fs/cgroup/unified")),
            CgroupLayout(
                unified: CgroupLayout.Hierarchy(
                    controllers: [], mountPoint: "/sys/fs/cgroup", ownPath: "/system.slice/x.service")),
        ]
    }()

    /// A host with this layout, which has what the configuration asks for beyond cgroups.
    static func facts(_ layout: CgroupLayout, _ spec: Spec) throws -> HostFacts {
        var facts = HostFacts(bundle: "/bundle")
        facts.cgroupLayout = layout
        if layout.kind != .none {
            facts.cgroup = try CgroupPlan(
                layout: layout, cgroupsPath: (spec.linux?.cgroupsPath).map { Path($0) }, id: "box")
        }
        facts.hasAppArmor = true
        facts.hasSELinux = true
        var resctrl = ResctrlFacts(path: "/sys/fs/resctrl")
        resctrl.hasCache = true
        resctrl.hasMemoryBandwidth = true
        resctrl.hasMonitoring = true
        facts.resctrl = resctrl
        return facts
    }

    static func options(_ spec: Spec) -> CreateOptions {
        var options = CreateOptions(bundle: "/bundle")
        if spec.process?.terminal == true { options.consoleSocket = "/console.sock" }
        return options
    }

    static func plan(_ spec: Spec, on layout: CgroupLayout) throws -> ContainerPlan {
        try PlanBuilder(spec: spec, id: "box", options: options(spec), facts: facts(layout, spec)).build()
    }
}
