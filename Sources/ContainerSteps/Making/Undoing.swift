import ByteStrings
import Cgroups
import ContainerInit
import LinuxKernel

/// The taking back of what a container had: one action after the other, the last effect first, whatever becomes of each.
package final class Undoing {
    package let record: StateRecord
    /// The container's state directory; nil before it is made.
    package let directory: StateDirectory?
    /// What is left of a making that failed; nil when a container is deleted.
    package let making: Making?
    /// Whether a making that failed had a child.
    package let hadChild: Bool
    /// Whether what keeps something from being taken away is killed.
    package let isForced: Bool
    package let report: WarningReport
    /// Takes the times of the actions; nil spares the work.
    private let timeline: Timeline?
    /// Whether the state directory goes, too.
    private let removesState: Bool

    /// Takes back a making that failed.
    ///
    /// - Parameter keeps: the state stays, as that of a stopped container that `delete` removes.
    package init(_ making: Making, keeps: Bool) {
        record = making.record
        directory = making.directory
        self.making = making
        hadChild = making.conversation.childPID != nil
        isForced = false
        report = making.report
        timeline = making.timeline
        removesState = !keeps
    }

    /// Takes a container away.
    package init(
        _ record: StateRecord, in directory: StateDirectory, force: Bool, report: @escaping WarningReport,
        timeline: Timeline?
    ) {
        self.timeline = timeline
        self.record = record
        self.directory = directory
        making = nil
        hadChild = false
        isForced = force
        self.report = report
        removesState = true
    }

    /// Runs the actions backwards.
    ///
    /// The state goes last, and stays while anything is left that it alone names.
    ///
    /// - Throws: why something could not be taken away; the rest is.
    package func perform(_ undos: [Undo]) throws(ContainerError) {
        // Before all else, since it could be in the way of the rest.
        making?.conversation.killChild()
        var failure: ContainerError?
        for undo in undos.reversed() {
            if undo.action is RemoveStateDirectory, !removesState || failure != nil { continue }
            timeline?.begin(type(of: undo.action).name)
            do throws(ContainerError) {
                try twice { () throws(ContainerError) in try undo.action.perform(in: self) }
            } catch {
                if failure == nil { failure = error }
            }
        }
        if let failure { throw failure }
    }

    /// Works on the cgroup that was made, or else on the one that the record names.
    package func withCgroup(_ body: (inout Cgroup) throws(CgroupError) -> Void) throws(ContainerError) {
        if let making { return try making.withCgroup(body) }
        var cgroup = record.cgroup
        try cgroupCall { () throws(CgroupError) in try body(&cgroup) }
    }
}

/// Takes something away, and tries again when that fails: nobody may come back to it.
package func twice(_ body: () throws(ContainerError) -> Void) throws(ContainerError) {
    do throws(ContainerError) {
        try body()
    } catch {
        // Waited for already.
        if error.errno == .busy || error.errno == .timedOut { throw error }
        try body()
    }
}

extension StateRecord {
    /// What takes the container away. A record that does not say so is of a container that had a cgroup and processes.
    package var undo: [Undo] {
        if !own.undo.isEmpty { return own.undo }
        var actions = [Undo(RemoveStateDirectory()), Undo(RemoveCgroup())]
        if let unit = own.unit { actions.append(Undo(StopUnit(unit))) }
        return actions + [Undo(KillProcesses())]
    }
}
