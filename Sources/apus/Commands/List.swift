import ContainerRuntime
import LinuxKernel
import RuntimeSpec
import StrictJSON

extension Command {
    /// Lists the containers of a state root.
    static var list: Command {
        Command(
            "list", summary: "list the containers below the state root",
            description: """
                Lists the containers whose state lies below the directory of --root, sorted by id. Those
                of other programs, such as docker, have a root of their own:

                   # apus --root /run/docker/runtime-runc/moby list
                """,
            arguments: .none, flags: [.listFormat, .quiet]
        ) { (invocation) throws(CommandError) in
            let states = try invocation.states()
            invocation.timeline?.begin("write-output")
            try writeStandardOutput(try ContainerList(states).bytes(invocation.arguments))
            return ExitStatus.success
        }
    }
}

extension Invocation {
    /// The states of all containers; what is wrong with an entry goes to standard error and hides only that entry.
    fileprivate func states() throws(CommandError) -> [State] {
        let store = try store()
        timeline?.begin("read-states")
        let entries: [ContainerStore.Entry]
        do throws(ContainerError) {
            entries = try store.entries { writeStandardError($0 + "\n") }
        } catch {
            // Nobody has made a container yet.
            if error.errno == .noSuchFileOrDirectory, !stateRoot.isGiven { return [] }
            throw CommandError(error)
        }
        timeline?.begin("read-users")
        let users = PasswordFile.host
        // Most containers have one owner.
        var known: (user: UInt32, name: String)?
        return entries.map { entry in
            var state = entry.state
            let name = known.flatMap { $0.user == entry.owner ? $0.name : nil } ?? users.name(of: entry.owner)
            known = (entry.owner, name)
            state.owner = name
            return state
        }
    }
}

/// The forms that `list` prints.
struct ContainerList {
    private let states: [State]

    init(_ states: [State]) {
        self.states = states
    }

    /// The form that the flags ask for; ids win over a format.
    func bytes(_ arguments: ParsedArguments) throws(CommandError) -> [UInt8] {
        if arguments.isOn(.quiet) { return identifiers }
        switch arguments.text(.listFormat) ?? "table" {
        case "table": return table
        case "json": return json
        default: throw CommandError("invalid format option")
        }
    }

    private var identifiers: [UInt8] {
        var bytes: [UInt8] = []
        for state in states {
            bytes += state.id.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private var table: [UInt8] {
        var table = TextTable(headings: ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"])
        for state in states {
            table.append([
                state.id, String(state.pid ?? 0), state.status.rawValue, state.bundle.text, state.created ?? "",
                state.owner ?? "",
            ])
        }
        return table.text
    }

    private var json: [UInt8] {
        var writer = JSONWriter()
        if states.isEmpty {
            writer.null()
        } else {
            writer.beginArray()
            for state in states { writer.value(encoded: state.encoded()) }
            writer.endArray()
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
