import ByteStrings
import LinuxKernel

/// Sets the propagation of the container's own root after the switch.
package struct RootfsPropagationStep: Equatable, RootfsStep {
    package static let name: StaticString = "root-propagation"

    package var propagation: MountFlags = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("propagation", &propagation)
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        try attempt("change the propagation of", "the root file system") { () throws(Errno) in
            try setup.setPropagation(propagation, of: setup.root.file)
        }
    }
}
