import ByteStrings

/// Becomes undumpable: others in its namespaces can neither trace the process nor look at its descriptors (CVE-2016-9962).
package struct HideStep: ChildStep {
    package static let name: StaticString = "hide"
    package var detail: String { "undumpable" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) { try process.hide() }
}
