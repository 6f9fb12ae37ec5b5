import ContainerInit
import ContainerRuntime

/// A container of a store: what its state says, and what can be done with it.
///
/// Its state lives on disk and changes behind the back of any holder, so every operation looks at it afresh. A container
/// is a value; that the last one goes away ends and removes nothing.
public struct Container: Sendable {
    let base: ContainerRuntime.Container
    let store: ContainerStore
    /// The first process, for whoever has made the container; nil for one that was loaded.
    public let process: Execution?

    init(_ base: ContainerRuntime.Container, in store: ContainerStore, process: Execution?) {
        self.base = base
        self.store = store
        self.process = process
    }

    /// The id of the container.
    public var id: String { base.id }

    /// Where in its life the container is. See runtime.md, "State".
    public func status() throws(ContainerError) -> ContainerStatus { try base.status() }

    /// The state document of the container. See runtime.md, "State".
    public func state() throws(ContainerError) -> State { try base.state() }

    /// The configuration that the container was made from, with the changes of `update`.
    public func configuration() throws(ContainerError) -> Spec { try base.configuration() }

    /// The numbers on the host of all processes of the container.
    ///
    /// - Throws: `notSupported` for a container without a cgroup, whose processes nothing tells from others.
    public func processes() throws(ContainerError) -> [Int32] { try base.processes() }

    /// Does what waits for the kernel on a thread of the library.
    func work<Result: Sendable>(
        _ operation: Diagnostic.Operation,
        _ body:
            @escaping @Sendable (ContainerRuntime.Container, @escaping WarningReport) throws(ContainerError) -> Result
    ) async throws(ContainerError) -> Result {
        let (base, report) = (base, store.diagnostics)
        return try await Workers.shared.run { () throws(ContainerError) in
            try body(base, report.report(base.id, operation))
        }
    }

    /// The container with the program that becomes the first of a new process, which is looked for now.
    func prepared() throws(ContainerError) -> ContainerRuntime.Container {
        try store.prepared().load(id)
    }
}
