import ByteStrings
import LinuxKernel

/// Enters the time namespace that was made for the children. Works on every kernel with time namespaces, where entering
/// by an exec needs a newer one. See time_namespaces(7).
package struct EnterTimeNamespaceStep: ChildStep {
    package static let name: StaticString = "enter-time-namespace"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        let procfs = try process.ownProcfs()
        try attempt("setns", "the new time namespace") { () throws(Errno) in
            let directory = try Procfs.openOwn("ns", in: procfs.file, [.path, .directory])
            let namespace = try FileDescriptor.open("time_for_children", at: directory)
            try namespace.joinNamespaces(.newTime)
        }
    }
}
