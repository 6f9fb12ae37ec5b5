import ByteStrings
import Cgroups
import ContainerInit

/// Makes the rules of devices hold, those of the configuration and those that every container needs. A program on the
/// cgroup2 is one write; rules of version 1 are written one by one.
package struct LimitDevicesStep: ParentStep {
    package static let name: StaticString = "limit-devices"

    package var rules = DeviceRules()
    /// Whether the configuration has rules, so that a host that can enforce none is an error.
    package var isConfigured = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("rules", &rules)
        try visitor.field("configured", &isConfigured, .hidden)
    }

    package var detail: String { rules.shown }

    package func perform(in making: Making) throws(ContainerError) {
        try making.withCgroup { (cgroup) throws(CgroupError) in
            try cgroup.enforce(rules, isConfigured: isConfigured)
        }
    }
}
