import ByteStrings
import LinuxKernel

/// Becomes user and group 0 of the user namespace that was made or joined.
package struct BecomeRootStep: ChildStep {
    package static let name: StaticString = "become-root"
    package var detail: String { "of the user namespace" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("setresgid", "0") { () throws(Errno) in try Credentials.setGroup(0) }
        try attempt("setresuid", "0") { () throws(Errno) in try Credentials.setUser(0) }
        try process.stayHidden()
    }
}
