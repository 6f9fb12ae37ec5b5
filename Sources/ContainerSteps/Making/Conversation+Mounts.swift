import ByteStrings
import ContainerInit
import LinuxKernel

/// What the child asks of the runtime while it makes its mounts.
extension Conversation {
    /// Prepares a mount of which the child got no descriptor at its start.
    package func handOver(_ slot: Slot) throws(ContainerError) {
        try withSource(of: slot) { (source) throws(ContainerError) in
            let tree = try source.prepare()
            try tellProceed(with: tree)
        }
    }

    package func mapIDs(of tree: borrowing FileDescriptor, _ slot: Slot) throws(ContainerError) {
        try withSource(of: slot) { (source) throws(ContainerError) in try source.map(tree) }
    }

    private func withSource(
        of slot: Slot, _ body: (MountSourceStep) throws(ContainerError) -> Void
    ) throws(ContainerError) {
        guard let planned = mountSources[slot] else {
            throw ContainerError(
                .childDied, reason: "the container's init asks for a mount that the plan does not have")
        }
        do throws(ContainerError) {
            return try body(planned.step)
        } catch {
            throw error.caused(by: planned.origin)
        }
    }
}

extension ContainerPlan {
    /// The sources of mounts by their slots: a child can ask for each of thousands.
    package var mountSources: [Slot: Planned<MountSourceStep>] {
        var sources: [Slot: Planned<MountSourceStep>] = [:]
        for planned in parent {
            guard let source = planned.step as? MountSourceStep else { continue }
            sources[source.slot] = Planned(source, planned.origin)
        }
        return sources
    }
}
