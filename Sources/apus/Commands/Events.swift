import ContainerRuntime
import LinuxKernel

extension Command {
    /// Prints what happens to a container and what the kernel has counted for it.
    static var events: Command {
        Command(
            "events", summary: "show the statistics of a container, and when it runs out of memory",
            synopsis: "<container-id>",
            description: """
                Prints the statistics of a container after each interval, and a line whenever it runs
                out of memory, until it ends or nobody reads any more. Each line is a JSON object. With
                --stats the statistics are printed once.

                With --format prometheus the statistics are metrics in the text format of Prometheus,
                whose label "id" names the container, and an empty line ends those of one moment.

                To give a monitor the metrics of a container named "web" through a file:

                   # apus events --stats --format prometheus web > web.prom
                """,
            arguments: .exactly(1), flags: [.stats, .interval, .eventsFormat], subject: .container
        ) { (invocation) throws(CommandError) in
            let container = try invocation.container()
            let interval = invocation.arguments.nanoseconds(.interval) ?? 5_000_000_000
            guard interval > 0 else { throw CommandError("duration interval must be greater than 0") }
            var stream = EventStream(container, format: try EventStream.Format(invocation.arguments))
            do throws(ContainerError) {
                try container.needLife()
                if invocation.arguments.isOn(.stats) {
                    try stream.write(stream.statistics())
                } else {
                    try stream.run(every: UInt64(interval), log: invocation.log)
                }
            } catch {
                throw CommandError(error)
            }
            return ExitStatus.success
        }
    }
}
