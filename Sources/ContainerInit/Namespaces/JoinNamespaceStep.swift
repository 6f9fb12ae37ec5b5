import ByteStrings
import LinuxKernel

/// Joins the namespaces behind a descriptor: that of one, or the pidfd of a process that is in several. See setns(2).
package struct JoinNamespaceStep: ChildStep {
    package static let name: StaticString = "join-namespace"

    package var slot = Slot()
    package var kinds: CloneFlags = []
    /// True when a later step joins others behind the same descriptor.
    package var staysOpen = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("slot", &slot, .hidden)
        try visitor.field("kinds", &kinds)
        try visitor.field("staysOpen", &staysOpen, .hidden)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        guard let namespace = process.slots.take(slot) else {
            throw ContainerError(operation: "setns", reason: "the runtime passed no descriptor")
        }
        try process.keepProcfs(before: kinds, namespace)
        try attempt("setns") { () throws(Errno) in try namespace.joinNamespaces(kinds) }
        if staysOpen { process.slots.fill(slot, namespace) }
        try process.stayHidden()
    }
}
