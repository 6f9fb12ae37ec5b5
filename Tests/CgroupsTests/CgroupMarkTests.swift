import ByteStrings
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Cgroups

/// Whose a cgroup is, told by marks and, where there can be none, by the inode.
@Suite(.enabled(if: HostCgroups.canMakeAny, "needs root and a mounted cgroup hierarchy"))
struct CgroupMarkTests {
    private func set(_ mark: [UInt8], _ place: CgroupMark.Place, on path: Path) throws(Errno) {
        let directory = try FileDescriptor.open(path, [.readOnly, .directory])
        try directory.setExtendedAttribute(place.attribute, mark)
    }

    /// Whose mark a directory below the cgroup bears.
    private func holder(_ cgroup: borrowing Cgroup, _ path: Path) throws(Errno) -> String? {
        let directory = try FileDescriptor.open(path, [.readOnly, .directory])
        return try cgroup.holder(directory, below: 0)
    }

    /// Marks directories as a runtime without privilege does.
    private func markAsUser(_ mark: CgroupMark, _ paths: [Path]) throws(Errno) {
        for path in paths { try set(mark.bytes, .user, on: path) }
    }

    /// For each hierarchy, whether the directory there is the container's own.
    private func ownership(_ cgroup: inout Cgroup) throws -> [Bool] {
        var answers: [Bool] = []
        for index in cgroup.branches.indices { answers.append(try cgroup.isOwn(index)) }
        return answers
    }

    private func opensForAClone(_ cgroup: inout Cgroup) -> Bool {
        do throws(CgroupError) {
            return try cgroup.directoryForClone() != nil
        } catch {
            return false
        }
    }

    @Test func withoutAMarkTheInodeDecides() throws {
        try HostCgroups.withCgroup { cgroup in
            let mark = CgroupMark(id: "c")
            var inodes = OrderedPairs<ByteString, UInt64>()
            for pair in cgroup.paths { inodes[pair.key] = try fileStatus(pair.value).inode }
            var own = Cgroup(recorded: cgroup.paths, mark: mark, inodes: inodes)
            let isOwn = try ownership(&own)
            #expect(!isOwn.contains(false))
            var others = inodes
            for pair in inodes { others[pair.key] = pair.value + 1 }
            for wrong in [others, OrderedPairs()] {
                var other = Cgroup(recorded: cgroup.paths, mark: mark, inodes: wrong)
                let isOwn = try ownership(&other)
                #expect(!isOwn.contains(true))
                let isEmpty = try other.isEmpty()
                #expect(isEmpty)
                if other.unifiedIndex != nil {
                    let opens = opensForAClone(&other)
                    #expect(!opens)
                }
                try other.remove(killing: true)
                let left = other.left
                #expect(left.count == isOwn.count)
                let text = LeftCgroup.warning(left) ?? ""
                #expect(text.hasPrefix("failed to remove cgroup: "))
            }
            for path in cgroup.paths.map(\.value) { #expect(try fileStatus(path).kind == .directory) }
        }
    }

    @Test(.enabled(if: HostCgroups.takesUserAttributes, "needs a kernel with user attributes in its cgroups"))
    func aMarkOfTheUnprivileged() throws {
        try HostCgroups.withCgroup { cgroup in
            let mark = CgroupMark(id: "c")
            let paths = cgroup.paths
            try markAsUser(mark, paths.map(\.value))
            var own = Cgroup(recorded: paths, mark: mark)
            let isOwn = try ownership(&own)
            #expect(!isOwn.contains(false))
            var another = Cgroup(recorded: paths, mark: CgroupMark(id: "c"))
            let isAnothersOwn = try ownership(&another)
            #expect(!isAnothersOwn.contains(true))
            let isOfAnother = try another.isOfAnother()
            #expect(isOfAnother)
            // One below that bears another's, by a runtime of the same kind.
            let below: Path = paths[0].value + "/below"
            try makeDirectory(below, mode: 0o755)
            try markAsUser(CgroupMark(id: "d"), [below])
            let found = try holder(own, below)
            #expect(found == "d")
            // What bears a mark, nobody else removes.
            try own.remove()
        }
    }

    /// A container that owns its cgroup cannot hide one below by a mark that it writes itself.
    @Test(.enabled(if: HostCgroups.takesUserAttributes, "needs a kernel with user attributes in its cgroups"))
    func aMarkThatTheContainerCanWrite() throws {
        let name = HostCgroups.uniqueName()
        let plan = try CgroupPlan(layout: HostCgroups.layout, cgroupsPath: "/" + name, id: "c")
        let mark = CgroupMark(id: "c")
        var cgroup = Cgroup(plan, mark: mark)
        try cgroup.make()
        let inodes = cgroup.inodes
        #expect(inodes.isEmpty)
        let below: Path = plan.places[0].directory + "/below"
        try makeDirectory(below, mode: 0o755)
        try markAsUser(CgroupMark(id: "d"), [below])
        var found = [try holder(cgroup, below)]
        // That of the privileged counts, but not if a runtime within a container has made it.
        for bytes in [
            Array("e 1-1 1".utf8), CgroupMark(id: "e").bytes, mark.bytes, [UInt8](repeating: 0xff, count: 4000),
        ] {
            try set(bytes, .trusted, on: below)
            found.append(try holder(cgroup, below))
        }
        #expect(found.dropLast() == [nil, nil, "e", nil])
        #expect(found[4] != nil)
        try cgroup.remove()
        #expect(throws: Errno.noSuchFileOrDirectory) { try fileStatus(plan.places[0].directory) }
    }

    /// What was taken over for a container whose making fails is its last owner's again.
    @Test func aFailureGivesBackWhatWasTakenOver() throws {
        let plan = try CgroupPlan(layout: HostCgroups.layout, cgroupsPath: "/" + HostCgroups.uniqueName(), id: "c")
        let mark = CgroupMark(id: "first")
        var first = Cgroup(plan, mark: mark)
        try first.make()
        var second = Cgroup(plan, mark: CgroupMark(id: "second"))
        try second.make()
        var recorded = Cgroup(recorded: plan.paths, mark: mark)
        let isTakenOver = try recorded.isOfAnother()
        #expect(isTakenOver)
        try second.removeMade()
        var again = Cgroup(recorded: plan.paths, mark: mark)
        let isStillTakenOver = try again.isOfAnother()
        #expect(!isStillTakenOver)
        try again.remove()
        let left = again.left
        #expect(left.isEmpty)
        for place in plan.places {
            #expect(throws: Errno.noSuchFileOrDirectory) { try fileStatus(place.directory) }
        }
    }
}
