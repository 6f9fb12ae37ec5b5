import ByteStrings
import LinuxKernel

/// Sets the execution domain. See personality(2).
package struct PersonalityStep: ChildStep {
    package static let name: StaticString = "personality"

    package var domain: UInt64 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("domain", &domain, .hexadecimal)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("personality") { () throws(Errno) in try setPersonality(UInt(domain)) }
    }
}
