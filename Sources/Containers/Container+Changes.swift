import ContainerInit
import ContainerRuntime

extension Container {
    /// Changes the limits of a container that is created, running or paused.
    ///
    /// What `resources` leaves out stays as it is; -1 takes a limit away. All or nothing happens: if the kernel refuses a
    /// value, those that were written are set back. The container's configuration then has the new values.
    ///
    /// - Parameters:
    ///   - resources: the new values. See config-linux.md, "Control groups".
    ///   - intelRdt: the new schemas of the level 3 cache and of the memory bandwidth.
    /// - Throws: `notRunning` for a container that is stopped, `invalidConfiguration` for values that cannot be.
    public func update(_ resources: Resources, intelRdt: IntelRdt? = nil) async throws(ContainerError) {
        try await work(.update) { (base, report) throws(ContainerError) in
            try base.update(
                resources, l3CacheSchema: intelRdt?.l3CacheSchema, memBwSchema: intelRdt?.memBwSchema, report: report)
        }
    }

    /// Makes mounts in a container that is created, running or paused: all of them, or none. The configuration of the
    /// container stays as it was.
    ///
    /// - Throws: `notRunning` for a container that is stopped, `notSupported` for one without a mount namespace of its own.
    public func addMounts(_ mounts: [Mount]) async throws(ContainerError) {
        let container = self
        try await work(.mounts) { (_, report) throws(ContainerError) in
            try container.prepared().addMounts(
                mounts, report: report, trace: container.store.diagnostics.trace(container.id, .mounts))
        }
    }

    /// Takes the mounts on top at the destinations of `mounts` away, the last one first: all of them, or none.
    ///
    /// - Throws: `notRunning` for a container that is stopped, `notSupported` for one without a mount namespace of its own.
    public func removeMounts(_ mounts: [Mount]) async throws(ContainerError) {
        let container = self
        try await work(.mounts) { (_, report) throws(ContainerError) in
            try container.prepared().removeMounts(
                mounts, report: report, trace: container.store.diagnostics.trace(container.id, .mounts))
        }
    }

    /// Saves the running container with CRIU, so that `ContainerStore.restore` can make it go on, here or elsewhere.
    ///
    /// Unless `options` says otherwise the container ends with that and is deleted. A failure leaves it as it was.
    ///
    /// - Throws: `wrongStatus` for a container that does not run, `notSupported` where CRIU is missing or too old.
    public func checkpoint(_ options: CheckpointOptions) async throws(ContainerError) {
        let trace = store.diagnostics.trace(id, .checkpoint).map { _ in store.diagnostics }
        try await work(.checkpoint) { (base, report) throws(ContainerError) in
            try base.checkpoint(options, report: report) { trace?.trace(base.id, .checkpoint)?($0) }
        }
    }
}
