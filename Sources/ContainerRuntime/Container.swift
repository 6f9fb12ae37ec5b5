import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// A container of a store: what its state directory says, and what can be done with it.
///
/// Its state lives on disk and changes behind the back of any holder, so every operation looks at it afresh.
public struct Container: Sendable {
    let store: ContainerStore
    let record: StateRecord

    /// The id of the container.
    public var id: String { record.id }

    /// The container's first process; nil while it is being made.
    public var pid: Int32? { record.pid }

    /// Where in its life the container is. See runtime.md, "State".
    public func status() throws(ContainerError) -> ContainerStatus {
        try look.status()
    }

    /// The state document of the container. See runtime.md, "State".
    public func state() throws(ContainerError) -> State {
        try look.state()
    }

    var look: StateLook { StateLook(record, at: store.directory(of: id)) }

    /// The processes of the container, as the runtime sees their numbers.
    ///
    /// - Throws: `notSupported` for a container without a cgroup, whose processes nothing tells from others.
    public func processes() throws(ContainerError) -> [Int32] {
        try needCgroup(for: "unable to get all container pids")
        return try withCgroup { (cgroup) throws(CgroupError) in try cgroup.processes() }
    }

    // MARK: - Facts

    func isFrozen() throws(ContainerError) -> Bool {
        try withCgroup { (cgroup) throws(CgroupError) in try cgroup.isFrozen() }
    }

    /// Opens the container's first process, if it is still the same one.
    package func openProcess() throws(ContainerError) -> ProcessHandle? {
        guard let pid = record.pid else { return nil }
        return try ProcessFacts.open(pid: pid, startTime: record.startTime)
    }

    func withCgroup<Result>(
        _ body: (inout Cgroup) throws(CgroupError) -> Result
    ) throws(ContainerError) -> Result {
        var cgroup = record.cgroup
        do throws(CgroupError) {
            return try body(&cgroup)
        } catch {
            throw ContainerError(error)
        }
    }

    /// Refuses what only a cgroup makes possible: a rootless runtime may not have been let make one.
    func needCgroup(for purpose: String) throws(ContainerError) {
        guard record.cgroupPaths.isEmpty else { return }
        throw ContainerError(.notSupported, exactly: purpose + ": cgroups not configured for container")
    }

    /// The configuration that the container was made from.
    package func configuration() throws(ContainerError) -> Spec { try savedConfiguration().spec }

    /// The same with the bytes that it is decoded from.
    func savedConfiguration() throws(ContainerError) -> LoadedConfiguration {
        let path = store.directory(of: id).appending("config.json")
        let bytes = try attempt("read", path) { () throws(Errno) in try readRegularFile(path, limit: 16 << 20) }
        do throws(SpecError) {
            return try LoadedConfiguration(checked: bytes)
        } catch {
            throw ContainerError(.invalidConfiguration, exactly: error.text(of: path.text))
        }
    }
}
