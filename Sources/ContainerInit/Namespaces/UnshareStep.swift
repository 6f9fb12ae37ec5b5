import ByteStrings
import LinuxKernel

/// Makes namespaces for this process, or for its children. See unshare(2).
package struct UnshareStep: ChildStep {
    package static let name: StaticString = "unshare"

    package var namespaces: CloneFlags = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("new", &namespaces)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("unshare") { () throws(Errno) in try unshare(namespaces) }
    }
}
