import ByteStrings
import Cgroups
import ContainerInit

/// Finds the cgroup that one more process of a container goes to: the container's own, or one below it.
package struct OpenCgroupStep: ParentStep {
    package static let name: StaticString = "open-cgroup"

    /// Cgroups below the container's own, as `[controller,…:]path`.
    package var below: [ByteString] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("below", &below)
    }

    package var detail: String { below.isEmpty ? "the container's" : below.shown }

    package func perform(in making: Making) throws(ContainerError) {
        let sub = try cgroupCall { () throws(CgroupError) in try SubCgroups(arguments: below) }
        making.cgroup = try cgroupCall { () throws(CgroupError) in try making.record.cgroup.cgroup(for: sub) }
    }
}
