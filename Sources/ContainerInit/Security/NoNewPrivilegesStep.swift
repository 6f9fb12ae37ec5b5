import ByteStrings
import LinuxKernel

/// Gives up the privileges that a program's file could give at an exec. See prctl(2), PR_SET_NO_NEW_PRIVS.
package struct NoNewPrivilegesStep: ChildStep {
    package static let name: StaticString = "no-new-privileges"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("prctl(PR_SET_NO_NEW_PRIVS)") { () throws(Errno) in try ProcessControl.setNoNewPrivileges() }
    }
}
