import ByteStrings
import ContainerInit

/// Writes the number of the process to a file of the caller.
package struct PIDFileStep: ParentStep {
    package static let name: StaticString = "pid-file"

    package var path = Path()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
    }

    package var context: StaticString { "" }

    package func perform(in making: Making) throws(ContainerError) {
        if let pid = making.conversation.childPID { try PIDFile(path: path).write(pid) }
    }
}
