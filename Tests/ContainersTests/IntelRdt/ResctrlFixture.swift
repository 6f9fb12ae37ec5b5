import Foundation
import LinuxKernel
import RuntimeSpec

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// A directory that looks like resctrl on a machine with two level 3 caches.
///
/// The kernel fills a new directory with its files, a plain file system does not: so here they are made by the first write.
final class ResctrlFixture {
    let path: String

    init(cache: Bool = true, bandwidth: Bool = true, monitoring: Bool = true) throws {
        path = NSTemporaryDirectory() + "/resctrl-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        try directory("mon_groups")
        try directory("info")
        if cache { try directory("info/L3") }
        if bandwidth { try directory("info/MB") }
        if monitoring { try directory("info/L3_MON") }
        try file("info/last_cmd_status", "ok\n")
        try file("schemata", "    MB:0=100;1=100\n    L3:0=fff;1=fff\n")
        try file("tasks", "")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func directory(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    }

    func file(_ name: String, _ text: String) throws {
        try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
    }

    /// A class of service that somebody made before.
    func group(_ name: String, schemata: String) throws {
        try directory(name + "/mon_groups")
        try file(name + "/schemata", schemata)
        try file(name + "/tasks", "")
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: path + "/" + name, encoding: .utf8) }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: path + "/" + name) }

    var facts: ResctrlFacts {
        get throws {
            let directory = try FileDescriptor.open(Path(path), [.path, .directory])
            return ResctrlFacts(path: Path(path), directory: directory)
        }
    }

    func tree() throws -> ResctrlTree {
        ResctrlTree(
            directory: try FileDescriptor.open(Path(path), [.path, .directory]),
            files: [.writeOnly, .create, .truncate])
    }

    func step(_ rdt: IntelRdt, id: String = "box") throws -> IntelRdtStep {
        try IntelRdtStep(rdt, id: id, on: facts)
    }

    /// Puts a process where the setting wants it, and gives the names of the directories that were made.
    @discardableResult
    func join(_ rdt: IntelRdt, pid: Int32 = 4711) throws -> [Path] {
        var tree = try tree()
        try tree.join(step(rdt), pid)
        return tree.made
    }
}
