import RuntimeSpec

/// What is said about a word that is no command.
enum UnknownCommand {
    /// What to add to a message about `name`: whose command it is, or which ones are nearly it.
    static func hint(for name: String) -> String {
        if let program = owner(of: name) { return " (a command of " + program + " that apus does not have)" }
        return NearestName.hint(for: name, among: Command.all.map { $0.name.description } + ["help"])
    }

    /// The other runtime that has the command.
    private static func owner(of name: String) -> String? {
        switch name {
        case "checkpoint", "restore": "runc"
        case "mounts": "crun"
        default: nil
        }
    }
}
