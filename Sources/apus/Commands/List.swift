import Containers
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
        timeline?.begin("read-directory")
        let identifiers: [String]
        do throws(ContainerError) {
            identifiers = try store.identifiers()
        } catch {
            // Nobody has made a container yet.
            if error.errno == .noSuchFileOrDirectory, !stateRoot.isGiven { return [] }
            throw CommandError(error)
        }
        timeline?.begin("read-users")
        let users = PasswordFile.host
        timeline?.begin("read-states")
        var states: [State] = []
        for identifier in identifiers {
            do throws(ContainerError) {
                let container = try store.load(identifier)
                do throws(ContainerError) {
                    var state = try container.state()
                    state.owner = users.name(of: try store.owner(of: identifier))
                    states.append(state)
                } catch {
                    writeStandardError("status for " + identifier + ": " + error.message + "\n")
                }
            } catch {
                writeStandardError("load container " + identifier + ": " + error.message + "\n")
            }
        }
        return states
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
        return [UInt8](table.text.utf8)
    }

    private var json: [UInt8] {
        var writer = JSONWriter()
        if states.isEmpty {
            writer.null()
        } else {
            writer.beginArray()
            for state in states { writer.raw(state.encoded()) }
            writer.endArray()
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
