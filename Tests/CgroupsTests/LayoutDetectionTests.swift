import ByteStrings
import CLinuxKernel
import LinuxKernel
import Testing

@testable import Cgroups

/// A mount namespace for the calling thread alone, whose changes nobody else sees. Of cgroups it has those of the usual
/// place only: what others, such as containers beside the tests, have mounted elsewhere is taken away.
enum PrivateMounts {
    /// Runs `body` in a new mount namespace and brings the thread back.
    static func run(_ body: () throws -> Void) throws {
        let home = try FileDescriptor.open("/proc/thread-self/ns/mnt")
        let directory = try FileDescriptor.open(".", .path)
        try check(linux_unshare(0x2_0000))
        defer {
            let results = [linux_setns(home.number.rawValue, 0), linux_fchdir(directory.number.rawValue)]
            if results != [0, 0] { Issue.record("the thread stays in another mount namespace") }
        }
        try check(linux_mount("none", "/", nil, 0x4_4000, nil))
        for mount in try foreignCgroups().reversed() { try check(linux_umount2(mount.point.text, 2)) }
        let left = try foreignCgroups().map(\.point.text)
        #expect(left == [], "cgroups are mounted elsewhere, too")
        try body()
    }

    /// The mounts of cgroups outside of the usual place that can be reached.
    private static func foreignCgroups() throws -> [MountTable.Entry] {
        let table = MountTable.entries(try readKernelFile("/proc/thread-self/mountinfo", limit: 1 << 26).bytes)
        return table.filter {
            guard $0.type == "cgroup" || $0.type == "cgroup2" else { return false }
            guard $0.point != CgroupLayout.usualPlace, !$0.point.isBelow(CgroupLayout.usualPlace) else { return false }
            do throws(Errno) {
                return try fileSystemKind($0.point) == ($0.type == "cgroup" ? .cgroup : .cgroup2)
            } catch {
                return false
            }
        }
    }
}

@Suite(.enabled(if: HostCgroups.canMakeAny, "needs root and a mounted cgroup hierarchy"))
struct LayoutDetectionTests {
    @Test func aCgroup2AtTheUsualPlaceIsTheOnlyHierarchy() throws {
        var result: CgroupLayout?
        try PrivateMounts.run {
            try check(linux_mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, nil))
            result = try CgroupLayout.detect()
        }
        let layout = try #require(result)
        #expect(layout.kind == .unified)
        #expect(layout.unified?.mountPoint == "/sys/fs/cgroup")
        #expect(layout.unified?.mountRoot == "/")
        #expect(layout.legacy.isEmpty)
    }

    @Test func nothingAtTheUsualPlaceIsNoHierarchy() throws {
        var result: CgroupLayout?
        try PrivateMounts.run {
            try check(linux_mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, nil))
            result = try CgroupLayout.detect()
        }
        #expect(try #require(result).kind == .none)
    }

    @Test(.enabled(if: HostCgroups.canMakeLegacy, "needs the hierarchies of cgroup version 1"))
    func hierarchiesElsewhereAreFound() throws {
        let memory = try #require(HostCgroups.layout.legacy.first { $0.controllers.contains("memory") })
        let name = HostCgroups.uniqueName()
        try makeDirectory(memory.mountPoint + "/" + name, mode: 0o755)
        defer { HostCgroups.removeDirectory(memory.mountPoint + "/" + name) }
        var result: CgroupLayout?
        try PrivateMounts.run {
            // The whole hierarchy at another place, and a part of it at the usual one.
            try check(linux_mount("tmpfs", "/mnt", "tmpfs", 0, nil))
            try makeDirectory("/mnt/whole", mode: 0o755)
            try check(linux_mount(memory.mountPoint.text, "/mnt/whole", nil, 0x1000, nil))
            try check(linux_umount2(memory.mountPoint.text, 2))
            try check(linux_mount("/mnt/whole/" + name, memory.mountPoint.text, nil, 0x1000, nil))
            result = try CgroupLayout.detect()
        }
        let layout = try #require(result)
        let found = try #require(layout.legacy.first { $0.controllers.contains("memory") })
        #expect(found.mountPoint == "/mnt/whole")
        #expect(layout.legacy.count == HostCgroups.layout.legacy.count)
        #expect(layout.unified?.mountPoint == HostCgroups.layout.unified?.mountPoint)
    }

    @Test(.enabled(if: HostCgroups.layout.unified != nil, "needs a mounted cgroup2"))
    func aContainersViewHasItsOwnCgroupAtTheTop() throws {
        let unified = try #require(HostCgroups.layout.unified)
        let name = HostCgroups.uniqueName()
        try makeDirectory(unified.mountPoint + "/" + name, mode: 0o755)
        defer { HostCgroups.removeDirectory(unified.mountPoint + "/" + name) }
        var result: CgroupLayout?
        try PrivateMounts.run {
            try check(linux_mount(unified.mountPoint.text + "/" + name, "/sys/fs/cgroup", nil, 0x1000, nil))
            result = try CgroupLayout.detect()
        }
        let layout = try #require(result)
        #expect(layout.kind == .unified)
        #expect(layout.unified?.mountRoot == "/\(name)")
        #expect(layout.unified?.ownPathInMount == "/")
    }
}
