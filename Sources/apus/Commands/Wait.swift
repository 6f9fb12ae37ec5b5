import ContainerRuntime
import LinuxKernel
import StrictJSON

extension Command {
    /// Waits for the end of a container.
    static var wait: Command {
        Command(
            "wait", summary: "wait until a container ends and print its exit status", synopsis: "<container-id>",
            description: """
                Waits until the container's first process has ended, whoever started it, and prints the
                exit status: that of the process, or 128 plus the number of the signal that killed it.

                How a process ended is known to its parent. Somebody else learns it from the kernel while
                the process waits to be reaped and, since Linux 6.15, also later if he waited before that;
                "apus run --keep" leaves it in the state of the container. Where it is not known, nothing
                is printed, and the exit status of this command is 2. It is 1 when the time is over, and
                for other errors.

                To wait for a container named "web", but not longer than a minute:

                   # apus wait --timeout 1m web
                """,
            arguments: .exactly(1), flags: [.timeout, .jsonOutput], subject: .container
        ) { (invocation) throws(CommandError) in
            let timeout = invocation.arguments.nanoseconds(.timeout)
            if let timeout, timeout < 0 { throw CommandError("the timeout must not be negative") }
            let container = try invocation.container()
            let end: ContainerEnd?
            do throws(ContainerError) {
                end = try container.waitForEnd(atMost: timeout.map { UInt64($0) })
            } catch {
                throw CommandError(error)
            }
            guard let end else { throw CommandError("timed out: container " + container.id + " has not ended") }
            guard let status = end.exitStatus else {
                throw CommandError(
                    "container " + container.id + " has ended, but its exit status is not known: "
                        + "nobody who was told has recorded it", status: ExitStatus.unknownEnd)
            }
            let isJSON = invocation.arguments.isOn(.jsonOutput)
            try writeStandardOutput(
                isJSON ? document(container.id, end, status) : Array((String(status) + "\n").utf8))
            return ExitStatus.success
        }
    }
}

private func document(_ id: String, _ end: ContainerEnd, _ status: Int32) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("id")
    writer.string(id)
    writer.key("exitStatus")
    writer.integer(status)
    if case .killed(let signal) = end {
        writer.key("signal")
        writer.integer(signal)
    }
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
}
