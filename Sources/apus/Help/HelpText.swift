import ContainerRuntime

/// The help of the program and of its commands, in the layout that users of runc know.
struct HelpText {
    private(set) var text = ""

    /// The help of the whole program, by the name it was called.
    static func program(_ name: ProgramName = .apus) -> String {
        var help = HelpText()
        help.section("NAME", name.text + " - Open Container Initiative runtime: runs containers from bundles")
        help.text += "\n" + HelpText.programDescription.description + "\n"
        help.section("USAGE", name.text + " [global options] [command [command options]]")
        help.section("VERSION", runtimeVersion.description)
        help.heading("COMMANDS")
        var rows: [Row] = []
        for command in Command.all { rows.append(Row(command.name.description, command.summary.description)) }
        rows.append(Row("help, h", "show the list of commands or the help of one"))
        help.rows(rows)
        help.heading("GLOBAL OPTIONS")
        help.rows(Row.rows(of: Flag.global + [.version]))
        return help.text
    }

    /// The help of one command.
    static func command(_ command: Command, _ program: ProgramName = .apus) -> String {
        var help = HelpText()
        let name = program.text + " " + command.name.description
        help.section("NAME", name + " - " + command.summary.description)
        help.section("USAGE", name + command.usage)
        help.text += "\n" + command.description.description + "\n"
        help.heading("OPTIONS")
        help.rows(Row.rows(of: command.flags + [.help]))
        return help.text
    }

    /// The help of `help` itself, which is no command of the table.
    static func help(_ program: ProgramName = .apus) -> String {
        var help = HelpText()
        help.section("NAME", program.text + " help - show the list of commands or the help of one")
        help.section("USAGE", program.text + " help [command]")
        help.text += "\nThe same as " + program.text + " --help, and " + program.text + " command --help.\n"
        return help.text
    }

    static let programDescription: StaticString = """
        A bundle is a directory with a file config.json and a root filesystem, as the
        runtime specification of the Open Container Initiative defines it. To run one:

           # mkdir -p bundle/rootfs
           # (fill bundle/rootfs with the files of a Linux system)
           # cd bundle && apus spec
           # apus run my-container
        """

    /// A name and what it means.
    struct Row {
        let name: String
        let meaning: String

        init(_ name: String, _ meaning: String) {
            self.name = name
            self.meaning = meaning
        }

        static func rows(of flags: [Flag]) -> [Row] {
            var rows: [Row] = []
            for flag in flags where !flag.isHidden { rows.append(Row(flag.spelling, flag.help.description)) }
            return rows
        }
    }

    private mutating func heading(_ title: String) {
        if !text.isEmpty { text += "\n" }
        text += title
        text += ":\n"
    }

    private mutating func section(_ title: String, _ content: String) {
        heading(title)
        text += "   "
        text += content
        text += "\n"
    }

    private mutating func rows(_ rows: [Row]) {
        var width = 0
        for row in rows { width = max(width, row.name.utf8.count) }
        for row in rows {
            text += "   "
            text += row.name
            text += String(repeating: " ", count: width - row.name.utf8.count + 2)
            text += row.meaning
            text += "\n"
        }
    }
}

extension Flag {
    /// The names with the kind of value: `--bundle string, -b string`.
    var spelling: String {
        var text = "--" + name.description
        if let placeholder { text += " " + placeholder.description }
        guard let letter = shortText else { return text }
        text += ", -" + letter
        if let placeholder { text += " " + placeholder.description }
        return text
    }

    /// The one-letter name as text.
    var shortText: String? {
        short == 0 ? nil : String(Unicode.Scalar(short))
    }
}

extension Command {
    /// What stands behind the name in the usage line.
    var usage: String {
        var text = flags.contains { !$0.isHidden } ? " [options]" : ""
        if synopsis.utf8CodeUnitCount > 0 { text += " " + synopsis.description }
        return text
    }
}
