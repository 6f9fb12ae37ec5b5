import CIntegrationSupport
import Foundation
import Testing

/// Containers of ordinary users: alone, and as root of the user namespace that an engine made for them.
@Suite(.containers, .requires(.root, .runtime, .rootless))
struct RootlessTests {
    private static let views: [HostView] = [.ordinaryUser, .engineUser]

    @Test(arguments: views) func aContainerOfAnOrdinaryUser(view: HostView) throws {
        let output = try output(of: "id -u; cat /proc/self/uid_map; cat /proc/self/setgroups; hostname", view: view)
        let lines = output.split(separator: "\n")
        #expect(lines.first == "0")
        #expect(lines.dropFirst().first?.split(separator: " ") == ["0", "4242", "1"])
        #expect(lines.dropFirst(2) == ["deny", "container"])
    }

    @Test(arguments: views) func theLifeOfAContainer(view: HostView) throws {
        // A user namespace of an engine's outlives its commands; here each command gets one of its own, as the first does.
        let bundle = try TestBundle(view: view) { $0.process.args = ["sleep", "1000"] }
        try bundle.create().succeeded()
        #expect(try bundle.status == "created")
        try bundle.start().succeeded()
        let pid = try bundle.pid()
        #expect(contents("/proc/\(pid)/cgroup") == contents("/proc/self/cgroup"))
        if view == .ordinaryUser {
            let inside = try bundle.exec(shell: "id -u; for n in self 1; do readlink /proc/$n/ns/user; done")
                .succeeded().lines
            #expect(inside.first == "0")
            #expect(inside.count == 3 && inside[1] == inside[2])
            try bundle.kill("KILL").succeeded()
            try bundle.waitUntilStopped()
            try bundle.delete().succeeded()
            bundle.expectNothingLeft()
        }
    }

    /// The container stays in the runtime's own cgroup, and that is what it sees.
    @Test(arguments: views) func theCgroupsItSees(view: HostView) throws {
        let bundle = try TestBundle(view: view)
        let mounts = try bundle.mounts().filter { $0.point.hasPrefix("/sys/fs/cgroup") }
        let own = (contents("/proc/self/cgroup") ?? "").split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        }
        #expect(!mounts.isEmpty)
        for (controller, _) in HostCgroups.hierarchies where !controller.isEmpty {
            let shown = mounts.first { $0.type == "cgroup" && $0.superOptions.contains(controller) }
            let line = try #require(own.first { $0[1].split(separator: ",").contains(Substring(controller)) })
            #expect(shown?.root == line[2], "\(controller)")
            #expect(shown?.options.contains("ro") ?? false, "\(controller)")
        }
    }

    @Test func whatOnlyACgroupMakesPossible() throws {
        let limited = try TestBundle(view: .ordinaryUser) { $0.linux.resources.memory.limit = 33_554_432 }
        try limited.run().failed(naming: "linux.resources.memory.limit", "33554432", "cgroup")
        limited.expectNothingLeft()

        let bundle = try TestBundle(view: .ordinaryUser) { $0.process.args = ["sleep", "1000"] }.running()
        try bundle.apus("pause", bundle.id).failed(naming: "cannot toggle freezer: cgroups not configured")
        try bundle.apus("ps", bundle.id).failed(naming: "unable to get all container pids: cgroups not configured")
    }

    @Test func aPathOfCgroupsThatMayNotBeMade() throws {
        let bundle = try TestBundle(view: .ordinaryUser) { $0.linux.cgroupsPath = "/apus-tests-of-nobody/x" }
        try bundle.run().failed(naming: "linux.cgroupsPath", "permission denied")
        bundle.expectNothingLeft()
    }

    @Test func idsThatAreNotTheUsers() throws {
        let bundle = try TestBundle(view: .ordinaryUser) {
            $0.linux.uidMappings = [["containerID": 0, "hostID": 0, "size": 1]]
        }
        try bundle.run().failed(naming: "linux.uidMappings")
        bundle.expectNothingLeft()
    }

    // MARK: A host without newuidmap and newgidmap

    private func withoutHelpers(
        _ script: String, additionalGids: [Int] = [], uid: Int = 0, hostID: Int = HostView.user
    ) throws -> (bundle: TestBundle, output: Output) {
        let bundle = try TestBundle(shell: script, view: .ordinaryUser) {
            let own: JSONValue = ["containerID": 0, "hostID": .number("\(hostID)"), "size": 1]
            for kind in ["uidMappings", "gidMappings"] {
                $0.linux[kind] = [own, ["containerID": 1, "hostID": 200_000, "size": 65536]]
            }
            $0.process.user.uid = .number("\(uid)")
            $0.process.user.additionalGids = .array(additionalGids.map { .number("\($0)") })
        }
        let command = HostView.ordinaryUser.prefix + ["env", "PATH=/nosuch", Runtime.sharedPath]
        let output = try Command(
            command + ["--root", bundle.stateRoot, "--log", bundle.log, "run", "--bundle", bundle.path, bundle.id]
        ).wait()
        return (bundle, output)
    }

    /// What is the user's own is mapped, the rest is not there, and a warning says so.
    @Test func onlyTheOwnIDIsMapped() throws {
        let (bundle, output) = try withoutHelpers("id -u; cat /proc/self/uid_map /proc/self/gid_map")
        let lines = try output.succeeded().lines
        #expect(lines.first == "0")
        #expect(lines.dropFirst().map { $0.split(separator: " ") } == [["0", "4242", "1"], ["0", "4242", "1"]])
        let log = contents(bundle.log) ?? ""
        #expect(log.contains("level=warning msg=\"linux.uidMappings: only your own id is mapped"))
        #expect(log.contains("newuidmap is not in $PATH (Debian's package uidmap)"))
        bundle.expectNothingLeft()
    }

    @Test(arguments: [(5, [], 4242), (0, [7], 4242), (0, [], 100_000)])
    func whatNeedsOtherIDsIsRefused(_ uid: Int, _ groups: [Int], _ hostID: Int) throws {
        let (bundle, output) = try withoutHelpers("id -u", additionalGids: groups, uid: uid, hostID: hostID)
        #expect(output.status == 1)
        #expect(output.error.contains("linux.gidMappings: exec: \"newgidmap\": executable file not found in $PATH"))
        #expect(
            output.error.hasSuffix("(install it (Debian's package uidmap): mapping other ids than your own takes it)"))
        bundle.expectNothingLeft()
    }

    /// What comes later goes by the mappings that the container has.
    @Test func anExecInItIsRootToo() throws {
        let bundle = try TestBundle(view: .ordinaryUser) {
            $0.process.args = ["sleep", "1000"]
            for kind in ["uidMappings", "gidMappings"] {
                $0.linux[kind].append(["containerID": 1, "hostID": 100_000, "size": 65536])
            }
        }
        let command = HostView.ordinaryUser.prefix + ["env", "PATH=/nosuch", Runtime.sharedPath]
        try Command(command + ["--root", bundle.stateRoot, "create", "--bundle", bundle.path, bundle.id]).wait()
            .succeeded()
        try bundle.start().succeeded()
        #expect(
            try bundle.exec(shell: "id -u; touch /dev/shm/x && stat -c ' %u' /dev/shm/x").succeeded().lines == [
                "0", " 0",
            ])
        let saved = try JSONValue(parsing: contents(bundle.stateRoot + "/" + bundle.id + "/config.json") ?? "")
        #expect(saved.linux.uidMappings.items.count == 1)
    }

    /// The hierarchies of version 1 are the user's, the unified one beside them is not, or not up to where its processes
    /// are: it has no controllers, so nothing is lost without it.
    @Test(.requires(.cgroupV1("pids"), .unifiedBesideV1), arguments: [false, true])
    func aHybridHostThatDelegatesVersionOne(_ hasUnified: Bool) throws {
        let bundle = try TestBundle(
            shell: "cat /proc/self/cgroup; cat /sys/fs/cgroup/pids/pids.max", view: .ordinaryUser)
        let own = TestRun.shared.cgroup + "/delegated-" + bundle.id
        defer { HostCgroups.remove(own) }
        for (controller, _) in HostCgroups.hierarchies where !controller.isEmpty || hasUnified {
            let directory = try #require(HostCgroups.directory(own, controller: controller))
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            if controller == "cpuset" { try HostCgroups.fillCpuset(directory) }
            try Command.run("chown", "-R", "\(HostView.user)", directory).succeeded()
        }
        try bundle.change {
            $0.linux.cgroupsPath = .string(own + "/inner")
            $0.linux.resources = ["pids": ["limit": 30]]
        }
        let output = try bundle.run().succeeded()
        #expect(output.lines.contains { $0.hasSuffix(":pids:\(own)/inner") })
        #expect(!output.lines.contains("0::\(own)/inner"))
        #expect(output.lines.last == "30")
        #expect(HostCgroups.directories(own + "/inner") == [])
    }
}
