import ByteStrings
import LinuxKernel
import RuntimeSpec

/// Sets the I/O priority of the process. See ioprio_set(2).
package struct IOPriorityStep: ChildStep {
    package static let name: StaticString = "io-priority"

    package var ioClass: Int32 = 0
    package var priority: Int32 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("class", &ioClass)
        try visitor.field("priority", &priority)
    }

    package var detail: String { className + " \(priority)" }

    private var className: String {
        IOPriorityClass.allCases.first { Int32($0.number) == ioClass }?.rawValue ?? String(ioClass)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        do throws(Errno) {
            try setIOPriority(class: ioClass, priority: priority)
        } catch {
            throw ContainerError(
                operation: "ioprio_set", subject: "\(className) \(priority)", errno: error,
                remedy: error == .notPermitted ? "it takes CAP_SYS_NICE" : "")
        }
    }
}
