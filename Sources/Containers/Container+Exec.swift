import ContainerInit
import ContainerPlan
import ContainerRuntime

extension Container {
    /// Runs one more process in the container, which is created or running.
    ///
    /// - Parameters:
    ///   - arguments: the program, which is looked for in the container's PATH, and its arguments.
    ///   - streams: what it reads and writes.
    ///   - options: what else makes it differ from the process of the container's configuration.
    /// - Returns: the process, which runs.
    /// - Throws: `wrongStatus` for a container that has ended, `programNotFound`, and what the kernel refused.
    public func exec(
        _ arguments: [ByteString], streams: ProcessStreams = .captured, options: ProcessOptions = ProcessOptions()
    ) async throws(ContainerError) -> Execution {
        try await exec(streams, options) {
            $0.args = arguments
            options.change(&$0)
        }
    }

    /// Runs one more process, described in full, in the container.
    ///
    /// What `process` leaves out of capabilities, scheduler, limits and labels is as in the container's configuration.
    public func exec(
        _ process: Process, streams: ProcessStreams = .captured, options: ProcessOptions = ProcessOptions()
    ) async throws(ContainerError) -> Execution {
        try await exec(streams, options) { $0 = process }
    }

    private func exec(
        _ streams: ProcessStreams, _ options: ProcessOptions,
        _ change: @escaping @Sendable (inout Process) -> Void
    ) async throws(ContainerError) -> Execution {
        if Task.isCancelled { throw .cancelled }
        let container = self
        let execution = try await Workers.shared.run { () throws(ContainerError) in
            let diagnostics = container.store.diagnostics
            let prepared = try PreparedStreams(streams)
            var exec = options.options
            exec.passedDescriptors = prepared.extraCount
            let launched = try container.prepared().exec(
                exec, change, files: prepared, report: diagnostics.report(container.id, .exec),
                trace: diagnostics.trace(container.id, .exec))
            return try Execution(launched, prepared)
        }
        if Task.isCancelled {
            do throws(ContainerError) { try execution.send(.kill) } catch { throw .cancelled }
            throw .cancelled
        }
        return execution
    }
}

/// What makes a process of a container differ from the first one.
public struct ProcessOptions: Sendable {
    /// Added behind the environment of the configuration, as `NAME=VALUE`.
    public var environment: [ByteString] = []
    /// Replaces the working directory.
    public var workingDirectory: Path?
    /// Replaces the user and the group.
    public var user: User?
    /// Added to the additional groups.
    public var additionalGroups: [UInt32] = []
    /// Replaces the capabilities.
    public var capabilities: Capabilities?
    /// Replaces the limits of resources.
    public var rlimits: [Rlimit]?
    /// Replaces the AppArmor profile.
    public var apparmorProfile: ByteString?
    /// Replaces the SELinux label.
    public var selinuxLabel: ByteString?
    /// Replaces whether the program can gain privileges by an exec.
    public var noNewPrivileges: Bool?
    /// Whether the process has a terminal of its own: `Execution.terminal`.
    public var terminal = false
    /// The size that the terminal starts with.
    public var consoleSize: ConsoleSize?
    /// The Unix socket that gets the master of the terminal, in place of `Execution.terminal`.
    public var consoleSocket: Path?
    /// The Unix socket that gets a pidfd of the process.
    public var pidfdSocket: Path?
    /// The file that the number of the process is written to.
    public var pidFile: Path?
    /// Cgroups below the container's own, as `[controller,…:]path`.
    public var cgroups: [ByteString] = []
    /// Whether a paused container is no error: the process then waits until it is resumed.
    public var ignoresPaused = false

    /// Makes options that change nothing.
    public init() {}

    func change(_ process: inout Process) {
        process.env += environment
        if let workingDirectory { process.cwd = workingDirectory }
        if let user { process.user = user }
        process.user.additionalGids += additionalGroups
        if let capabilities { process.capabilities = capabilities }
        if let rlimits { process.rlimits = rlimits }
        if let apparmorProfile { process.apparmorProfile = apparmorProfile }
        if let selinuxLabel { process.selinuxLabel = selinuxLabel }
        if let noNewPrivileges { process.noNewPrivileges = noNewPrivileges }
        process.terminal = terminal
        process.consoleSize = consoleSize
    }

    var options: ExecOptions {
        var options = ExecOptions()
        options.consoleSocket = consoleSocket
        options.pidfdSocket = pidfdSocket
        options.pidFile = pidFile
        options.cgroups = cgroups
        options.ignoresPaused = ignoresPaused
        // Whoever has no socket gets the terminal itself.
        options.detaches = consoleSocket != nil
        options.programName = "the library"
        return options
    }
}
