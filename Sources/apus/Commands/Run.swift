import ContainerRuntime

extension Command {
    /// Makes a container, starts it and, unless detached, waits for it.
    static var run: Command {
        Command(
            "run", summary: "create a container, start it and wait for its end", synopsis: "<container-id>",
            description: """
                The id is a name of your choice, unique on this host, of letters, digits and "_+-.".

                Makes the container of a bundle and runs its program. In the foreground, signals and
                the size of the terminal are passed on, the exit status is the program's (128 plus the
                number of the signal that killed it), and the container is deleted when it ends.
                """,
            arguments: .exactly(1),
            flags: [
                .bundle, .configuration, .consoleSocket, .pidfdSocket, .pidFile, .detach, .keep, .noPivot,
                .noNewKeyring,
                .noSubreaper, .preserveFDs,
            ],
            subject: .newContainer
        ) { (invocation) throws(CommandError) in
            do throws(CommandError) {
                return try runContainer(invocation)
            } catch {
                throw error.prefixed(by: "runc run failed: ")
            }
        }
    }
}

private func runContainer(_ invocation: Invocation) throws(CommandError) -> Int32 {
    var request = try ContainerRequest(invocation)
    request.options.detaches = invocation.arguments.isOn(.detach)
    let store = try invocation.store()
    do throws(ContainerError) {
        return try store.run(
            request.identifier, request.options, keeps: invocation.arguments.isOn(.keep),
            isSubreaper: !invocation.arguments.isOn(.noSubreaper), report: invocation.report,
            trace: invocation.trace, timeline: invocation.timeline, started: invocation.log.flush,
            ended: invocation.end)
    } catch {
        throw CommandError(error)
    }
}
