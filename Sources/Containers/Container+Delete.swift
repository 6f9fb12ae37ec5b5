import Cgroups
import Linux
import RuntimeSpec

extension ContainerStore {
    /// Removes a container and everything that was made for it.
    ///
    /// Works from whatever a killed runtime left: a folder without a state, a state without a process.
    ///
    /// - Parameter force: kills a container that runs, and does not fail for one that does not exist.
    /// - Throws: `doesNotExist`; `wrongStatus` for a container that runs.
    public func delete(_ id: String, force: Bool = false, report: WarningReport = { _ in }) throws(ContainerError) {
        let container: Container
        do throws(ContainerError) {
            container = try load(id)
        } catch {
            if force, error.code != .doesNotExist, error.code != .invalidIdentifier {
                return try deleteUnreadable(id, error, report)
            }
            guard error.code == .doesNotExist else { throw error }
            // Half made: nothing but the folder was there yet.
            if let folder = try StateFolder.open(id, in: self, patience: force ? 2000 : 10_000) {
                try folder.remove()
            }
            if force { return }
            throw error
        }
        try container.delete(force: force, report: report)
    }

    /// Removes a container whose state cannot be read. Its processes are found through the cgroup that its
    /// configuration asks for, if that bears a mark of its id; without that, too, there is nothing but the folder to go by.
    private func deleteUnreadable(
        _ id: String, _ cause: ContainerError, _ report: WarningReport
    ) throws(ContainerError) {
        guard let folder = try StateFolder.open(id, in: self, patience: 2000) else { return }
        var record = StateRecord(id: id, created: "", bundle: "/", rootfs: "/")
        do throws(ContainerError) {
            let spec = try Container(store: self, record: record).configuration()
            let facts = try HostFacts(bundle: "/", spec: spec, id: id, options: CreateOptions(bundle: "/"))
            record.cgroupPaths = (facts.cgroup?.paths ?? []).map {
                CgroupRecord(controller: $0.controller, path: $0.path)
            }
            record.cgroupMark = .any(of: id)
            report(
                "the state of " + id + " cannot be read (" + cause.message
                    + "): what its configuration names is removed, without hooks")
        } catch {
            report(
                "the state of " + id + " cannot be read (" + cause.message + "), nor its configuration ("
                    + error.message + "): processes and cgroups of it may be left")
        }
        try Container(store: self, record: record).destroy(folder, force: true, report)
    }
}

extension Container {
    /// How long the end of a killed process is waited for, in milliseconds.
    private static let patience: Int32 = 10_000

    func delete(force: Bool, report: WarningReport) throws(ContainerError) {
        let status = try status()
        switch status {
        case .stopped: break
        case .created: try killAndWait()
        case .creating, .running, .paused:
            guard force else {
                throw ContainerError(
                    .wrongStatus, exactly: "cannot delete container \(id) that is not stopped: \(status.rawValue)")
            }
            try killAndWait()
        }
        guard let folder = try StateFolder.open(id, in: store, patience: 10_000) else {
            // Another delete was faster.
            if force { return }
            throw ContainerError(.doesNotExist, exactly: "container does not exist")
        }
        try destroy(folder, force: force, report)
    }

    private func killAndWait() throws(ContainerError) {
        guard let process = try openProcess() else { return }
        try kill(signal: SignalNumber.kill, all: true)
        let ended = try attempt("poll", "the container's first process") { () throws(Errno) in
            try process.waitForEnd(milliseconds: Self.patience)
        }
        guard ended else { throw ContainerError(.wrongStatus, exactly: "container init still running") }
    }

    /// Undoes what making the container did, in the reverse order, and runs the hooks of its end.
    ///
    /// The state goes last, and stays while anything is left that it alone names.
    fileprivate func destroy(
        _ folder: consuming StateFolder, force: Bool, _ report: WarningReport
    ) throws(ContainerError) {
        let hooks = try poststopHooks(force: force, report)
        var cleanUp = CleanUp()
        cleanUp.step { () throws(ContainerError) in try removeCgroup(force: force, report) }
        cleanUp.step { () throws(ContainerError) in try record.removeIntelRdt() }
        if let mount = record.rootMount {
            cleanUp.step { () throws(ContainerError) in try HostRootMount.detach(mount, from: record.rootfs) }
        }
        if let failure = cleanUp.failure { throw failure }
        cleanUp.step { () throws(ContainerError) in try folder.remove() }
        if let failure = cleanUp.failure { throw failure }
        guard !hooks.isEmpty else { return }
        let state = State(
            id: id, status: .stopped, bundle: record.bundle, annotations: record.annotations)
        do throws(ContainerError) {
            let bundle = try openBundle()
            let files = try HookFiles(
                record.annotations, areTrusted: store.trustsAnnotations, bundle: record.bundle)
            HookRunner(state: state.encoded(), directory: bundle.raw, sinks: files.sinks).runPoststop(
                hooks, report: report)
        } catch {
            report(error.message)
        }
    }

    private func removeCgroup(force: Bool, _ report: WarningReport) throws(ContainerError) {
        try withCgroup { (cgroup) throws(CgroupError) in
            do throws(CgroupError) {
                // With a pid namespace of its own the first process took all others along; a half-made container may
                // have left one that no state names.
                if !record.hasPrivatePIDNamespace || record.pid == nil { try cgroup.killAll() }
                // By now a unit of that name may be another's.
                if record.unit != nil, try !cgroup.isOfAnother() {
                    // systemd would wait for whoever is left in the unit.
                    if force { try cgroup.killAll() }
                    try record.stopUnit()
                }
            } catch {
                // Whether anything is left, the removal finds out.
                report(error.message)
            }
            // Only somebody else can have put a process there that is still alive.
            try cgroup.remove(killing: force, includingUnmarked: record.pid == nil)
            if let warning = LeftCgroup.warning(cgroup.left) { report(warning) }
        }
    }

    private func poststopHooks(force: Bool, _ report: WarningReport) throws(ContainerError) -> [Hook] {
        guard record.hasPoststop else { return [] }
        do throws(ContainerError) {
            return try configuration().hooks.poststop
        } catch {
            guard force else { throw error }
            report("the poststop hooks are not run: " + error.message)
            return []
        }
    }

    /// The folder that hooks start in: the bundle, or the root where the bundle has gone before the container.
    private func openBundle() throws(ContainerError) -> FileDescriptor {
        try attempt("open", record.bundle) { () throws(Errno) in
            do throws(Errno) {
                return try FileDescriptor.open(record.bundle, [.path, .directory])
            } catch .noSuchFileOrDirectory {
                return try FileDescriptor.open("/", [.path, .directory])
            }
        }
    }
}
