import ByteStrings
import Testing

@testable import Cgroups

@Suite struct CgroupLayoutTests {
    @Test func membershipKeepsColonsOfPathsAndDropsForeignNames() {
        let text = "13:name=elogind:/1\n9:name=systemd:/a:b/c\n4:cpu,cpuacct:/x\n0::/user.slice\n"
        let lines = CgroupMembership.parse(ByteString(text))
        #expect(
            lines == [
                CgroupMembership(controllers: ["name=systemd"], path: "/a:b/c"),
                CgroupMembership(controllers: ["cpu", "cpuacct"], path: "/x"),
                CgroupMembership(controllers: [], path: "/user.slice"),
            ])
    }

    @Test(arguments: ["", ":", "::", "0:", "0::", "0::relative", "\n\n", "a:b"])
    func malformedMembershipIsNothing(text: String) {
        #expect(CgroupMembership.parse(ByteString(text)).isEmpty)
    }

    @Test func mountTableGivesCgroupMountsWithTheirRoots() {
        let text = """
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /cg\\040roups/cpu rw,relatime shared:7 master:1 - cgroup cgroup rw,cpu,cpuacct
            41 31 0:38 /docker/1 /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
            broken - cgroup
            """
        let mounts = CgroupMount.parse(ByteString(text))
        #expect(mounts.count == 2)
        #expect(mounts.first?.mountPoint == "/cg roups/cpu")
        #expect(mounts.first?.isUnified == false)
        #expect(mounts.last?.root == "/docker/1")
        #expect(mounts.last?.isUnified == true)
    }

    @Test func layoutOfTheMountTablePrefersTheMountThatShowsTheOwnCgroup() {
        let mounts = CgroupMount.parse(
            """
            1 0 0:1 /other /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            2 0 0:1 /own /mnt/memory rw - cgroup cgroup rw,memory
            3 0 0:2 / /mnt/pids rw - cgroup cgroup rw,pids
            4 0 0:3 / /mnt/unified rw - cgroup2 none rw
            """)
        let membership = CgroupMembership.parse("3:memory:/own/inner\n2:pids:/p\n1:freezer:/f\n0::/u\n")
        let layout = CgroupLayout.layout(membership, mounts: mounts)
        #expect(layout.kind == .hybrid)
        #expect(layout.legacy.map(\.mountPoint) == ["/mnt/memory", "/mnt/pids"])
        #expect(layout.legacy.map(\.ownPathInMount) == ["/inner", "/p"])
        #expect(layout.unified?.mountPoint == "/mnt/unified")
        #expect(CgroupLayout.layout(membership, mounts: mounts, onlyUnified: true).kind == .none)
        #expect(CgroupLayout.layout(membership, mounts: []).kind == .none)
    }

    @Test(arguments: [
        ("/", "/a/b", "/a/b"), ("/a", "/a/b", "/b"), ("/a", "/a", "/"), ("/a", "/ab", "/"), ("/", "/../x", "/"),
    ])
    func ownPathIsSeenThroughTheMount(root: String, own: String, expected: String) {
        let hierarchy = CgroupLayout.Hierarchy(
            controllers: [], mountPoint: "/m", mountRoot: Path(root), ownPath: Path(own))
        #expect(hierarchy.ownPathInMount == Path(expected))
    }

    @Test func hostLayoutIsConsistent() throws {
        let layout = try CgroupLayout.detect()
        for hierarchy in layout.legacy { #expect(hierarchy.mountPoint.isAbsolute) }
        #expect(Set(layout.legacy.map(\.mountPoint)).count == layout.legacy.count)
    }
}
