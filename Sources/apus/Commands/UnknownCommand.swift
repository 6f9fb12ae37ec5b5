import RuntimeSpec

/// What is said about a word that is no command.
enum UnknownCommand {
    /// What to add to a message about `name`: the commands that are nearly it.
    static func hint(for name: String) -> String {
        NearestName.hint(for: name, among: Command.all.map { $0.name.description } + ["help"])
    }
}
