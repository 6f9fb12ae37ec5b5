import ByteStrings
import ContainerInit

/// Puts one more process of the container into the resctrl groups where the first one is.
package struct AddToResctrlStep: ParentStep {
    package static let name: StaticString = "join-resctrl"

    package var groups: [Path] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("groups", &groups)
    }

    package func perform(in making: Making) throws(ContainerError) {
        guard let pid = making.conversation.childPID else { return }
        for group in groups { try ResctrlTree.add(pid, to: group) }
    }
}
