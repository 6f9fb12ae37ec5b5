import ContainerRuntime
import RuntimeSpec

extension Command {
    /// Prints the state of a container.
    static var state: Command {
        Command(
            "state", summary: "show the state of a container", synopsis: "<container-id>",
            description: """
                Prints the state as a JSON document: version, id, process id (0 when stopped), status
                (created, running, paused or stopped), bundle, root filesystem, time of creation and
                annotations.
                """,
            arguments: .exactly(1), subject: .container
        ) { (invocation) throws(CommandError) in
            let store = try invocation.store()
            invocation.timeline?.begin("read-state")
            let state: State
            do throws(ContainerError) {
                state = try store.state(of: invocation.arguments.positionals[0].text)
            } catch {
                throw CommandError(error)
            }
            invocation.timeline?.begin("write-output")
            try writeStandardOutput(state.encoded(.blanks(2)))
            return ExitStatus.success
        }
    }
}
