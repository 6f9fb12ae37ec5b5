import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// What a process gets from its maker in place of the maker's own standard streams and descriptors.
package protocol ProcessFiles {
    /// Puts the ends of the process into their slots.
    ///
    /// - Parameters:
    ///   - owner: the host's ids of the container's root, to whom they belong at first.
    ///   - hasTerminal: the process gets a terminal in place of the streams.
    func hand(to slots: Slots, owner: (user: UInt32, group: UInt32), hasTerminal: Bool) throws(ContainerError)
}

extension ContainerStore {
    /// Makes a container that waits for its start, for a caller that keeps its first process.
    package func create(
        _ id: String, _ source: ConfigurationSource, _ options: CreateOptions, files: any ProcessFiles,
        report: @escaping WarningReport, trace: WarningReport?
    ) throws(ContainerError) -> (container: Container, launched: Launched) {
        let (creation, making) = try prepare(
            id, source, options, startsAtOnce: false, files: files, report: report, trace: trace)
        do throws(ContainerError) {
            try making.perform()
        } catch {
            throw error.located(in: creation.spec)
        }
        return (creation.container(making), Launched(making.conversation))
    }

    /// Plans a container whose first process gets `files`.
    private func prepare(
        _ id: String, _ source: ConfigurationSource, _ options: CreateOptions, startsAtOnce: Bool,
        files: any ProcessFiles, report: @escaping WarningReport, trace: WarningReport?
    ) throws(ContainerError) -> (creation: Creation, making: Making) {
        let creation = try Creation(
            store: self, id: id, source: source, options: options, startsAtOnce: startsAtOnce, report: report,
            timeline: nil)
        let making = creation.making(report: report, trace: trace, timeline: nil)
        try files.hand(
            to: making.slots, owner: NamespacePlan.rootOwner(creation.spec),
            hasTerminal: creation.spec.process?.terminal ?? false)
        return (creation, making)
    }

    /// Makes a container go on from images of CRIU, for a caller that keeps its first process.
    package func restore(
        _ id: String, _ source: ConfigurationSource, _ options: CreateOptions, from restore: RestoreOptions,
        files: any ProcessFiles, report: @escaping WarningReport, trace: WarningReport?
    ) throws(ContainerError) -> (container: Container, launched: Launched) {
        let (creation, making) = try prepare(
            id, source, options, startsAtOnce: true, files: files, report: report, trace: trace)
        let restoration = Restoration(creation, making, restore, progress: { trace?($0) })
        try restoration.perform(streams: nil)
        let container = creation.container(making)
        do throws(ContainerError) {
            try container.runPoststartHooks(creation.plan.afterStart, report, nil)
        } catch {
            destroy(container, report, nil)
            throw error
        }
        return (container, Launched(making.conversation, terminal: restoration.takeTerminal()))
    }
}

extension Container {
    /// Runs one more process in the container, for a caller that keeps it.
    ///
    /// - Parameter change: makes the process from that of the container's configuration.
    package func exec(
        _ options: ExecOptions, _ change: (inout Process) -> Void, files: any ProcessFiles,
        report: @escaping WarningReport, trace: WarningReport?
    ) throws(ContainerError) -> Launched {
        try waitForUpdate()
        try checkStatus(for: options)
        let saved = try savedConfiguration()
        var options = options
        var process = saved.spec.process ?? Process(args: [], cwd: "/")
        process.terminal = false
        process.consoleSize = nil
        change(&process)
        options.process = process
        process = try ExecProcess(container: self, saved: saved, options: options).process
        var spec = saved.spec
        spec.process = process
        let making = try making(of: process, spec, options, report: report, trace: trace, timeline: nil)
        try files.hand(to: making.slots, owner: NamespacePlan.rootOwner(spec), hasTerminal: process.terminal)
        try making.perform()
        let conversation = making.conversation
        do throws(ContainerError) {
            let signal = try StartSignal(over: conversation)
            try conversation.withChild { (child) throws(ContainerError) in
                try signal.give(to: child, waits: conversation.finalWord != nil)
            }
            try FinalWord.check(conversation.finalWord)
        } catch {
            conversation.killChild()
            throw error
        }
        return Launched(conversation)
    }
}

/// A process that was made for a program which goes on beside it: what its maker gets of it.
package final class Launched {
    private let conversation: Conversation
    private var terminal: SharedDescriptor?

    init(_ conversation: Conversation, terminal: SharedDescriptor? = nil) {
        self.conversation = conversation
        self.terminal = terminal
        // Nothing here waits for the program to run, so that it could be let go of then.
        _ = conversation.takeExecutable()
    }

    /// The process, which is a child of this one; nil for whoever comes second.
    package func takeProcess() -> ProcessHandle? { conversation.takeChild() }

    /// The master of its terminal, if it has one that nobody else got.
    package func takeTerminal() -> SharedDescriptor? { terminal.take() ?? conversation.takeTerminal() }

    /// Where a process leaves what its filter may keep it from saying.
    package func takeFinalWord() -> SharedDescriptor? { conversation.takeFinalWord() }
}
