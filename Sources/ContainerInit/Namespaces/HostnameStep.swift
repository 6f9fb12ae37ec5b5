import ByteStrings
import LinuxKernel

/// Sets the hostname of the UTS namespace. See sethostname(2).
package struct HostnameStep: ChildStep {
    package static let name: StaticString = "hostname"

    package var hostname = ByteString()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("name", &hostname)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("sethostname", quoted(hostname)) { () throws(Errno) in try setHostname(hostname) }
    }
}
