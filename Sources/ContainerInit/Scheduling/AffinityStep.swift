import ByteStrings
import LinuxKernel

/// Restricts the process to some processors. See sched_setaffinity(2).
package struct AffinityStep: ChildStep {
    package static let name: StaticString = "cpu-affinity"

    package var processors: [Int32] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("processors", &processors)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("sched_setaffinity", "processors \(processors)") { () throws(Errno) in
            try setAffinity(processors.map { Int($0) })
        }
    }
}
