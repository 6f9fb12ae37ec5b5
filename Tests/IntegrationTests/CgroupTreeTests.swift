import Foundation
import Testing

/// What a container makes below its cgroup: deeper than any path, wider than any number of open files, with names of any
/// bytes. All of it is listed, signalled, frozen, killed and removed.
@Suite(.containers, .requires(.root, .runtime))
struct CgroupTreeTests {
    private func place(of bundle: TestBundle, _ controller: String) -> String? {
        HostCgroups.directory(bundle.cgroup, controller: controller).flatMap { exists($0) ? $0 : nil }
    }

    private func running(_ view: HostView = .host, dropsProcesses: Bool = true) throws -> TestBundle {
        try TestBundle(view: view) {
            $0.process.args = ["sleep", "1000"]
            if dropsProcesses { $0.dropNamespace("pid") }
        }.running()
    }

    /// A process at the end of 600 cgroups whose path has twelve thousand bytes.
    @Test(arguments: HostCgroups.mounted("", "devices", "freezer", "memory"))
    func aDeepTree(_ controller: String) throws {
        let bundle = try running()
        let directory = try #require(place(of: bundle, controller))
        let name = Array("abcdefghijklmnopqrst".utf8)
        afterTest { CgroupTree.removeChain(named: name, below: directory) }
        let end = try CgroupTree.makeChain(600, named: name, below: directory)
        defer { close(end) }
        let other = try Command(["sleep", "1000"])
        try CgroupTree.join(other.pid, end)
        if controller == "devices" || HostCgroups.hierarchies.count == 1 {
            let list = try bundle.apus("ps", "--format", "json", bundle.id).succeeded().stdout
            #expect(list.contains("\(other.pid)"))
        }
        try bundle.delete("--force").succeeded()
        waitForEnd(of: other.pid)
        bundle.expectNothingLeft()
    }

    /// A process in the open cgroup is listed and killed with the container, and the cgroups go away with it.
    private func expectFoundAndEnded(_ bundle: TestBundle, _ end: Int32) throws {
        let other = try Command(["sleep", "1000"])
        try CgroupTree.join(other.pid, end)
        let list = try bundle.apus("ps", "--format", "json", bundle.id).succeeded().stdout
        #expect(list.contains("\(other.pid)"))
        try bundle.apus("kill", "--all", bundle.id, "KILL").succeeded()
        waitForEnd(of: other.pid)
        try bundle.delete("--force").succeeded()
        bundle.expectNothingLeft()
    }

    @Test(.requires(.unified)) func aDeepTreeOnCgroup2Alone() throws {
        let bundle = try running(.v2)
        let directory = try #require(place(of: bundle, ""))
        let name = Array("abcdefghijklmnopqrst".utf8)
        afterTest { CgroupTree.removeChain(named: name, below: directory) }
        let end = try CgroupTree.makeChain(600, named: name, below: directory)
        defer { close(end) }
        try expectFoundAndEnded(bundle, end)
    }

    /// Nothing is held open for each level or each cgroup.
    @Test func aTreeWithFewDescriptors() throws {
        let bundle = try running()
        let controller = HostCgroups.hasV1 ? "devices" : ""
        let directory = try #require(place(of: bundle, controller))
        let name = Array("level".utf8)
        afterTest { CgroupTree.removeChain(named: name, below: directory) }
        close(try CgroupTree.makeChain(100, named: name, below: directory))
        for number in 0..<200 { #expect(mkdir(directory + "/wide\(number)", 0o755) == 0) }
        let script = "ulimit -n 48; exec \"$@\""
        let arguments = bundle.arguments(["delete", "--force", bundle.id])
        try Command(["sh", "-c", script, "sh"] + arguments).wait().succeeded()
        bundle.expectNothingLeft()
    }

    static let names: [[UInt8]] = [
        [0xff], [0xc3, 0x28], Array("p\u{600}".utf8), Array("\u{301}e".utf8), Array("a\r\u{301}b".utf8),
        Array("cgroup\\x0a".utf8), Array(" ".utf8), Array("-rf".utf8), [UInt8](repeating: 0xe9, count: 255),
    ]

    @Test(arguments: names) func aNameOfAnyBytes(_ name: [UInt8]) throws {
        let controller = HostCgroups.hasV1 ? "devices" : ""
        let bundle = try running()
        let directory = try #require(place(of: bundle, controller))
        afterTest { CgroupTree.removeChain(named: name, below: directory) }
        let end = try CgroupTree.makeChain(2, named: name, below: directory)
        defer { close(end) }
        try expectFoundAndEnded(bundle, end)
    }

    /// Frozen below such a name, as the last process of a killed container can be.
    @Test(.requires(.cgroupV1("freezer")), arguments: [[0xff], Array("e\u{301}".utf8)] as [[UInt8]])
    func aFrozenCgroupOfAnyName(_ name: [UInt8]) throws {
        let bundle = try running()
        let directory = try #require(place(of: bundle, "freezer"))
        afterTest { CgroupTree.removeChain(named: name, below: directory) }
        let end = try CgroupTree.makeChain(1, named: name, below: directory)
        defer { close(end) }
        try CgroupTree.join(try bundle.pid(), end)
        let state = openat(end, "freezer.state", O_WRONLY | O_CLOEXEC)
        #expect(write(state, "FROZEN", 6) == 6)
        close(state)
        try bundle.delete("--force").succeeded()
        bundle.expectNothingLeft()
    }

    /// Four loops that fork without end, killed in the middle of it.
    @Test(arguments: [.host] + (HostCgroups.hasV1 ? [.v1] : []) + (HostCgroups.hasUnified ? [.v2] : []) as [HostView])
    func aForkBomb(_ view: HostView) throws {
        let script = "f() { while :; do (sleep 0.01) & done; }; f & f & f & f & wait"
        let bundle = try TestBundle(shell: script, view: view) {
            $0.dropNamespace("pid")
            if HostCgroups.hasV1, view != .v2 { $0.linux.resources.pids = ["limit": 400] }
        }.running()
        eventually("it has forked") { HostCgroups.processes(bundle.cgroup).count > 20 }
        try bundle.apus("kill", "--all", bundle.id, "KILL").succeeded()
        eventually("the cgroup is empty") { HostCgroups.processes(bundle.cgroup).isEmpty }
        try bundle.delete("--force").succeeded()
        bundle.expectNothingLeft()
    }
}
