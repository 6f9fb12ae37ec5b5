import ContainerRuntime

extension Command {
    /// Runs the program of a created container.
    static var start: Command {
        Command(
            "start", summary: "run the program of a created container", synopsis: "<container-id>",
            description: """
                Lets a container that "apus create" has made go on to its program, and returns. An
                error of the program itself is seen on the container's standard error.
                """,
            arguments: .exactly(1), subject: .container
        ) { (invocation) throws(CommandError) in
            let container = try invocation.container()
            do throws(ContainerError) {
                try container.start(
                    notifySocket: Caller.notifySocket, report: invocation.report, timeline: invocation.timeline)
            } catch {
                throw CommandError(error)
            }
            return ExitStatus.success
        }
    }
}
