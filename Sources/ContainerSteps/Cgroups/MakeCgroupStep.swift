import ByteStrings
import Cgroups
import ContainerInit
import RuntimeSpec

/// Makes the container's cgroup in every hierarchy.
package struct MakeCgroupStep: ParentStep {
    package static let name: StaticString = "make-cgroup"

    package var cgroup = CgroupPlan()
    /// The processors and memory nodes that a cpuset of version 1 needs before anything can join; empty for the parent's.
    package var cpus = ""
    package var mems = ""
    /// Controllers that a hybrid host has left to its cgroup2.
    package var controllersBesides: [String] = []
    /// Whether a cgroup that may not be made is gone without, where the configuration names none.
    package var isRootless = false
    /// Whether so is that of a hierarchy without controllers.
    package var isUnprivileged = false
    /// The rootless runtime's warning of a container whose processes nothing gathers.
    package var hasPrivatePIDNamespace = true

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("cgroup", &cgroup)
        try visitor.field("cpus", &cpus)
        try visitor.field("mems", &mems)
        try visitor.field("controllersBesides", &controllersBesides)
        try visitor.field("rootless", &isRootless)
        try visitor.field("unprivileged", &isUnprivileged, .hidden)
        try visitor.field("privatePIDNamespace", &hasPrivatePIDNamespace, .hidden)
    }

    package var detail: String {
        var paths: [String] = []
        for place in cgroup.places where !paths.contains(place.path.text) { paths.append(place.path.text) }
        return paths.joined(separator: " ") + " in "
            + cgroup.places.map { $0.controllers.isEmpty ? "cgroup2" : $0.controllers.joined(separator: ",") }
            .joined(separator: " ")
    }

    package var undo: [Undo] { [Undo(RemoveCgroup())] }

    package func note(in record: inout StateRecord) {
        record.cgroupPaths = cgroup.paths
        record.own.cgroupMark = CgroupMark(id: record.id)
        record.configuration.cgroups.path = cgroup.cleanedPath
        if cgroup.unit == nil { record.configuration.cgroups.name = record.id }
    }

    package func perform(in making: Making) throws(ContainerError) {
        var made = Cgroup(
            cgroup, mark: making.record.own.cgroupMark, isRootless: isRootless, isUnprivileged: isUnprivileged)
        // Kept only once it is the container's: one that serves others must survive the undoing of this failure.
        do throws(CgroupError) {
            try made.make(
                cpu: CPUResources(cpus: cpus, mems: mems), besides: controllersBesides,
                placeholder: making.unit?.placeholderPID)
        } catch {
            throw ContainerError(error)
        }
        making.cgroup = consume made
        // What a rootless runtime was not let make is not the container's.
        making.noteMadeCgroups()
        guard isUnprivileged, making.record.cgroupPaths.isEmpty, !hasPrivatePIDNamespace else { return }
        // Neither the end of a pid namespace nor a cgroup gathers the processes then.
        making.report(
            "Creating a rootless container with no cgroup and no private pid namespace. Such configuration is strongly "
                + "discouraged (as it is impossible to properly kill all container's processes) and will result in an "
                + "error in a future version.")
    }
}

extension Making {
    /// Takes the cgroups that are there by now into the record.
    package func noteMadeCgroups() {
        guard let made = cgroup.take() else { return }
        record.cgroupPaths = made.paths
        record.own.cgroupInodes = made.inodes
        cgroup = consume made
    }
}

/// Removes the container's cgroup in every hierarchy, as far as it is the container's alone.
package struct RemoveCgroup: UndoAction {
    package static let name: StaticString = "removeCgroup"

    package init() {}
    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
    }

    package func perform(in undoing: Undoing) throws(ContainerError) {
        try undoing.withCgroup { (cgroup) throws(CgroupError) in
            if undoing.making != nil {
                try cgroup.removeMade()
            } else if undoing.record.own.unit?.wasActive ?? false {
                // What systemd has stays; what it has nothing to do with, in other hierarchies, is the container's.
                if try cgroup.holdsNobodyElse() { try cgroup.remove() }
                return
            } else {
                // Only somebody else can have put a process there that is still alive.
                try cgroup.remove(killing: undoing.isForced, includingUnmarked: undoing.record.pid == nil)
            }
            if let warning = LeftCgroup.warning(cgroup.left) { undoing.report(warning) }
        }
    }
}
