import Linux
import RuntimeSpec

extension ContainerCreation {
    /// Runs hooks of the runtime's side; the first that fails is the end of the making.
    func runHooks(_ hooks: [HookStep], kind: HookKind, status: ContainerStatus) throws(ContainerError) {
        let state = State(
            id: id, status: status, pid: runner.childPID, bundle: facts.bundle, annotations: spec.annotations)
        let directory = try openBundle()
        let files = try hookFiles()
        try HookRunner(state: state.encoded(), directory: directory.raw, sinks: files.sinks).run(hooks, kind: kind)
    }

    /// Runs the hooks of the end, for a container that was not made in the end. Those that fail are told of.
    func runPoststopHooks() {
        guard !spec.hooks.poststop.isEmpty else { return }
        do throws(ContainerError) {
            let state = State(id: id, status: .stopped, bundle: facts.bundle, annotations: spec.annotations)
            let directory = try openBundle()
            let files = try hookFiles()
            HookRunner(state: state.encoded(), directory: directory.raw, sinks: files.sinks).runPoststop(
                spec.hooks.poststop, report: report)
        } catch {
            report(error.message)
        }
    }

    /// Hands the child the files that the output of its hooks goes to, if annotations name some.
    func handHookFiles() throws(ContainerError) {
        if spec.hooks.createContainer.isEmpty, spec.hooks.startContainer.isEmpty { return }
        try hookFiles().hand(to: runner.descriptors)
    }

    private func hookFiles() throws(ContainerError) -> HookFiles {
        try HookFiles(spec.annotations, areTrusted: store.trustsAnnotations, bundle: facts.bundle)
    }

    private func openBundle() throws(ContainerError) -> FileDescriptor {
        try attempt("open", facts.bundle) { () throws(Errno) in
            try FileDescriptor.open(facts.bundle, [.path, .directory])
        }
    }
}
