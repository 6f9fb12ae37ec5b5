import ContainerRuntime
import LinuxKernel

extension Command {
    /// Freezes a container.
    static var pause: Command {
        Command(
            "pause", summary: "freeze all processes of a container", synopsis: "<container-id>",
            description: """
                Stops all processes of a container where they are, until "apus resume". Signals wait, too,
                but for KILL.
                """,
            arguments: .exactly(1), subject: .container
        ) { (invocation) throws(CommandError) in
            let container = try invocation.container()
            do throws(ContainerError) {
                try container.pause()
            } catch {
                if error.errno == .notPermitted || error.errno == .permissionDenied {
                    invocation.log.warning(
                        invocation.programName.text
                            + " pause failure might be caused by lack of full access to cgroups")
                }
                throw CommandError(error)
            }
            return ExitStatus.success
        }
    }
}
