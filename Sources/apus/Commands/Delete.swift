import Containers

extension Command {
    /// Removes what is left of a container.
    static var delete: Command {
        Command(
            "delete", summary: "remove a stopped container and all that it holds", synopsis: "<container-id>",
            description: """
                Removes the cgroup and the state of a container that is stopped, or created and not
                started. With --force a container that runs is killed first, and one that does not
                exist is no error.
                """,
            arguments: .exactly(1), flags: [.force], subject: .container
        ) { (invocation) throws(CommandError) in
            let store = try invocation.store()
            do throws(ContainerError) {
                try store.delete(
                    invocation.arguments.positionals[0], force: invocation.arguments.isOn(.force),
                    report: invocation.report)
            } catch {
                throw CommandError(error)
            }
            return ExitStatus.success
        }
    }
}
