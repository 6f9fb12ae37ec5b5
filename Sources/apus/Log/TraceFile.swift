import ContainerRuntime
import LinuxKernel

/// The file that `--trace` names, and the time line that goes there when the command has ended, however it ended.
final class TraceFile {
    let timeline: Timeline
    private let path: Path
    private let file: FileDescriptor
    private let command: String

    /// Opens the file before the command does anything. What is there must be a file and no link, so that in a directory of
    /// others the trace goes nowhere else; its content is replaced at the end.
    init(_ path: Path, command: Command, _ program: ProgramName) throws(CommandError) {
        self.path = path
        self.command = program.text + " " + command.name.description
        do throws(Errno) {
            let flags: OpenFlags = [.writeOnly, .create, .noFollow, .nonBlocking, .noControllingTerminal]
            file = try FileDescriptor.open(path, flags, mode: 0o644)
            let status = try file.status()
            guard status.kind == .regular, status.links == 1 else { throw .invalidArgument }
        } catch {
            throw CommandError("open", path, error)
        }
        timeline = Timeline(command.name, phase: command.name.description)
    }

    /// Writes the time line: a picture where the name ends so, otherwise the JSON of trace viewers.
    func write() throws(CommandError) {
        timeline.end()
        let bytes = path.bytes.hasSuffix(".svg") ? timeline.picture(of: command) : timeline.chromeTrace(of: command)
        do throws(Errno) {
            try file.truncate()
            try file.write(bytes)
        } catch {
            throw CommandError("write", path, error)
        }
    }
}
