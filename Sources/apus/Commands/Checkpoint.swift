import ContainerRuntime
import RuntimeSpec

extension Command {
    /// Saves a running container.
    static var checkpoint: Command {
        Command(
            "checkpoint", summary: "save a running container to disk", synopsis: "<container-id>",
            description: """
                Saves the processes of a running or paused container, with their memory and open files,
                by the program CRIU, and deletes the container unless --leave-running or --pre-dump is
                given. "apus restore" lets it go on, here or on another host:

                   # apus checkpoint --image-path /var/tmp/web web
                   # apus restore --image-path /var/tmp/web --bundle /bundles/web --detach web

                A checkpoint that fails leaves the container as it was. CRIU's log is dump.log in the
                directory of --work-path. Its own options can be set in a file that the annotation
                org.criu.config names, or in /etc/criu/runc.conf.
                """,
            arguments: .exactly(1),
            flags: [
                .imagePath, .workPath, .parentPath, .leaveRunning, .tcpEstablished, .tcpSkipInFlight, .linkRemap,
                .extUnixSk, .shellJob, .lazyPagesOfCheckpoint, .statusFD, .pageServer, .fileLocks, .preDump,
                .manageCgroupsMode, .emptyNamespace, .autoDedup,
            ],
            subject: .container
        ) { (invocation) throws(CommandError) in
            invocation.warnOfRootlessCheckpoint()
            let container = try invocation.container()
            try checkStatus(of: container)
            let options = try checkpointOptions(invocation)
            let progress = ProgressLine(invocation)
            do throws(ContainerError) {
                try container.checkpoint(
                    options, report: invocation.report, timeline: invocation.timeline, progress: progress.show)
            } catch {
                progress.clear()
                throw CommandError(error)
            }
            progress.clear()
            return ExitStatus.success
        }
    }
}

/// Fails as the checkpoint itself would: what else is wrong does not matter then.
private func checkStatus(of container: Container) throws(CommandError) {
    let status: ContainerStatus
    do throws(ContainerError) {
        status = try container.status()
    } catch {
        throw CommandError(error)
    }
    guard status == .running || status == .paused else {
        throw CommandError("Container cannot be checkpointed in " + status.rawValue + " state")
    }
}

private func checkpointOptions(_ invocation: Invocation) throws(CommandError) -> CheckpointOptions {
    let arguments = invocation.arguments
    var options = CheckpointOptions(try CheckpointFlags(arguments).settings)
    options.parentPath = arguments.path(.parentPath)
    options.leavesRunning = arguments.isOn(.leaveRunning)
    options.preDump = arguments.isOn(.preDump)
    options.tcpSkipInFlight = arguments.isOn(.tcpSkipInFlight)
    options.linkRemap = arguments.isOn(.linkRemap)
    options.settings.lazyPages = arguments.isOn(.lazyPagesOfCheckpoint)
    options.pageServer = try CheckpointFlags.pageServer(arguments.bytes(.pageServer))
    if options.settings.lazyPages { options.statusDescriptor = try invocation.descriptors.checked().status }
    return options
}
