import ByteStrings
import Cgroups
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// The performing of the runtime's lane of a plan: of a new container, or of one more process in one. The steps go one
/// after the other; when one fails, what was done is taken back.
package final class Making {
    package let plan: ContainerPlan
    package let slots = Slots()
    package let report: WarningReport
    /// Takes what only somebody who looks for a fault wants to know; nil spares the work.
    package let trace: WarningReport?
    /// Takes the times of the steps; nil spares the work.
    package let timeline: Timeline?
    /// What is said with the child.
    package let conversation: Conversation
    /// The bytes of the configuration, for the state directory.
    package let configuration: [UInt8]
    /// What the state file remembers.
    package var record: StateRecord
    package var directory: StateDirectory?
    package private(set) var undos: [Undo] = []

    // What steps make for later ones, besides descriptors.
    package var unit: UnitStart?
    package var cgroup: Cgroup?
    package var networkDevices: NetworkDevices?
    package var resctrl: ResctrlTree?
    package var rootMount: HostRootMount?
    package var notifySocket: NotifySocket?

    /// - Parameter context: what a failed child is called in an error.
    package init(
        _ plan: ContainerPlan, of record: StateRecord, configuration: [UInt8] = [], program: InitProgram = .itself,
        context: StaticString, report: @escaping WarningReport, trace: WarningReport?, timeline: Timeline?
    ) {
        self.plan = plan
        self.record = record
        self.configuration = configuration
        self.report = report
        self.trace = trace
        self.timeline = timeline
        conversation = Conversation(
            plan: plan, slots: slots, program: program, context: context, report: report, trace: trace,
            timeline: timeline)
        for planned in plan.parent { planned.step.note(in: &self.record) }
        self.record.own.undo = []
        for planned in plan.parent { for undo in planned.step.undo { push(undo, to: &self.record.own.undo) } }
    }

    /// Performs the plan.
    ///
    /// - Parameter keeps: when something fails, the state stays, as that of a stopped container that `delete` removes.
    package func perform(keeps: Bool = false) throws(ContainerError) {
        for text in plan.warnings { report(text) }
        for planned in plan.parent {
            do throws(ContainerError) {
                try perform(planned)
            } catch {
                throw takeBack(keeps: keeps, after: error)
            }
        }
        finish()
    }

    /// Performs one step.
    package func perform(_ planned: Planned<any ParentStep>) throws(ContainerError) {
        timeline?.begin(planned.step)
        // Before the step: what it has done when it fails is taken back, too.
        willDo(planned.step.undo)
        do throws(ContainerError) {
            try planned.step.perform(in: self)
        } catch {
            var failure = error.caused(by: planned.origin)
            if conversation.childPID != nil, failure.context.utf8CodeUnitCount == 0 {
                failure.context = planned.step.context
            }
            throw failure
        }
    }

    /// Remembers what takes back what is about to be done.
    package func willDo(_ actions: [Undo]) {
        for undo in actions { push(undo, to: &undos) }
    }

    /// The container is made: others may change it now.
    package func finish() { directory = nil }

    private func push(_ undo: Undo, to undos: inout [Undo]) {
        if !undos.contains(undo) { undos.append(undo) }
    }

    /// Puts the undoing that knows more in the place of the one that was planned.
    package func replace(_ planned: any UndoAction, by known: any UndoAction) {
        undos = undos.map { $0 == Undo(planned) ? Undo(known) : $0 }
        record.own.undo = record.own.undo.map { $0 == Undo(planned) ? Undo(known) : $0 }
    }

    /// Leaves the host as it was, then runs the hooks of the container's end. Gives what there is to say of the failure.
    package func takeBack(keeps: Bool = false, after failure: ContainerError) -> ContainerError {
        let cause = wasKilledForMemory(failure) ? outOfMemory : failure
        let hadChild = conversation.childPID != nil
        do throws(ContainerError) {
            try Undoing(self, keeps: keeps).perform(undos)
        } catch {
            // What is left is found by its id.
            report("unable to remove what was made of the container, which delete has to do: " + error.message)
            return cause
        }
        guard hadChild, !keeps else { return cause }
        for planned in plan.atEnd {
            timeline?.begin(planned.step)
            do throws(ContainerError) { try planned.step.run(pid: nil, report: report) } catch { report(error.message) }
        }
        return cause
    }

    /// Works on the cgroup, if the host has any.
    package func withCgroup(_ body: (inout Cgroup) throws(CgroupError) -> Void) throws(ContainerError) {
        guard var value = cgroup.take() else { return }
        var failure: CgroupError?
        do throws(CgroupError) {
            try body(&value)
        } catch {
            failure = error
        }
        cgroup = consume value
        if let failure { throw ContainerError(failure) }
    }

    private var outOfMemory: ContainerError {
        var error = ContainerError(.childDied, reason: "container init was OOM-killed (memory limit too low?)")
        if let limit = plan.memoryLimit {
            error.origin = Origin(.resources)
            error.member = ".memory.limit"
            error.value = limit
        }
        error.context = "unable to start container process: "
        return error
    }

    /// Whether the child died of the container's memory limit.
    private func wasKilledForMemory(_ error: ContainerError) -> Bool {
        guard directory != nil, error.code == .childDied else { return false }
        // Before its exec the kernel does not kill it, since the runtime's memory is its own.
        if plan.memoryLimit != nil, conversation.death == .exited(SpawnFailure.memory) { return true }
        guard conversation.death == .killed(signal: SignalNumber.kill) else { return false }
        var count: UInt64 = 0
        do throws(ContainerError) {
            try withCgroup { (cgroup) throws(CgroupError) in count = try cgroup.oomKills() ?? 0 }
        } catch {
            return false  // the error that there is already matters more
        }
        return count > 0
    }
}
