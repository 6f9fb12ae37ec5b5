import ByteStrings
import ContainerInit

/// Makes the socket on which the program says that it is ready. See sd_notify(3).
package struct NotifySocketStep: ParentStep {
    package static let name: StaticString = "notify-socket"

    /// The socket of the caller's service manager.
    package var target = Path()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("target", &target)
    }

    package func perform(in making: Making) throws(ContainerError) {
        if let directory = making.directory { making.notifySocket = try NotifySocket(in: directory, target: target) }
    }
}
