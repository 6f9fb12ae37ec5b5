import ByteStrings
import LinuxKernel

/// Lets the process run on every processor that its cpuset allows, whatever its caller was bound to.
package struct ResetAffinityStep: ChildStep {
    package static let name: StaticString = "cpu-affinity"
    package var detail: String { "all processors" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("sched_setaffinity") { () throws(Errno) in try resetAffinity() }
    }
}
