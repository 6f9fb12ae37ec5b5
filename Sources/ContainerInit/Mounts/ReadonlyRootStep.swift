import ByteStrings
import LinuxKernel

/// Makes the container's root read-only, but not what is mounted below it.
package struct ReadonlyRootStep: Equatable, RootfsStep {
    package static let name: StaticString = "readonly-root"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        try attempt("make read-only", "the root file system") { () throws(Errno) in
            try setup.makeReadOnly(setup.root.file)
        }
    }
}
