import ByteStrings
import LinuxKernel

/// Becomes the leader of a new session. See setsid(2).
package struct SessionStep: ChildStep {
    package static let name: StaticString = "new-session"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("setsid") { () throws(Errno) in try makeSession() }
    }
}
