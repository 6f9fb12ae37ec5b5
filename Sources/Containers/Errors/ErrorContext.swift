extension ContainerError {
    /// The error of a step that failed when there was a child, in the words that runc's callers know for that.
    func inContext(of operation: ParentOperation) -> ContainerError {
        guard context.utf8CodeUnitCount == 0 else { return self }
        var failure = self
        switch operation {
        case .runHooks: failure.context = "unable to start container process: error during container init: "
        case .recordCreated: break
        default: failure.context = "unable to start container process: "
        }
        return failure
    }
}
