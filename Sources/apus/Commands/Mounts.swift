import ByteStrings
import ContainerRuntime
import LinuxKernel
import RuntimeSpec

extension Command {
    /// Adds mounts to a container that runs, or removes them.
    static var mounts: Command {
        Command(
            "mounts", summary: "add mounts to a container that runs, or remove them",
            synopsis: "add|remove <container-id> <file>",
            description: """
                Makes mounts in a container that is created, running or paused, or takes them away. The
                file, or standard input for "-", holds what stands under mounts in config.json:

                   [
                     {
                       "destination": "/data", "type": "bind", "source": "/srv/data",
                       "options": ["rbind", "ro", "nosuid", "nodev"]
                     },
                     { "destination": "/scratch", "type": "tmpfs", "options": ["size=64m"] }
                   ]

                   # apus mounts add web mounts.json
                   # apus mounts remove web mounts.json

                An object with the member "mounts" is taken, too. All of a file happens or nothing: when a
                mount fails, those before it are taken away again. What is missing at a destination is
                made, and stays. To remove, only the destinations count: the mount on top at each of them
                goes, the last one of the file first; where nothing is mounted, that is an error.

                Destinations are looked for in the container's root, and no link leads out of it. Sources
                are paths of the host. The configuration of the container stays as it is: "apus state" and
                "apus checkpoint" know nothing of these mounts. A container without a mount namespace of
                its own is refused.
                """,
            arguments: .exactly(3), subject: .container, actions: ["add", "remove"]
        ) { (invocation) throws(CommandError) in
            let words = invocation.arguments.positionals
            guard words[0] == "add" || words[0] == "remove" else {
                throw CommandError(
                    "unknown action " + quoted(words[0]) + " of mounts"
                        + NearestName.hint(for: words[0].text, among: ["add", "remove"]))
            }
            let container = try invocation.container(at: 1)
            let mounts = try readMounts(Path(words[2]))
            do throws(ContainerError) {
                if words[0] == "add" {
                    try container.addMounts(
                        mounts, report: invocation.report, trace: invocation.trace, timeline: invocation.timeline)
                } else {
                    try container.removeMounts(
                        mounts, report: invocation.report, trace: invocation.trace, timeline: invocation.timeline)
                }
            } catch {
                throw CommandError(error)
            }
            return ExitStatus.success
        }
    }
}

private func readMounts(_ path: Path) throws(CommandError) -> [Mount] {
    let bytes = try readDocument(path)
    do throws(SpecError) {
        let mounts = try Mount.list(json: bytes)
        guard mounts.isEmpty else { return mounts }
    } catch {
        throw CommandError(error.text(of: nameOfDocument(path)))
    }
    throw CommandError(nameOfDocument(path) + ": there are no mounts in it")
}
