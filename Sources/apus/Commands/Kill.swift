import ByteStrings
import ContainerRuntime

extension Command {
    /// Sends a signal to the first process of a container.
    static var kill: Command {
        Command(
            "kill", summary: "send a signal to a container's first process (default: TERM)",
            synopsis: "<container-id> [signal]",
            description: """
                The signal is a number or a name, such as 9, KILL, SIGKILL or RTMIN+3. KILL ends all
                processes of the container, also when it shares its pid namespace.

                To send it to a container named "web":

                   # apus kill web KILL
                """,
            arguments: .between(1, 2), rule: .stopAtFirstExcept("all"), flags: [.killAll], subject: .container,
            takesSignal: true
        ) { (invocation) throws(CommandError) in
            let positionals = invocation.arguments.positionals
            var name = positionals.count > 1 ? positionals[1].text : ""
            if name.isEmpty { name = "TERM" }
            let container = try invocation.container()
            guard let signal = SignalName.number(name) else {
                throw CommandError("unknown signal " + quoted(name))
            }
            invocation.timeline?.begin("send-signal")
            do throws(ContainerError) {
                try container.kill(signal: signal, all: invocation.arguments.isOn(.killAll))
            } catch {
                throw CommandError(error)
            }
            return ExitStatus.success
        }
    }
}
