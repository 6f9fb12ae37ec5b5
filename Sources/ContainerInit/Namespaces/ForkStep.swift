import ByteStrings
import LinuxKernel

/// Goes on in a new process, made with these namespaces, as a child of the runtime.
///
/// New namespaces belong to the joined user namespace only when they are made after it, and a new pid namespace takes
/// effect for children only. See pid_namespaces(7).
package struct ForkStep: ChildStep {
    package static let name: StaticString = "fork"

    package var namespaces: CloneFlags = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("new", &namespaces)
    }

    package var detail: String { namespaces.isEmpty ? "" : "new: " + namespaces.shown }

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("clone3") { () throws(Errno) in try moveToSibling(namespaces, takesMemory: false) }
        // What named the first process's descriptors must name this one's.
        try process.openDescriptorDirectoryAgain()
        try process.tell(.forked)
    }

    package func sends(_ message: Message) -> Bool { if case .forked = message { true } else { false } }
}
