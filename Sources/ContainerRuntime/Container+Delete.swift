import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension ContainerStore {
    /// Removes a container and everything that was made for it.
    ///
    /// Works from whatever a killed runtime left: a directory without a state, a state without a process.
    ///
    /// - Parameters:
    ///   - force: kills a container that runs, and does not fail for one that does not exist.
    ///   - report: takes warnings.
    ///   - timeline: takes the time of each action; nil spares the work.
    /// - Throws: `doesNotExist`; `wrongStatus` for a container that runs.
    public func delete(
        _ id: String, force: Bool = false, report: @escaping WarningReport = { _ in }, timeline: Timeline? = nil
    ) throws(ContainerError) {
        timeline?.begin("read-state")
        let container: Container
        do throws(ContainerError) {
            container = try load(id)
        } catch {
            if force, error.code != .doesNotExist, error.code != .invalidIdentifier {
                return try deleteUnreadable(id, error, report, timeline)
            }
            guard error.code == .doesNotExist else { throw error }
            // Half made: nothing but the directory was there yet.
            if let directory = try StateDirectory.open(at: directory(of: id), patience: force ? 2000 : 10_000) {
                try directory.remove()
            }
            if force { return }
            throw error
        }
        timeline?.begin("read-status")
        try container.delete(force: force, report: report, timeline: timeline)
    }

    /// Removes a container whose state cannot be read. Its processes are found through the cgroup that its
    /// configuration asks for, if that bears a mark of its id; without that, too, there is nothing but the directory to go by.
    private func deleteUnreadable(
        _ id: String, _ cause: ContainerError, _ report: @escaping WarningReport, _ timeline: Timeline?
    ) throws(ContainerError) {
        guard let directory = try StateDirectory.open(at: directory(of: id), patience: 2000) else { return }
        var record = StateRecord(id: id, created: "", bundle: "/", rootfs: "/")
        do throws(ContainerError) {
            let spec = try Container(store: self, record: record).configuration()
            let facts = try HostFacts(bundle: "/", spec: spec, id: id, options: CreateOptions(bundle: "/"))
            record.cgroupPaths = facts.cgroup?.paths ?? OrderedPairs()
            record.own.cgroupMark = .any(of: id)
            report(
                "the state of " + id + " cannot be read (" + cause.message
                    + "): what its configuration names is removed, without hooks")
        } catch {
            report(
                "the state of " + id + " cannot be read (" + cause.message + "), nor its configuration ("
                    + error.message + "): processes and cgroups of it may be left")
        }
        try Container(store: self, record: record).destroy(directory, force: true, report, timeline)
    }
}

extension Container {
    /// How long the end of a killed process is waited for, in milliseconds.
    private static let patience: Int32 = 10_000
    /// How often it is waited for while it uses processor time.
    private static let mostWaits = 6

    /// - Parameter isReaped: whether its first process was this one's child and is no more.
    func delete(
        force: Bool, isReaped: Bool = false, report: @escaping WarningReport, timeline: Timeline?
    ) throws(ContainerError) {
        if !isReaped { try end(force: force, timeline) }
        timeline?.begin("lock-state")
        guard let directory = try StateDirectory.open(at: store.directory(of: id), patience: 10_000) else {
            // Another delete was faster.
            if force { return }
            throw ContainerError(.doesNotExist, exactly: "container does not exist")
        }
        try destroy(directory, force: force, report, timeline)
    }

    /// Sees to it that the container is stopped.
    private func end(force: Bool, _ timeline: Timeline?) throws(ContainerError) {
        let status = try status()
        switch status {
        case .stopped: break
        case .created: try killAndWait(timeline)
        case .creating, .running, .paused:
            guard force else {
                throw ContainerError(
                    .wrongStatus, exactly: "cannot delete container \(id) that is not stopped: \(status.rawValue)")
            }
            try killAndWait(timeline)
        }
    }

    private func killAndWait(_ timeline: Timeline?) throws(ContainerError) {
        timeline?.begin("kill-processes")
        guard let process = try openProcess() else { return }
        try kill(signal: SignalNumber.kill, all: true)
        var cgroup = record.cgroup
        var used = cgroup.processorTime()
        var ended = false
        // One that has hardly any processor time ends as slowly as that lets it: as long as it goes on, it is waited for.
        for _ in 0..<Self.mostWaits {
            ended = try attempt("poll", "the container's first process") { () throws(Errno) in
                try process.waitForEnd(milliseconds: Self.patience)
            }
            let now = cgroup.processorTime()
            if ended || now == used { break }
            used = now
        }
        guard ended else { throw ContainerError(.wrongStatus, exactly: "container init still running") }
    }

    /// Takes back what making the container did, the last of it first, and runs the hooks of its end.
    fileprivate func destroy(
        _ directory: StateDirectory, force: Bool, _ report: @escaping WarningReport, _ timeline: Timeline?
    ) throws(ContainerError) {
        let hooks = try poststopHooks(force: force, report)
        try Undoing(record, in: directory, force: force, report: report, timeline: timeline).perform(record.undo)
        for planned in hooks {
            timeline?.begin(planned.step)
            do throws(ContainerError) { try planned.step.run(pid: nil, report: report) } catch { report(error.message) }
        }
    }

    private func poststopHooks(
        force: Bool, _ report: WarningReport
    ) throws(ContainerError) -> [Planned<HooksStep>] {
        guard record.own.hasPoststop else { return [] }
        do throws(ContainerError) {
            return [try hooks(.poststop, configuration().hooks.poststop, .stopped)]
        } catch {
            guard force else { throw error }
            report("the poststop hooks are not run: " + error.message)
            return []
        }
    }
}
