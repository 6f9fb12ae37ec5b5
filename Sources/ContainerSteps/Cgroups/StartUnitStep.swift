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
    package var isUnified = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("unit", &unit)
        try visitor.field("properties", &properties)
        try visitor.field("unified", &isUnified, .hidden)
    }

    package var detail: String {
        ([unit.name + " in " + unit.slice.name] + properties.map(\.shown)).joined(separator: " ")
    }

    package var undo: [Undo] { [Undo(RemoveCgroup()), Undo(StopUnit(UnitRecord(unit)))] }

    package func note(in record: inout StateRecord) {
        record.own.unit = UnitRecord(unit)
        record.configuration.cgroups.name = ""
        record.configuration.cgroups.parent = unit.slice.name
        record.configuration.cgroups.isSystemd = true
    }

    package func perform(in making: Making) throws(ContainerError) {
        making.unit = try cgroupCall { () throws(CgroupError) in
            try UnitStart.start(unit, isUnified: isUnified, properties)
        }
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
        if let making = undoing.making {
            guard making.unit != nil else { return }
            making.unit = nil
        }
        do throws(ContainerError) {
            try undoing.withCgroup { (cgroup) throws(CgroupError) in
                // By now a unit of that name may be another's.
                if undoing.making == nil, try cgroup.isOfAnother() { return }
                // systemd would wait for whoever is left in the unit.
                if undoing.isForced { try cgroup.killAll() }
                try UnitStart.stop(unit.name, isUser: unit.isUser)
            }
        } catch {
            // Whether anything is left, the removal of the cgroup finds out.
            undoing.report(error.message)
        }
    }
}
