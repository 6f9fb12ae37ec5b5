import ContainerRuntime
import LinuxKernel

extension Command {
    /// Removes what is left of a container.
    static var delete: Command {
        Command(
            "delete", summary: "remove a stopped container and all that it holds", synopsis: "<container-id>",
            description: """
                Removes the cgroup and the state of a container that is stopped, or created and not
                started. With --force a container that runs is killed first, and one that does not
                exist is no error.

                To delete all containers whose ids begin with "job-":

                   # apus delete --force --regex '^job-'
                """,
            arguments: .exactly(1), flags: [.force, .regularExpression], subject: .container
        ) { (invocation) throws(CommandError) in
            let store = try invocation.store()
            if invocation.arguments.isOn(.regularExpression) {
                try deleteMatching(invocation, in: store)
                return ExitStatus.success
            }
            do throws(ContainerError) {
                try store.delete(
                    invocation.arguments.positionals[0].text, force: invocation.arguments.isOn(.force),
                    report: invocation.report, timeline: invocation.timeline)
            } catch {
                throw CommandError(error)
            }
            return ExitStatus.success
        }
    }
}

/// Deletes all containers whose ids match; one that cannot be deleted does not keep the others.
private func deleteMatching(_ invocation: borrowing Invocation, in store: ContainerStore) throws(CommandError) {
    let text = invocation.arguments.positionals[0]
    let pattern: NamePattern
    do throws(NamePattern.Malformed) {
        pattern = try NamePattern(text)
    } catch {
        throw CommandError("invalid regular expression " + quoted(text) + ": " + error.reason)
    }
    var failure: CommandError?
    do throws(ContainerError) {
        for id in try store.identifiers() where pattern.matches(ByteString(id)) {
            do throws(ContainerError) {
                try store.delete(
                    id, force: invocation.arguments.isOn(.force), report: invocation.report,
                    timeline: invocation.timeline)
            } catch {
                if let failure { invocation.log.warning(failure.message) }
                failure = CommandError(error).prefixed(by: id + ": ")
            }
        }
    } catch {
        throw CommandError(error)
    }
    if let failure { throw failure }
}
