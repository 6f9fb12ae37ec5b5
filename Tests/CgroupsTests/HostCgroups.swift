import ByteStrings
import CLinuxKernel
import LinuxKernel
import Testing

@testable import Cgroups

/// What the tests on the real kernel share: a unique cgroup, and processes to put into it.
enum HostCgroups {
    static let isRoot = geteuid() == 0

    static let layout: CgroupLayout = {
        // A host that cannot be read has no cgroups to test on.
        do { return try CgroupLayout.detect() } catch { return CgroupLayout() }
    }()

    /// The host's cgroup2, as if it were the only hierarchy.
    static let unifiedAlone: CgroupLayout? = {
        guard isRoot, let unified = layout.unified else { return nil }
        return CgroupLayout(unified: unified)
    }()

    static var canMakeLegacy: Bool { isRoot && (layout.kind == .legacy || layout.kind == .hybrid) }
    static var canMakeAny: Bool { isRoot && layout.kind != .none }

    static var canFreeze: Bool {
        layout.unified != nil && layout.kind == .unified
            || layout.legacy.contains { $0.controllers.contains("freezer") }
    }
    /// Whether version 1 counts the swap.
    static var countsSwap: Bool {
        layout.legacy.contains {
            $0.controllers.contains("memory") && fileExists($0.mountPoint + "/memory.memsw.limit_in_bytes")
        }
    }
    /// Whether the cgroup2 has a controller.
    static func unifiedHas(_ controller: String) -> Bool {
        guard let unified = layout.unified else { return false }
        do {
            return try text(unified.mountPoint + "/cgroup.controllers").split(separator: " ").contains(controller[...])
        } catch {
            return false
        }
    }
    /// Whether directories of a hierarchy take the attributes that anybody may set.
    static let takesUserAttributes: Bool = {
        guard canMakeAny, let top = (layout.legacy.first ?? layout.unified)?.mountPoint else { return false }
        let path: Path = "\(top)/\(uniqueName())"
        do throws(Errno) {
            try makeDirectory(path, mode: 0o755)
        } catch {
            return false
        }
        defer { removeDirectory(path) }
        do throws(Errno) {
            let directory = try FileDescriptor.open(path, [.readOnly, .directory])
            try directory.setExtendedAttribute(CgroupMark.Place.user.attribute, [1])
            return true
        } catch {
            return false
        }
    }()

    static func uniqueName() -> String { "apus-test-" + String(UInt64.random(in: 0...UInt64.max), radix: 36) }

    /// Makes a cgroup, runs `body`, and removes it whatever happens.
    static func withCgroup(
        _ layout: CgroupLayout = layout, name: String = uniqueName(),
        _ body: (inout Cgroup) throws -> Void
    ) throws {
        let plan = try CgroupPlan(layout: layout, cgroupsPath: "/" + name + "/inner", id: "c")
        var cgroup = Cgroup(plan)
        try cgroup.make()
        defer {
            var again = Cgroup(recorded: plan.paths)
            do {
                try again.killAll()
                _ = try again.waitUntilEmpty(milliseconds: 5000)
                try again.remove()
                for place in plan.places { try unlink(place.directory.parent, isDirectory: true) }
            } catch {
                Issue.record("cleaning up: \(error)")
            }
        }
        try body(&cgroup)
    }

    /// A sleeping process that is killed at the end.
    static func withSleeper(_ body: (Int32) throws -> Void) throws {
        let program = try LaunchedProgram.start(
            "/bin/sleep", arguments: ["sleep", "1000"], environment: [], input: [], directory: nil)
        let pid = program.process.pid
        defer {
            var status: Int32 = 0
            _ = linux_kill(pid, SIGKILL)
            _ = linux_wait4(pid, &status, 0)
        }
        try body(pid)
    }

    /// The number of a descriptor that stays open, -1 if there is none.
    static func number(_ descriptor: SharedDescriptor?) -> Int32 { descriptor?.file.number.rawValue ?? -1 }

    /// Removes a directory; what stays behind is recorded as an issue.
    static func removeDirectory(_ path: Path) {
        do { try unlink(path, isDirectory: true) } catch { Issue.record("rmdir \(path): \(error)") }
    }

    static func text(_ path: Path) throws -> String { try readKernelFile(path).text }
}

/// In tests a path is often put together of text.
func + (directory: Path, rest: String) -> Path { "\(directory)\(rest)" }
