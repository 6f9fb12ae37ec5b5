import Linux

/// What the child asks of the runtime while it makes its mounts.
extension PlanRunner {
    /// Prepares a mount of which the child got no descriptor at its start.
    func handOver(_ slot: Slot) throws(ContainerError) {
        let (source, origin) = try preparation(of: slot)
        do throws(ContainerError) {
            let tree = try MountSource.prepare(source)
            try tellProceed(with: tree.raw)
        } catch {
            throw error.caused(by: origin)
        }
    }

    func mapIDs(of tree: borrowing FileDescriptor, _ slot: Slot) throws(ContainerError) {
        let (source, origin) = try preparation(of: slot)
        do throws(ContainerError) {
            try MountSource.map(tree.raw, of: source)
        } catch {
            throw error.caused(by: origin)
        }
    }

    private func preparation(of slot: Slot) throws(ContainerError) -> (MountSourceStep, Origin) {
        for step in plan.parent {
            if case .prepareMount(let source) = step.operation, source.slot == slot { return (source, step.origin) }
        }
        throw ContainerError(.childDied, reason: "the container's init asks for a mount that the plan does not have")
    }
}
