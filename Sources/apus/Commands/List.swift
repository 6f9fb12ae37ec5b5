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
            let containers = try invocation.containers()
            invocation.timeline?.begin("write-output")
            try writeStandardOutput(try containers.bytes(invocation.arguments))
            return ExitStatus.success
        }
    }
}

extension Invocation {
    /// All containers; what is wrong with an entry goes to standard error and hides only that entry.
    fileprivate func containers() throws(CommandError) -> ContainerList {
        let store = try store()
        timeline?.begin("read-states")
        let entries: [ContainerStore.Entry]
        do throws(ContainerError) {
            entries = try store.entries { writeStandardError($0 + "\n") }
        } catch {
            // Nobody has made a container yet.
            if error.errno == .noSuchFileOrDirectory, !stateRoot.isGiven { return ContainerList([]) }
            throw CommandError(error)
        }
        return ContainerList(entries)
    }
}

/// The forms that `list` prints.
struct ContainerList {
    private let entries: [ContainerStore.Entry]

    init(_ entries: [ContainerStore.Entry]) {
        self.entries = entries
    }

    /// Gives the index of each container and the name of its owner to `body`.
    private func forEach(_ body: (Int, String) -> Void) {
        let users = PasswordFile.host
        // Most containers have one owner, who is looked up once.
        var known: (user: UInt32, name: String)?
        for index in entries.indices {
            let user = entries[index].owner
            let name = known.flatMap { $0.user == user ? $0.name : nil } ?? users.name(of: user)
            known = (user, name)
            body(index, name)
        }
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
        for entry in entries {
            bytes += entry.state.id.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private var table: [UInt8] {
        var table = TextTable(headings: ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"])
        forEach { (index, owner) in
            table.append(entries[index].state.id)
            table.append(String(entries[index].state.pid ?? 0))
            table.append(entries[index].state.status.rawValue)
            table.append(entries[index].state.bundle)
            table.append(entries[index].state.created ?? "")
            table.append(owner)
        }
        return table.text
    }

    private var json: [UInt8] {
        var writer = JSONWriter()
        if entries.isEmpty {
            writer.null()
        } else {
            writer.beginArray()
            forEach { (index, owner) in
                var state = entries[index].state
                state.owner = owner
                writer.value(encoded: state.encoded())
            }
            writer.endArray()
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
