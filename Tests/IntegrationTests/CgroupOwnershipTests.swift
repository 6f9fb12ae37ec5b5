import Foundation
import Testing

/// Only what a container made or took over is killed and removed: never what others have at the same path in another
/// hierarchy, at the same path after it, or below.
@Suite(.containers, .requires(.root, .runtime))
struct CgroupOwnershipTests {
    /// A process of the host in a directory of a hierarchy.
    private func process(in directory: String) throws -> Command {
        let process = try Command(["sh", "-c", "echo $$ >\(directory)/cgroup.procs; exec sleep 1000"])
        eventually("the process is in the cgroup") {
            contents(directory + "/cgroup.procs")?.split(separator: "\n").contains("\(process.pid)") ?? false
        }
        return process
    }

    /// Makes directories of a hierarchy, each below the one before.
    private func makeDirectories(_ path: String, below top: String) {
        var directory = top
        for name in path.split(separator: "/") {
            directory += "/" + name
            mkdir(directory, 0o755)
        }
    }

    /// A name for two containers that share it, or of which one lies below the other.
    private func sharedPath() -> String {
        let path = TestRun.shared.cgroup + "/shared-" + TestRun.shared.uniqueName()
        afterTest { HostCgroups.remove(path) }
        return path
    }

    private func ended(at path: String, shell script: String = "true") throws -> TestBundle {
        let bundle = try TestBundle(shell: script) { $0.linux.cgroupsPath = .string(path) }.running()
        try bundle.waitUntilStopped()
        return bundle
    }

    private func running(at path: String, shareProcesses: Bool = false) throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.cgroupsPath = .string(path)
            if shareProcesses { $0.dropNamespace("pid") }
        }.running()
    }

    // MARK: What was there before

    /// Whichever hierarchy it is in, and however far below: a cgroup that serves others is refused, and they live on.
    @Test(arguments: HostCgroups.mounted("", "memory", "freezer", "devices", "name=systemd"), ["", "/below/it"])
    func aCgroupInUseIsRefused(_ controller: String, _ below: String) throws {
        let top = try #require(HostCgroups.hierarchies[controller])
        let bundle = try TestBundle(shell: "true")
        makeDirectories(bundle.cgroup + below, below: top)
        let other = try process(in: top + bundle.cgroup + below)
        for output in [try bundle.run(), try bundle.create()] {
            output.failed(naming: "container's cgroup is not empty: 1 process(es) found")
        }
        try bundle.delete("--force").succeeded()
        #expect(other.isRunning)
        #expect(HostCgroups.directories(bundle.cgroup) == [top + bundle.cgroup])
        other.end()
        // Empty, it is taken over. On version 1 the devices of one with cgroups below cannot be limited.
        if controller == "devices" { HostCgroups.remove(bundle.cgroup + "/below") }
        try bundle.run().succeeded()
        bundle.expectNothingLeft()
    }

    /// The clean-up of a failure ends nobody's process but the container's own.
    @Test func aFailureSparesOthers() throws {
        let path = sharedPath()
        let bundle = try TestBundle(shell: "true") {
            $0.linux.cgroupsPath = .string(path)
            $0.dropNamespace("pid")
            $0.mounts[0].source = "/nosuch/directory"
            $0.mounts[0].type = "bind"
            $0.mounts[0].options = ["bind"]
        }
        for top in Set(HostCgroups.hierarchies.values) { makeDirectories(path, below: top) }
        let before = HostCgroups.directories(path)
        #expect(try bundle.create().status == 1)
        // It was not made by the container that failed.
        #expect(HostCgroups.directories(path) == before)
        let inner = try running(at: path + "/inner")
        #expect(try bundle.create().status == 1)
        #expect(try inner.status == "running")
    }

    // MARK: One path, two containers

    /// An ended container's cgroup is taken over by the next one with its path; the first one's deletion leaves it.
    @Test(arguments: [true, false], [true, false])
    func theNextContainerKeepsItsCgroup(_ force: Bool, _ shareProcesses: Bool) throws {
        let path = sharedPath()
        let first = try ended(at: path)
        let second = try running(at: path, shareProcesses: shareProcesses)
        let deletion = try first.apus("delete", force ? "--force" : "--force=false", first.id).succeeded()
        #expect(deletion.status == 0)
        #expect(contents(first.log)?.contains("failed to remove cgroup: ") ?? false)
        #expect(contents(first.log)?.contains("is that of container " + second.id) ?? false)
        #expect(!exists(first.stateRoot + "/" + first.id))
        #expect(try second.status == "running")
        #expect(HostCgroups.processes(path) == [try second.pid()])
        try second.delete("--force").succeeded()
        #expect(HostCgroups.directories(path) == [])
    }

    @Test func signalsReachOnlyTheOwnProcesses() throws {
        let path = sharedPath()
        let first = try TestBundle(shell: "true") {
            $0.linux.cgroupsPath = .string(path)
            $0.dropNamespace("pid")
        }.running()
        try first.waitUntilStopped()
        let second = try running(at: path, shareProcesses: true)
        _ = try first.apus("kill", "--all", first.id, "KILL")
        _ = try first.apus("kill", first.id, "KILL")
        #expect(try first.apus("ps", "--format", "json", first.id).stdout.contains("\(try second.pid())") == false)
        #expect(try second.status == "running")
    }

    /// The first deletion of a cgroup that somebody has put in the place of the container's.
    @Test func anExchangedCgroupIsLeft() throws {
        let bundle = try ended(at: sharedPath())
        let path = try #require(try bundle.configuration().linux.cgroupsPath.text)
        let directories = HostCgroups.directories(path)
        for directory in directories {
            #expect(rmdir(directory) == 0)
            #expect(mkdir(directory, 0o755) == 0)
        }
        let other = try process(in: try #require(directories.first { !$0.contains("/cpuset") }))
        try bundle.delete("--force").succeeded()
        #expect(other.isRunning)
        #expect(HostCgroups.directories(path) == directories)
    }

    // MARK: One below the other

    /// As in a pod: the cgroup of one lies below that of another, which ends first.
    @Test(arguments: [true, false], [true, false])
    func theContainerBelowLives(_ force: Bool, _ shareProcesses: Bool) throws {
        let path = sharedPath()
        let outer = try ended(at: path)
        let inner = try running(at: path + "/inner", shareProcesses: shareProcesses)
        let deletion = try outer.apus("delete", force ? "--force" : "--force=false", outer.id).succeeded()
        #expect(deletion.status == 0)
        #expect(contents(outer.log)?.contains("holds that of container " + inner.id) ?? false)
        #expect(try inner.status == "running")
        try inner.delete("--force").succeeded()
    }

    @Test func theContainerBelowOutlivesARunningOne() throws {
        let path = sharedPath()
        let outer = try running(at: path, shareProcesses: true)
        let inner = try running(at: path + "/inner", shareProcesses: true)
        let pid = try outer.pid()
        #expect(try outer.apus("ps", "--format", "json", outer.id).stdout == "[\(pid)]\n")
        try outer.apus("kill", "--all", outer.id, "KILL").succeeded()
        waitForEnd(of: pid)
        #expect(try inner.status == "running")
        try outer.delete("--force").succeeded()
        #expect(try inner.status == "running")
    }

    /// Paused, the one below stays so.
    @Test func aPausedContainerBelowStaysPaused() throws {
        let path = sharedPath()
        let outer = try running(at: path, shareProcesses: true)
        let inner = try running(at: path + "/inner")
        try inner.apus("pause", inner.id).succeeded()
        try outer.delete("--force").succeeded()
        #expect(try inner.status == "paused")
    }

    /// An ended one's empty cgroup does not keep the outer one's, and can be gone at its own deletion.
    @Test func anEndedContainerBelowIsNoHindrance() throws {
        let path = sharedPath()
        let outer = try running(at: path)
        let inner = try ended(at: path + "/inner")
        try outer.delete("--force").succeeded()
        #expect(HostCgroups.directories(path) == [])
        try inner.delete().succeeded()
    }

    // MARK: A state that cannot be read

    /// The mark holds the id: what an unreadable state's configuration names is ended only if it is this container's.
    @Test func anUnreadableStateEndsOnlyItsOwn() throws {
        let path = sharedPath()
        let first = try ended(at: path)
        let second = try running(at: path)
        try Data("{".utf8).write(to: URL(fileURLWithPath: first.stateRoot + "/" + first.id + "/state.json"))
        try first.delete("--force").succeeded()
        #expect(try second.status == "running")
        try Data("{".utf8).write(to: URL(fileURLWithPath: second.stateRoot + "/" + second.id + "/state.json"))
        let pid = HostCgroups.processes(path)
        try second.delete("--force").succeeded()
        for pid in pid { waitForEnd(of: pid) }
        #expect(HostCgroups.directories(path) == [])
    }
}
