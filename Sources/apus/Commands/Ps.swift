import ContainerRuntime
import LinuxKernel
import StrictJSON

extension Command {
    /// Lists the processes of a container.
    static var ps: Command {
        Command(
            "ps", summary: "list the processes of a container", synopsis: "<container-id> [options of ps]",
            description: """
                Runs the host's ps, with the options behind the id (default: -ef), and prints those of its
                lines that are about processes of the container. With --format json only the process ids
                are printed.
                """,
            arguments: .atLeast(1), rule: .stopAtFirst, flags: [.psFormat], subject: .container
        ) { (invocation) throws(CommandError) in
            let container = try invocation.container()
            let processes: [Int32]
            do throws(ContainerError) {
                processes = try container.processes()
            } catch {
                throw CommandError(error)
            }
            switch invocation.arguments.text(.psFormat) ?? "table" {
            case "json": try writeStandardOutput(json(processes))
            case "table":
                let options = Array(invocation.arguments.positionals.dropFirst())
                let output = try runPs(options.isEmpty ? ["-ef"] : options)
                try writeStandardOutput(try ProcessTable(output).lines(about: processes).bytes)
            default: throw CommandError("invalid format option")
            }
            return ExitStatus.success
        }
    }
}

private func json(_ processes: [Int32]) -> [UInt8] {
    var writer = JSONWriter()
    if processes.isEmpty {
        writer.null()
    } else {
        writer.beginArray()
        for process in processes { writer.integer(process) }
        writer.endArray()
    }
    return writer.bytes + [UInt8(ascii: "\n")]
}

/// What ps printed, with the column that holds the process ids.
struct ProcessTable {
    private let header: ArraySlice<UInt8>
    private let rows: [ArraySlice<UInt8>]
    private let column: Int

    /// Finds the column called `PID`.
    init(_ output: ByteString) throws(CommandError) {
        let lines = output.split(separator: UInt8(ascii: "\n"))
        header = lines.first ?? []
        rows = Array(lines.dropFirst())
        guard let column = Self.fields(of: header).firstIndex(where: { $0.elementsEqual("PID".utf8) }) else {
            throw CommandError("couldn't find PID field in ps output")
        }
        self.column = column
    }

    /// The header and the lines about `processes`.
    func lines(about processes: [Int32]) throws(CommandError) -> ByteString {
        let wanted = Set(processes)
        var lines = header + [UInt8(ascii: "\n")]
        for row in rows {
            let fields = Self.fields(of: row)
            guard fields.count > column else { continue }
            let field = ByteString(bytes: fields[column]).text
            guard let process = Int32(field) else { throw CommandError("unable to parse pid: " + quoted(field)) }
            if wanted.contains(process) { lines += row + [UInt8(ascii: "\n")] }
        }
        return ByteString(bytes: lines)
    }

    private static func fields(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }
}

/// What the host's ps prints.
private func runPs(_ options: [ByteString]) throws(CommandError) -> ByteString {
    let environment = environmentVariables()
    let path: Path
    do throws(ContainerError) {
        path = try ProgramLookup(environment: environment).find("ps")
    } catch {
        throw CommandError(error.reason)
    }
    let output: ByteString
    let status: ProcessStatus
    do throws(Errno) {
        let program = try LaunchedProgram.start(
            path, arguments: ["ps"] + options, environment: environment, input: [], directory: nil)
        output = ByteString(bytes: try program.readAllOutput())
        status = try program.process.reap()
    } catch {
        throw CommandError("fork/exec", path, error)
    }
    switch status {
    case .exited(0): return output
    case .exited(let code): throw CommandError("exit status " + String(code) + ": " + output)
    case .killed(let signal): throw CommandError("signal: " + String(signal) + ": " + output)
    }
}
