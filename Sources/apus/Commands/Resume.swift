import ContainerRuntime

extension Command {
    /// Lets a frozen container go on.
    static var resume: Command {
        Command(
            "resume", summary: "let a paused container go on", synopsis: "<container-id>",
            description: """
                Lets the processes of a container go on that "apus pause" has frozen.
                """,
            arguments: .exactly(1), subject: .container
        ) { (invocation) throws(CommandError) in
            let container = try invocation.container()
            do throws(ContainerError) {
                try container.resume()
            } catch {
                throw CommandError(error)
            }
            return ExitStatus.success
        }
    }
}
