/// Completion scripts for shells, made from the flag table.
///
/// The ids of containers come from `apus list --quiet`, below the state root that the line has so far.
enum ShellCompletion {
    /// The names of the commands that take the id of a container first.
    static var withIdentifier: [String] {
        Command.all.filter { $0.subject == .container && $0.actions.isEmpty }.map { $0.name.description }
    }

    /// Those that take the word for an action before it, and a file behind it.
    static var withActions: [Command] { Command.all.filter { !$0.actions.isEmpty } }

    /// The actions of a command, with blanks between them.
    static func actions(_ command: Command) -> String {
        command.actions.map(\.description).joined(separator: " ")
    }

    /// The names of those that take a signal behind it.
    static var withSignal: [String] { Command.all.filter(\.takesSignal).map { $0.name.description } }

    static var commandNames: [String] { Command.all.map { $0.name.description } }

    static var signals: [String] { SignalName.standard.map { $0.description } }

    static func visible(_ flags: [Flag]) -> [Flag] { flags.filter { !$0.isHidden } }

    /// The flags that stand before a command, and behind it.
    static var global: [Flag] { Flag.global + [.version] }

    /// The two spellings of a flag.
    static func spellings(_ flag: Flag) -> [String] {
        var spellings = ["--" + flag.name.description]
        if let letter = flag.shortText { spellings.append("-" + letter) }
        return spellings
    }
}
