import ContainerRuntime
import LinuxKernel
import RuntimeSpec

extension Command {
    /// Runs a further process in a container.
    static var exec: Command {
        Command(
            "exec", summary: "run a further process in a container",
            synopsis: "<container-id> <command> [arguments] | --process FILE <container-id>",
            description: """
                Runs a program in the namespaces and the cgroup of a container that is created or
                running. What the flags do not say comes from process in the bundle's config.json.

                In the foreground the exit status is the program's (128 plus the number of the signal
                that killed it), and 255 when it could not be run:

                   # apus exec web ps
                   # apus exec --tty --env TERM=xterm web sh
                """,
            arguments: .atLeast(1), rule: .stopAtFirst,
            flags: [
                .consoleSocket, .pidfdSocket, .cwd, .env, .tty, .user, .additionalGids, .process, .detach, .pidFile,
                .processLabel, .apparmor, .noNewPrivs, .cap, .preserveFDs, .cgroup, .ignorePaused,
                .execWaitFifo,
            ],
            subject: .container
        ) { (invocation) throws(CommandError) in
            do throws(CommandError) {
                return try executeProcess(invocation)
            } catch {
                throw error.prefixed(by: "exec failed: ", status: ExitStatus.execFailure)
            }
        }
    }
}

private func executeProcess(_ invocation: Invocation) throws(CommandError) -> Int32 {
    // First, as in every command: what else is wrong does not matter where there is no container.
    let container = try invocation.container()
    let options: ExecOptions
    do throws(CommandError) {
        options = try execOptions(invocation)
    } catch {
        try checkStatus(of: container, ignoringPaused: invocation.arguments.isOn(.ignorePaused))
        throw error
    }
    do throws(ContainerError) {
        return try container.exec(
            options, report: invocation.report, trace: invocation.trace, timeline: invocation.timeline,
            started: invocation.log.flush, ended: invocation.end)
    } catch {
        throw CommandError(error)
    }
}

/// Fails as the exec itself would if the container takes no further process.
private func checkStatus(of container: Container, ignoringPaused: Bool) throws(CommandError) {
    let status: ContainerStatus
    do throws(ContainerError) {
        status = try container.status()
    } catch {
        throw CommandError(error)
    }
    if status == .stopped { throw CommandError("cannot exec in a stopped container") }
    if status == .paused, !ignoringPaused {
        throw CommandError("cannot exec in a paused container (use --ignore-paused to override)")
    }
}

private func execOptions(_ invocation: Invocation) throws(CommandError) -> ExecOptions {
    let arguments = invocation.arguments
    var options = ExecOptions()
    if let path = arguments.path(.process) {
        options.process = try process(at: path)
    } else {
        options.arguments = Array(arguments.positionals.dropFirst())
        options.workingDirectory = arguments.path(.cwd)
        options.environment = arguments.texts(.env)
        options.terminal = arguments.isOn(.tty)
        if let text = arguments.nonEmptyText(.user) {
            let user = try ExecUser(text)
            options.user = user.user
            options.group = user.group
        }
        options.additionalGroups = try additionalGroups(arguments.integers(.additionalGids))
        options.processLabel = arguments.path(.processLabel)?.bytes
        options.apparmorProfile = arguments.path(.apparmor)?.bytes
        options.noNewPrivileges = arguments.toggle(.noNewPrivs)
        options.capabilities = arguments.texts(.cap).map(\.text)
    }
    options.cgroups = arguments.texts(.cgroup)
    options.ignoresPaused = arguments.isOn(.ignorePaused)
    options.consoleSocket = arguments.path(.consoleSocket)
    options.pidfdSocket = arguments.path(.pidfdSocket)
    options.pidFile = arguments.path(.pidFile)
    options.passedDescriptors = try invocation.descriptors.checked().preserved
    options.detaches = arguments.isOn(.detach)
    options.programName = invocation.programName.text
    options.waitFifo = arguments.path(.execWaitFifo)
    return options
}

/// The process object of a file, which engines write for each call.
private func process(at path: Path) throws(CommandError) -> Process {
    let bytes: [UInt8]
    do throws(Errno) {
        // A pipe, too: `--process <(generate)` of a shell.
        bytes = try readFileOrPipe(path, limit: 16 << 20)
    } catch {
        throw CommandError("open", path, error)
    }
    do throws(SpecError) {
        return try Process(json: bytes)
    } catch {
        throw CommandError(error.text(of: path.text))
    }
}
