import ContainerRuntime
import LinuxKernel

/// One call of a command: what was asked, and where to report.
struct Invocation {
    /// The name that messages have for the program.
    let programName: ProgramName
    /// The flags, and the positional arguments of the command.
    let arguments: ParsedArguments
    /// Where to report.
    let log: Log
    /// The directory of the containers' state; made only by commands that use it.
    let stateRoot: StateRoot
    /// What the caller passes on to the container.
    let descriptors: PassedDescriptors
    /// What the command is called.
    let commandName: StaticString
    /// Takes the time of what is done; nil when nobody asked.
    let timeline: Timeline?
}

extension Invocation {
    /// The containers below the state root, which is made when it is an ordinary user's default.
    func store() throws(CommandError) -> ContainerStore {
        try stateRoot.prepare()
        return ContainerStore(root: stateRoot.path, trustsAnnotations: arguments.isOn(.trustAnnotations))
    }

    /// The container that a positional argument names, usually the first.
    func container(at position: Int = 0) throws(CommandError) -> Container {
        let store = try store()
        timeline?.begin("read-state")
        defer { timeline?.begin(commandName) }
        do throws(ContainerError) {
            return try store.load(arguments.positionals[position].text)
        } catch {
            throw CommandError(error)
        }
    }

    /// Ends the process where nothing but that is left to do: what is open closes with it. A trace still has to be written.
    func end(with status: Int32) {
        guard timeline == nil else { return }
        log.flush()
        exitProcess(status)
    }

    /// Takes the warnings of the library.
    var report: WarningReport {
        { [log] message in log.warning(message) }
    }

    /// Takes what the library tells for the search of faults; nil when nobody asked.
    var trace: WarningReport? {
        guard log.isDebugging else { return nil }
        return { [log] message in log.debug(message) }
    }
}
