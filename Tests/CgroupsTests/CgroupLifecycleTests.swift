import ByteStrings
import CLinuxKernel
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Cgroups

@Suite(.enabled(if: HostCgroups.canMakeAny, "needs root and a mounted cgroup hierarchy"))
struct CgroupLifecycleTests {
    @Test func makesADirectoryInEveryHierarchyAndRemovesIt() throws {
        let name = HostCgroups.uniqueName()
        let plan = try CgroupPlan(layout: HostCgroups.layout, cgroupsPath: "/" + name + "/a/b", id: "c")
        var cgroup = Cgroup(plan)
        try cgroup.make(cpu: nil)
        for path in plan.paths.map(\.value) { #expect(try fileStatus(path).kind == .directory) }
        for place in plan.places where place.controllers.contains("cpuset") {
            #expect(try HostCgroups.text(place.directory + "/cpuset.cpus") != "")
            #expect(try HostCgroups.text(place.directory + "/cpuset.mems") != "")
        }
        var again = Cgroup(recorded: cgroup.paths)
        #expect(try again.isEmpty())
        try again.remove()
        try again.remove()
        #expect(try again.isEmpty())
        for place in plan.places {
            #expect(throws: Errno.noSuchFileOrDirectory) { try fileStatus(place.directory) }
            let parent = place.directory.parent
            #expect(try fileStatus(parent).kind == .directory)
            try unlink(parent, isDirectory: true)
            try unlink(parent.parent, isDirectory: true)
        }
    }

    @Test func undoRemovesTheParentsItMade() throws {
        let name = HostCgroups.uniqueName()
        let plan = try CgroupPlan(layout: HostCgroups.layout, cgroupsPath: "/" + name + "/a/b", id: "c")
        var cgroup = Cgroup(plan)
        try cgroup.make()
        cgroup.undoMake()
        for place in plan.places {
            #expect(throws: Errno.noSuchFileOrDirectory) { try fileStatus(place.mountPoint + "/" + name) }
        }
    }

    @Test func joinsListsKillsAndEmpties() throws {
        try HostCgroups.withCgroup { cgroup in
            try HostCgroups.withSleeper { pid in
                try cgroup.join(pid: pid, isInUnified: false)
                let membership = try HostCgroups.text("/proc/\(pid)/cgroup")
                for path in cgroup.paths.map(\.value) {
                    #expect(try HostCgroups.text(path + "/cgroup.procs") == String(pid))
                }
                #expect(membership.contains("/inner"))
                #expect(try cgroup.processes() == [pid])
                #expect(try !cgroup.isEmpty())
                var again = Cgroup(recorded: cgroup.paths)
                try again.killAll()
                #expect(try again.waitUntilEmpty(milliseconds: 5000))
                #expect(try cgroup.processes().isEmpty)
            }
        }
    }

    @Test func makingAPopulatedCgroupIsRefused() throws {
        try HostCgroups.withCgroup { cgroup in
            try HostCgroups.withSleeper { pid in
                try cgroup.join(pid: pid, isInUnified: false)
                let path = try #require(cgroup.branches.first)
                let inner = Path(path.directory.bytes.dropping(first: path.mountPoint.bytes.count))
                let plan = try CgroupPlan(layout: HostCgroups.layout, cgroupsPath: inner, id: "c")
                var second = Cgroup(plan)
                let error = try #require(throws: CgroupError.self) { try second.make() }
                #expect(error.message == "container's cgroup is not empty: 1 process(es) found")
                #expect(try fileStatus(path.directory).kind == .directory)
            }
        }
    }

    @Test func removesCgroupsBelowAndWaitsForTheEndOfProcesses() throws {
        let plan = try CgroupPlan(
            layout: HostCgroups.layout, cgroupsPath: "/" + HostCgroups.uniqueName(), id: "c")
        var cgroup = Cgroup(plan)
        try cgroup.make()
        for place in plan.places {
            try makeDirectory(place.directory + "/x", mode: 0o755)
            try makeDirectory(place.directory + "/x/y", mode: 0o755)
        }
        try HostCgroups.withSleeper { pid in
            try cgroup.join(pid: pid, isInUnified: false)
            #expect(throws: CgroupError.self) { try cgroup.remove(patience: 50) }
            for place in plan.places {
                #expect(throws: Errno.noSuchFileOrDirectory) { try fileStatus(place.directory + "/x") }
            }
            _ = linux_kill(pid, SIGKILL)
            try cgroup.remove()
        }
    }

    @Test(.enabled(if: HostCgroups.canFreeze, "needs the freezer")) func freezesAndThaws() throws {
        try HostCgroups.withCgroup { cgroup in
            try HostCgroups.withSleeper { pid in
                try cgroup.join(pid: pid, isInUnified: false)
                #expect(try !cgroup.isFrozen())
                try cgroup.freeze()
                #expect(try cgroup.isFrozen())
                try cgroup.thaw()
                #expect(try !cgroup.isFrozen())
                // Frozen processes are killed too.
                try cgroup.freeze()
                try cgroup.killAll()
                #expect(try cgroup.waitUntilEmpty(milliseconds: 5000))
            }
        }
    }

    @Test(.enabled(if: HostCgroups.canFreeze, "needs the freezer")) func aFrozenCgroupIsRefused() throws {
        try HostCgroups.withCgroup { cgroup in
            let branch = try #require(cgroup.branches.first)
            try cgroup.freeze()
            let inner = Path(branch.directory.bytes.dropping(first: branch.mountPoint.bytes.count))
            var second = Cgroup(try CgroupPlan(layout: HostCgroups.layout, cgroupsPath: inner, id: "c"))
            let error = try #require(throws: CgroupError.self) { try second.make() }
            #expect(error.message == "container's cgroup unexpectedly frozen")
            try cgroup.thaw()
        }
    }

    @Test func theTopOfAHierarchyIsNeverRemoved() throws {
        let layout = HostCgroups.layout
        let top = try #require(layout.legacy.first ?? layout.unified)
        var cgroup = Cgroup(recorded: [ByteString(top.controllers.first ?? ""): top.mountPoint])
        #expect(throws: CgroupError.self) { try cgroup.remove(patience: 0) }
    }
}
