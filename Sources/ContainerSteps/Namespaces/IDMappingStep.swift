import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// Writes the user and group mappings of the child's user namespace. See user_namespaces(7).
package struct IDMappingStep: ParentStep {
    package static let name: StaticString = "write-id-mappings"

    package var users: [IDMapping] = []
    package var groups: [IDMapping] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("users", &users)
        try visitor.field("groups", &groups)
    }

    package func perform(in making: Making) throws(ContainerError) {
        guard let pid = making.conversation.childPID else { return }
        try IDMappingWriter(pid: pid).write(users: users, groups: groups)
        try making.conversation.admitIntoUserNamespace()
    }
}
