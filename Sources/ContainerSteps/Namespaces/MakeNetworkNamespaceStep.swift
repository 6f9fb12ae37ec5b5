import ContainerInit
import LinuxKernel

/// Begins to make the container's network namespace, which takes the kernel as long as all others together, beside the steps
/// up to the child's; if that has not begun before the plan was there, since it changes nothing that anybody sees and ends
/// with the runtime. Where it comes to nothing, the child is cloned with a new one.
package struct MakeNetworkNamespaceStep: ParentStep {
    package static let name: StaticString = "network-namespace"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}
    package var detail: String { "beside the next steps, for the child" }

    package func perform(in making: Making) throws(ContainerError) {
        if making.networkNamespace == nil { making.networkNamespace = NetworkNamespaceMaker() }
    }
}
