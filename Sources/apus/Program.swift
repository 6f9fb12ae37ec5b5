import ContainerRuntime
import LinuxKernel

/// The way from the words of the command line to a command, and from its result to an exit status.
struct Program {
    private let words: [ByteString]
    private let log = Log()
    private var arguments = ParsedArguments()
    private var traceFile: TraceFile?

    init(_ words: [ByteString]) {
        self.words = words
    }

    private var name: String { words.first?.text ?? "apus" }
    private var programName: ProgramName { ProgramName(word: words.first ?? "apus") }

    /// Does what the words say and returns the exit status.
    mutating func run() -> Int32 {
        let status = runCommand()
        guard let traceFile else { return status }
        do throws(CommandError) {
            try traceFile.write()
            return status
        } catch {
            log.failure(error)
            return status == ExitStatus.success ? error.status : status
        }
    }

    private mutating func runCommand() -> Int32 {
        do throws(CommandError) {
            return try dispatch()
        } catch {
            log.failure(error)
            return error.status
        }
    }

    private mutating func dispatch() throws(CommandError) -> Int32 {
        let position: Int
        do throws(UsageError) {
            let parser = ArgumentParser(flags: Flag.global + [.version], rule: .stopAtFirst)
            position = try parser.parse(words, from: 1, into: &arguments, untilPositional: true)
        } catch {
            return try incorrectUsage(error, help: HelpText.program(programName))
        }
        if arguments.isOn(.help) { return try show(HelpText.program(programName)) }
        if arguments.isOn(.version) { return try show(versionText(programName)) }
        guard position < words.count else { return try show(HelpText.program(programName)) }
        if words[position] == "help" || words[position] == "h" { return try help(from: position + 1) }
        guard let command = Command.named(words[position].text) else { throw try unknown(words[position].text) }
        return try run(command, from: position + 1)
    }

    private mutating func run(_ command: Command, from position: Int) throws(CommandError) -> Int32 {
        do throws(UsageError) {
            let parser = ArgumentParser(flags: command.flags + Flag.global, rule: command.rule)
            _ = try parser.parse(words, from: position, into: &arguments)
        } catch {
            return try incorrectUsage(error, help: HelpText.command(command, programName))
        }
        if arguments.isOn(.help) { return try show(HelpText.command(command, programName)) }
        // Before the log takes a number that a missing descriptor would have had.
        let descriptors = PassedDescriptors(
            preserving: arguments.integer(.preserveFDs) ?? 0, takesActivated: command.subject == .newContainer,
            status: arguments.integer(.statusFD))
        try log.configure(arguments)
        if let path = arguments.path(.trace) { traceFile = try TraceFile(path, command: command, programName) }
        let stateRoot = try StateRoot(arguments)
        if let complaint = command.arguments.complaint(about: arguments.positionals.count) {
            try writeStandardOutput("Incorrect Usage.\n\n" + HelpText.command(command, programName))
            throw CommandError(name + ": " + quoted(command.name.description) + " " + complaint)
        }
        if let path = arguments.text(.criu), !path.isEmpty {
            log.warning("--criu is ignored: criu is found in PATH")
        }
        let invocation = Invocation(
            programName: programName, arguments: arguments, log: log, stateRoot: stateRoot, descriptors: descriptors,
            commandName: command.name, timeline: traceFile?.timeline)
        let status = try command.run(invocation)
        log.flush()
        return status
    }

    /// `help` and `help COMMAND`.
    private mutating func help(from position: Int) throws(CommandError) -> Int32 {
        var topics = ParsedArguments()
        do throws(UsageError) {
            _ = try ArgumentParser(flags: Flag.global, rule: .interspersed).parse(words, from: position, into: &topics)
        } catch {
            return try incorrectUsage(error, help: HelpText.program(programName))
        }
        guard let topic = topics.positionals.first else { return try show(HelpText.program(programName)) }
        if topic == "help" || topic == "h" { return try show(HelpText.help(programName)) }
        guard let command = Command.named(topic.text) else { throw try unknown(topic.text) }
        return try show(HelpText.command(command, programName))
    }

    private func show(_ text: String) throws(CommandError) -> Int32 {
        try writeStandardOutput(text)
        return ExitStatus.success
    }

    private func unknown(_ topic: String) throws(CommandError) -> CommandError {
        try log.configure(arguments)
        return CommandError(
            "No help topic for '" + topic + "'" + UnknownCommand.hint(for: topic), status: ExitStatus.unknownCommand)
    }

    /// A wrong flag: the help goes to standard output, the reason to standard error. The log file is left alone, since
    /// the flag that names it may be the wrong one.
    private func incorrectUsage(_ error: UsageError, help: String) throws(CommandError) -> Int32 {
        writeStandardError("Incorrect Usage: " + error.message + "\n\n")
        try writeStandardOutput(help)
        throw CommandError(error.message)
    }
}
