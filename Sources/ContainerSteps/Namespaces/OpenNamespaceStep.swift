import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// Opens the namespace at a path, checked to be of its kind, for the child to join.
package struct OpenNamespaceStep: ParentStep {
    package static let name: StaticString = "open-namespace"

    package var slot = Slot()
    package var path = Path()
    package var kind: CloneFlags = []
    /// What the configuration sets in it, and must not if it turns out to be the runtime's own.
    package var rule: HostNamespaceRule?

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("slot", &slot, .hidden)
        try visitor.field("path", &path)
        try visitor.field("kind", &kind)
        try visitor.field("notHosts", &rule)
    }

    package var detail: String { kind.shown + " " + path.text + (rule == nil ? "" : ", not the host's") }

    package func perform(in making: Making) throws(ContainerError) {
        let namespace = try NamespaceFile.open(path, kind)
        try rule?.check(namespace, kind)
        making.slots.fill(slot, namespace)
    }
}
