import ByteStrings
import RuntimeSpec
import Testing

@testable import Cgroups

@Suite struct CgroupPlanTests {
    static let memory = CgroupLayout.Hierarchy(
        controllers: ["memory"], mountPoint: "/sys/fs/cgroup/memory", ownPath: "/svc/own")
    static let processor = CgroupLayout.Hierarchy(
        controllers: ["cpu", "cpuacct"], mountPoint: "/sys/fs/cgroup/cpu,cpuacct", ownPath: "/")
    static let unified = CgroupLayout.Hierarchy(
        controllers: [], mountPoint: "/sys/fs/cgroup", ownPath: "/user.slice/session.scope")
    static let beside = CgroupLayout.Hierarchy(
        controllers: [], mountPoint: "/sys/fs/cgroup/unified", ownPath: "/u")

    static func directories(_ path: String?, _ layout: CgroupLayout) throws -> [String] {
        try CgroupPlan(layout: layout, cgroupsPath: path.map { Path($0) }, id: "c1").places.map(\.directory.text)
    }

    @Test(arguments: [
        (nil, "/svc/own/c1", "/c1"), ("", "/svc/own/c1", "/c1"), ("a/b", "/svc/own/a/b", "/a/b"),
        ("/a/b", "/a/b", "/a/b"), ("../../x", "/svc/own/x", "/x"), ("/../../x", "/x", "/x"),
        ("/a/../b/./c//d/", "/b/c/d", "/b/c/d"), ("a:b:c", "/svc/own/a:b:c", "/a:b:c"), ("/a/...", "/a/...", "/a/..."),
    ])
    func legacyPaths(path: String?, inMemory: String, inProcessor: String) throws {
        let layout = CgroupLayout(legacy: [Self.memory, Self.processor])
        #expect(
            try Self.directories(path, layout) == [
                "/sys/fs/cgroup/memory" + inMemory, "/sys/fs/cgroup/cpu,cpuacct" + inProcessor,
            ])
    }

    @Test(arguments: [
        (nil, "/user.slice/c1"), ("a/b", "/user.slice/a/b"), ("/a/b", "/a/b"), ("/../x", "/x"),
        ("../x", "/user.slice/x"),
    ])
    func unifiedPathsLieBelowTheParentOfTheOwnCgroup(path: String?, expected: String) throws {
        #expect(
            try Self.directories(path, CgroupLayout(unified: Self.unified)) == ["/sys/fs/cgroup" + expected])
    }

    @Test(arguments: ["x", "./x", "../x", "a/../x"]) func hybridUnifiedPathStartsAtTheTop(_ path: String) throws {
        let plan = try CgroupPlan(
            layout: CgroupLayout(legacy: [Self.processor], unified: Self.beside), cgroupsPath: Path(path), id: "c1")
        #expect(plan.kind == .hybrid)
        #expect(plan.paths.keys == ["cpu", "cpuacct", ""])
        #expect(
            plan.paths.map(\.value) == [
                "/sys/fs/cgroup/cpu,cpuacct/x", "/sys/fs/cgroup/cpu,cpuacct/x", "/sys/fs/cgroup/unified/x",
            ])
    }

    @Test(arguments: ["/", "//", ".", "..", "/..", "a/..", "a\0b"])
    func pathsWithoutACgroupOfTheirOwnAreRefused(path: String) throws {
        #expect(throws: CgroupError.self) {
            try CgroupPlan(layout: CgroupLayout(unified: Self.unified), cgroupsPath: Path(path), id: "c1")
        }
    }

    @Test func noHierarchyGivesNoPlace() throws {
        let plan = try CgroupPlan(layout: CgroupLayout(), cgroupsPath: nil, id: "c1")
        #expect(plan.places.isEmpty)
        #expect(plan.kind == .none)
    }
}
