import ContainerInit
import ContainerPlan
import ContainerRuntime
import LinuxKernel

extension ContainerStore {
    /// Makes a container that waits for its start. See runtime.md, "Create".
    ///
    /// Everything of the configuration is applied but the program, which `Container.start` runs. When anything fails, or the
    /// task is cancelled, the host is left as it was.
    ///
    /// - Parameters:
    ///   - id: a name of your choice, unique in the store: letters, digits and `_ + - .`.
    ///   - source: the configuration, as a value or as a bundle.
    ///   - streams: what its first process reads and writes; a process with a terminal has that instead.
    ///   - options: what the configuration does not say.
    /// - Returns: the container, whose `process` is its first process. Pipes to it live as long as somebody holds that: who
    ///   wants none makes the container with `.discarded` streams or with files.
    /// - Throws: `noInitProgram` and `otherVersion` before anything is made; `alreadyExists`, `invalidIdentifier`,
    ///   `invalidConfiguration` with every finding, and what the kernel refused.
    public func create(
        _ id: String, _ source: ContainerSource, streams: ProcessStreams = .captured,
        options: ContainerOptions = ContainerOptions()
    ) async throws(ContainerError) -> Container {
        try await make(id, source, streams, options, .create) {
            (base, options, prepared, report, trace) throws(ContainerError) in
            try base.create(id, source.source, options, files: prepared, report: report, trace: trace)
        }
    }

    /// Makes a container go on from images of CRIU that `Container.checkpoint` has written, here or elsewhere.
    ///
    /// - Parameters:
    ///   - id: as for `create`.
    ///   - source: the configuration that the container had.
    ///   - images: where the images are, and how they are to be used.
    ///   - streams: what takes the place of the pipes that its first process had.
    ///   - options: what the configuration does not say.
    /// - Throws: `notSupported` where CRIU is missing or too old, and what failed; then everything is undone.
    public func restore(
        _ id: String, _ source: ContainerSource, from images: RestoreOptions, streams: ProcessStreams = .captured,
        options: ContainerOptions = ContainerOptions()
    ) async throws(ContainerError) -> Container {
        try await make(id, source, streams, options, .restore, apart: true) {
            (base, options, prepared, report, trace) throws(ContainerError) in
            try base.restore(
                id, source.source, options, from: images, files: prepared, report: report, trace: trace)
        }
    }

    private func make(
        _ id: String, _ source: ContainerSource, _ streams: ProcessStreams, _ options: ContainerOptions,
        _ operation: Diagnostic.Operation, apart: Bool = false,
        _ body:
            @escaping @Sendable (
                ContainerRuntime.ContainerStore, CreateOptions, PreparedStreams, @escaping WarningReport, WarningReport?
            ) throws(ContainerError) -> (container: ContainerRuntime.Container, launched: Launched)
    ) async throws(ContainerError) -> Container {
        if Task.isCancelled { throw .cancelled }
        let store = self
        let container = try await Workers.shared.run(apart: apart) { () throws(ContainerError) in
            let base = try store.prepared()
            let prepared = try PreparedStreams(streams)
            var options = options.options(source)
            options.passedDescriptors = prepared.extraCount
            let made = try body(
                base, options, prepared, store.diagnostics.report(id, operation),
                store.diagnostics.trace(id, operation))
            do throws(ContainerError) {
                return Container(made.container, in: store, process: try Execution(made.launched, prepared))
            } catch {
                do throws(ContainerError) { try base.delete(id, force: true) } catch { throw error }
                throw error
            }
        }
        if Task.isCancelled {
            try await container.delete(force: true)
            throw .cancelled
        }
        return container
    }
}

extension Execution {
    /// Takes over what was made.
    convenience init(_ launched: Launched, _ prepared: PreparedStreams) throws(ContainerError) {
        guard let process = launched.takeProcess() else {
            throw ContainerError(reason: "the container has no first process")
        }
        let child = try ChildProcess(process, finalWord: launched.takeFinalWord())
        self.init(
            child, input: prepared.input, output: prepared.output, error: prepared.error,
            terminal: try launched.takeTerminal().map { (master) throws(ContainerError) in try PseudoTerminal(master) })
    }
}
