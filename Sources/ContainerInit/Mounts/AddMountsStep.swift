import ByteStrings
import LinuxKernel

/// Makes mounts in a container that runs: all of them, or none. They can be taken back until `KeepMountsStep`.
package struct AddMountsStep: Equatable, RootfsStep {
    package static let name: StaticString = "add-mounts"

    /// One for each entry of the list that was given, in its order.
    package var mounts: [MountStep] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("mounts", &mounts)
    }

    package var detail: String { mounts.map(\.detail).joined(separator: "; ") }

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        try setup.enterRunningRoot()
        setup.made = []
        setup.reversal = { (setup, failure) in setup.takeAwayMade(&failure) }
        do throws(ContainerError) {
            for (index, mount) in mounts.enumerated() {
                do throws(ContainerError) {
                    try mount.perform(in: setup)
                } catch {
                    throw error.caused(by: Origin(.mounts, index))
                }
            }
            do throws(ContainerError) {
                try ReadonlyMountsStep().perform(in: setup)
            } catch {
                throw error.caused(by: Origin(.mounts))
            }
        } catch {
            var failure = error
            setup.takeBack(&failure)
            throw failure
        }
    }

    /// Whether there is a procfs among them, which is of the container's pid namespace.
    package var hasProcfs: Bool { mounts.contains { $0.kind == .proc } }
}
