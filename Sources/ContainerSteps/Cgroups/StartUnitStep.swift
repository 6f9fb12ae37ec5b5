import ByteStrings
import Cgroups
import ContainerInit
import SystemdBus

/// Starts the unit of systemd that the container's cgroup belongs to.
package struct StartUnitStep: ParentStep {
    package static let name: StaticString = "start-unit"

    package var unit = ContainerUnit(slice: .root, name: "", container: "", isUser: false)
    /// What annotations add to it.
    package var properties: [UnitProperty] = []
    /// The limits that it starts with.
    package var limits: [UnitProperty] = []
    /// The cgroup that it gets, which must be free.
    package var cgroup = CgroupPlan()
    package var isUnified = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("unit", &unit)
        try visitor.field("properties", &properties)
        try visitor.field("limits", &limits)
        try visitor.field("cgroup", &cgroup, .hidden)
        try visitor.field("unified", &isUnified, .hidden)
    }

    package var detail: String {
        ([unit.name + " in " + unit.slice.name] + (properties + limits).map(\.shown)).joined(separator: " ")
    }

    package var undo: [Undo] { [Undo(RemoveCgroup()), Undo(StopUnit(UnitRecord(unit)))] }

    package func note(in record: inout StateRecord) {
        record.own.unit = UnitRecord(unit)
        record.configuration.cgroups.name = ""
        record.configuration.cgroups.parent = unit.slice.name
        record.configuration.cgroups.isSystemd = true
    }

    package func perform(in making: Making) throws(ContainerError) {
        if unit.isSlice { try lookAtSlice(in: making) }
        making.unit = try cgroupCall { () throws(CgroupError) in
            // Looked at before systemd takes charge of it: whoever is in there would end with the unit.
            var there = Cgroup(cgroup)
            try there.checkFree()
            return try UnitStart.start(
                unit, isUnified: isUnified, properties, limits: limits,
                wasActive: making.record.own.unit?.wasActive ?? false)
        }
    }

    /// systemd lets a slice that is active be started, and of others only that tells who has begun it. It is written down
    /// before the start, after which it could no longer be told.
    private func lookAtSlice(in making: Making) throws(ContainerError) {
        guard try cgroupCall({ () throws(CgroupError) in try UnitStart.isActive(unit) }) else { return }
        var known = UnitRecord(unit)
        known.wasActive = true
        making.replace(StopUnit(UnitRecord(unit)), by: StopUnit(known))
        making.record.own.unit = known
        try making.directory?.write(making.record.encoded, as: "state.json")
    }
}

/// Stops the unit of systemd.
package struct StopUnit: UndoAction {
    package static let name: StaticString = "stopUnit"

    package var unit = UnitRecord()

    package init() {}

    package init(_ unit: UnitRecord) { self.unit = unit }

    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("unit", &unit, .always)
    }

    package func perform(in undoing: Undoing) throws(ContainerError) {
        do throws(ContainerError) {
            if unit.wasActive {
                try giveBack(undoing)
            } else if let making = undoing.making {
                try stop(in: making)
            } else {
                try undoing.withCgroup { (cgroup) throws(CgroupError) in try stop(cgroup: &cgroup, undoing) }
            }
        } catch {
            // Whether anything is left, the removal of the cgroup finds out.
            undoing.report(error.message)
        }
    }

    /// Stops the unit that the making has started, if it has.
    private func stop(in making: Making) throws(ContainerError) {
        guard var started = making.unit.take() else { return }
        started.releasePlace()
        let hasCgroup = making.cgroup != nil
        try cgroupCall { () throws(CgroupError) in
            // Without a cgroup of the container's somebody else is in the unit's.
            if hasCgroup { try UnitStart.stop(unit.name, isUser: unit.isUser) } else { try started.abandon() }
        }
    }

    /// Stops the unit of a container that is there: the one that has its cgroup. Without that it has ended, and another
    /// of that name is not the container's.
    private func stop(cgroup: inout Cgroup, _ undoing: Undoing) throws(CgroupError) {
        switch try cgroup.ownerOfUnit() {
        case .own: break
        case nil: return try UnitStart.reset(unit.name, isUser: unit.isUser)
        case .another, .nobody: return
        }
        // systemd would wait for whoever is left in the unit.
        if undoing.isForced { try cgroup.killAll() }
        try UnitStart.stop(unit.name, isUser: unit.isUser)
    }

    /// Leaves a slice active that was so before the container, without the container's limits if nobody else is in it by now:
    /// to stop it would end all that is in there.
    private func giveBack(_ undoing: Undoing) throws(ContainerError) {
        // Nothing was started.
        if let making = undoing.making, making.unit == nil { return }
        var isLeft = true
        try undoing.withCgroup { (cgroup) throws(CgroupError) in
            guard case .own = try cgroup.ownerOfUnit() else {
                isLeft = false
                return
            }
            if undoing.isForced { try cgroup.killAll() }
            guard try cgroup.holdsNobodyElse() else { return }
            try UnitStart.renew(unit.name, isUser: unit.isUser)
            isLeft = false
        }
        guard isLeft else { return }
        undoing.report(
            unit.name + " was active before the container and others are in it: it stays, with the container's limits")
    }
}
