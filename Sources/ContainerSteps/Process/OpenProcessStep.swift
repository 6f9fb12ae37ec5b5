import ByteStrings
import ContainerInit
import LinuxKernel

/// Opens the container's first process, whose namespaces one more process joins.
package struct OpenProcessStep: ParentStep {
    package static let name: StaticString = "open-process"

    package var pid: Int32 = 0
    /// When it started: a number alone could mean another one by now.
    package var startTime: UInt64 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("pid", &pid)
        try visitor.field("startTime", &startTime, .hidden)
    }

    package func perform(in making: Making) throws(ContainerError) {
        guard let process = try ProcessFacts.open(pid: pid, startTime: startTime) else {
            throw ContainerError(.wrongStatus, exactly: "cannot exec in a stopped container")
        }
        let copy = try attempt("dup") { () throws(Errno) in try process.descriptor.duplicate(atLeast: 10) }
        making.slots.fill(.containerProcess, copy)
    }
}
