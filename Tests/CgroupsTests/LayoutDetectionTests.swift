import CLinux
import Glibc
import Linux
import Testing

@testable import Cgroups

/// A thread with a mount namespace of its own, whose changes nobody else sees.
enum PrivateMounts {
    private final class Work {
        let body: () throws -> Void
        var failure: (any Error)?
        init(_ body: @escaping () throws -> Void) { self.body = body }
    }

    /// Runs `body` on a thread of its own after `mount` has changed its mounts.
    static func run(_ body: @escaping () throws -> Void) throws {
        let work = Work {
            try check(linux_unshare(0x2_0000))
            try check(linux_mount("none", "/", nil, 0x4_4000, nil))
            try body()
        }
        try withExtendedLifetime(work) {
            var thread = pthread_t()
            let argument = Unmanaged.passUnretained(work).toOpaque()
            let result = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    let work = Unmanaged<Work>.fromOpaque(argument).takeUnretainedValue()
                    do { try work.body() } catch { work.failure = error }
                    return nil
                }, argument)
            guard result == 0 else { throw Errno(rawValue: result) }
            pthread_join(thread, nil)
        }
        if let failure = work.failure { throw failure }
    }
}

@Suite(.enabled(if: HostCgroups.canMakeAny, "needs root and a mounted cgroup hierarchy"))
struct LayoutDetectionTests {
    private final class Result { var layout: CgroupLayout? }

    @Test func aCgroup2AtTheUsualPlaceIsTheOnlyHierarchy() throws {
        let result = Result()
        try PrivateMounts.run {
            try check(linux_mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, nil))
            result.layout = try CgroupLayout.detect()
        }
        let layout = try #require(result.layout)
        #expect(layout.kind == .unified)
        #expect(layout.unified?.mountPoint == "/sys/fs/cgroup")
        #expect(layout.unified?.mountRoot == "/")
        #expect(layout.legacy.isEmpty)
    }

    @Test func nothingAtTheUsualPlaceIsNoHierarchy() throws {
        let result = Result()
        try PrivateMounts.run {
            try check(linux_mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, nil))
            result.layout = try CgroupLayout.detect()
        }
        #expect(try #require(result.layout).kind == .none)
    }

    @Test(.enabled(if: HostCgroups.canMakeLegacy, "needs the hierarchies of cgroup version 1"))
    func hierarchiesElsewhereAreFound() throws {
        let memory = try #require(HostCgroups.layout.legacy.first { $0.controllers.contains("memory") })
        let name = HostCgroups.uniqueName()
        try makeDirectory(memory.mountPoint + "/" + name, mode: 0o755)
        defer { HostCgroups.removeDirectory(memory.mountPoint + "/" + name) }
        let result = Result()
        try PrivateMounts.run {
            // The whole hierarchy at another place, and a part of it at the usual one.
            try check(linux_mount("tmpfs", "/mnt", "tmpfs", 0, nil))
            try makeDirectory("/mnt/whole", mode: 0o755)
            try check(linux_mount(memory.mountPoint, "/mnt/whole", nil, 0x1000, nil))
            try check(linux_umount2(memory.mountPoint, 2))
            try check(linux_mount("/mnt/whole/" + name, memory.mountPoint, nil, 0x1000, nil))
            result.layout = try CgroupLayout.detect()
        }
        let layout = try #require(result.layout)
        let found = try #require(layout.legacy.first { $0.controllers.contains("memory") })
        #expect(found.mountPoint == "/mnt/whole")
        #expect(layout.legacy.count == HostCgroups.layout.legacy.count)
        #expect(layout.unified?.mountPoint == HostCgroups.layout.unified?.mountPoint)
    }

    @Test func aContainersViewHasItsOwnCgroupAtTheTop() throws {
        guard let unified = HostCgroups.layout.unified else { return }
        let name = HostCgroups.uniqueName()
        try makeDirectory(unified.mountPoint + "/" + name, mode: 0o755)
        defer { HostCgroups.removeDirectory(unified.mountPoint + "/" + name) }
        let result = Result()
        try PrivateMounts.run {
            try check(linux_mount(unified.mountPoint + "/" + name, "/sys/fs/cgroup", nil, 0x1000, nil))
            result.layout = try CgroupLayout.detect()
        }
        let layout = try #require(result.layout)
        #expect(layout.kind == .unified)
        #expect(layout.unified?.mountRoot == "/" + name)
        #expect(layout.unified?.ownPathInMount == "/")
    }
}
