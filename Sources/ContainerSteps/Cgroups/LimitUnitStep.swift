import ByteStrings
import Cgroups
import ContainerInit
import SystemdBus

/// Gives systemd the limits that had no place at the start of the unit, so that it writes the same values when it writes
/// them again.
package struct LimitUnitStep: ParentStep {
    package static let name: StaticString = "limit-unit"

    package var properties: [UnitProperty] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("properties", &properties)
    }

    package var detail: String { properties.map(\.shown).joined(separator: " ") }

    package func perform(in making: Making) throws(ContainerError) {
        try cgroupCall { () throws(CgroupError) in try making.unit?.limit(properties) }
    }
}
