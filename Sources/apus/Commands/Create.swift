import ContainerRuntime

extension Command {
    /// Makes a container that waits for `start`.
    static var create: Command {
        Command(
            "create", summary: "create a container", synopsis: "<container-id>",
            description: """
                The id is a name of your choice, unique on this host, of letters, digits and "_+-.".

                Makes the container of a bundle and leaves it waiting in front of its program, which
                "apus start" then runs. The bundle's config.json names the program in process.args;
                "apus spec" writes a configuration to begin with.
                """,
            arguments: .exactly(1),
            flags: [
                .bundle, .configuration, .consoleSocket, .pidfdSocket, .pidFile, .noPivot, .noNewKeyring, .preserveFDs,
            ],
            subject: .newContainer
        ) { (invocation) throws(CommandError) in
            do throws(CommandError) {
                return try createContainer(invocation)
            } catch {
                throw error.prefixed(by: "runc create failed: ")
            }
        }
    }
}

private func createContainer(_ invocation: Invocation) throws(CommandError) -> Int32 {
    let request = try ContainerRequest(invocation)
    let store = try invocation.store()
    do throws(ContainerError) {
        try store.create(
            request.identifier, request.options, report: invocation.report, trace: invocation.trace,
            timeline: invocation.timeline, ended: { invocation.end(with: ExitStatus.success) })
    } catch {
        throw CommandError(error)
    }
    return ExitStatus.success
}
