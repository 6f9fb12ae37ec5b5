import ByteStrings
import Cgroups
import ContainerInit
import SystemdBus

/// The unit of systemd that a container's cgroup belongs to.
package struct UnitRecord: StateObject {
    package var name = ""
    package var slice = ""
    /// Whether the user's own manager has it.
    package var isUser = false
    /// Whether it is a slice that was active before the container: then it is not the container's to stop.
    package var wasActive = false

    package init() {}

    package init(_ unit: ContainerUnit) {
        name = unit.name
        slice = unit.slice.name
        isUser = unit.isUser
    }

    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("name", &name, .always)
        try visitor.member("slice", &slice, .always)
        try visitor.member("isUser", &isUser)
        try visitor.member("wasActive", &wasActive)
    }
}
