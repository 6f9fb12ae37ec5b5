import ByteStrings
import Cgroups
import ContainerInit

/// Gives the cgroup to the user of the container's process. See config-linux.md, "Cgroup ownership".
package struct DelegateCgroupStep: ParentStep {
    package static let name: StaticString = "delegate-cgroup"

    package var user: UInt32 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("user", &user)
    }

    package var detail: String { "to user \(user)" }

    package func perform(in making: Making) throws(ContainerError) {
        try making.withCgroup { (cgroup) throws(CgroupError) in try cgroup.delegate(to: user) }
    }
}
