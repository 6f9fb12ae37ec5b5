import ContainerRuntime

extension Command {
    /// Makes a container from a checkpoint.
    static var restore: Command {
        Command(
            "restore", summary: "restore a container from a checkpoint", synopsis: "<container-id>",
            description: """
                Makes a container from what "apus checkpoint" has saved, by the program CRIU, and lets its
                processes go on. The bundle must have the configuration and the root file system that the
                container had.

                In the foreground, signals and the size of the terminal are passed on, the exit status is
                the program's (128 plus the number of the signal that killed it), and the container is
                deleted when it ends. CRIU's log is restore.log in the directory of --work-path.
                """,
            arguments: .exactly(1),
            flags: [
                .consoleSocket, .imagePath, .workPath, .tcpEstablished, .extUnixSk, .shellJob, .fileLocks,
                .manageCgroupsMode, .bundle, .configuration, .detach, .pidFile, .noSubreaper, .noPivot,
                .emptyNamespace, .autoDedup, .lazyPages, .lsmProfile, .lsmMountContext,
            ],
            subject: .newContainer
        ) { (invocation) throws(CommandError) in
            invocation.warnOfRootlessCheckpoint()
            var request = try ContainerRequest(invocation)
            request.options.detaches = invocation.arguments.isOn(.detach)
            let options = try restoreOptions(invocation)
            let store = try invocation.store()
            let progress = ProgressLine(invocation)
            do throws(ContainerError) {
                return try store.restore(
                    request.identifier, request.options, from: options,
                    isSubreaper: !invocation.arguments.isOn(.noSubreaper), report: invocation.report,
                    trace: invocation.trace, timeline: invocation.timeline, progress: progress.show,
                    started: {
                        progress.clear()
                        invocation.log.flush()
                    })
            } catch {
                progress.clear()
                throw CommandError(error)
            }
        }
    }
}

private func restoreOptions(_ invocation: Invocation) throws(CommandError) -> RestoreOptions {
    let arguments = invocation.arguments
    var options = RestoreOptions(try CheckpointFlags(arguments).settings)
    options.settings.lazyPages = arguments.isOn(.lazyPages)
    options.lsmProfile = arguments.path(.lsmProfile)?.bytes
    options.lsmMountContext = arguments.path(.lsmMountContext)?.bytes
    return options
}
