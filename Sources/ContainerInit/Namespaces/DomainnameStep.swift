import ByteStrings
import LinuxKernel

/// Sets the domainname of the UTS namespace. See setdomainname(2).
package struct DomainnameStep: ChildStep {
    package static let name: StaticString = "domainname"

    package var domainname = ByteString()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("name", &domainname)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("setdomainname", quoted(domainname)) { () throws(Errno) in try setDomainname(domainname) }
    }
}
