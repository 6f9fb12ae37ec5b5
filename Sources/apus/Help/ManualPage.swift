import ContainerRuntime

/// The manual pages, in man(7), made from the tables that the help texts are made from.
struct ManualPage {
    private var text = ""

    /// The page apus(8).
    static func program() -> String {
        var page = ManualPage()
        page.begin("apus", "runs containers from OCI bundles")
        page.text += ".B apus\n[\\fIglobal options\\fR] \\fIcommand\\fR [\\fIcommand options\\fR] [\\fIarguments\\fR]\n"
        page.heading("DESCRIPTION")
        page.paragraphs(HelpText.programDescription.description)
        page.heading("COMMANDS")
        for command in Command.all {
            page.text += ".TP\n\\fBapus\\-\(escaped(command.name.description))\\fR(8)\n"
            page.text += escaped(command.summary.description) + "\n"
        }
        page.heading("GLOBAL OPTIONS")
        page.options(Flag.global + [.version])
        page.entries("EXIT STATUS", ManualSections.exitStatus)
        page.entries("ENVIRONMENT", ManualSections.environment)
        page.entries("FILES", ManualSections.files)
        page.heading("SEE ALSO")
        page.text +=
            Command.all.map { ".BR apus\\-" + escaped($0.name.description) + " (8)" }.joined(separator: ",\n") + "\n"
        return page.text
    }

    /// The page of a command, such as apus-run(8).
    static func command(_ command: Command) -> String {
        var page = ManualPage()
        let name = command.name.description
        page.begin("apus-" + name, command.summary.description)
        page.text += ".B apus \(escaped(name))\n\(escaped(String(command.usage.drop(while: { $0 == " " }))))\n"
        page.heading("DESCRIPTION")
        page.paragraphs(command.description.description)
        page.heading("OPTIONS")
        page.options(command.flags + [.help])
        page.text += ".P\nThe global options of\n.BR apus (8)\nare accepted too.\n"
        page.heading("SEE ALSO")
        page.text += ".BR apus (8)\n"
        return page.text
    }

    private mutating func begin(_ title: String, _ summary: String) {
        text += ".TH \(Self.escaped(title.uppercased())) 8 \"\" \"apus \(runtimeVersion)\"\n"
        heading("NAME")
        text += Self.escaped(title) + " \\- " + Self.escaped(summary) + "\n"
        heading("SYNOPSIS")
    }

    private mutating func heading(_ title: String) { text += ".SH " + title + "\n" }

    /// Paragraphs are separated by empty lines; indented lines are examples and keep their breaks.
    private mutating func paragraphs(_ content: String) {
        var isExample = false
        // The project's own words.
        for line in content.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                if isExample { text += ".EE\n.RE\n" }
                isExample = false
                text += ".P\n"
            } else if line.hasPrefix("   ") {
                if !isExample { text += ".RS\n.EX\n" }
                isExample = true
                text += Self.escaped(String(line.dropFirst(3))) + "\n"
            } else {
                text += Self.escaped(String(line)) + "\n"
            }
        }
        if isExample { text += ".EE\n.RE\n" }
    }

    private mutating func entries(_ title: String, _ entries: [ManualSections.Entry]) {
        heading(title)
        for entry in entries {
            text += ".TP\n\\fB\(Self.escaped(entry.term.description))\\fR\n"
            // The project's own words.
            for line in entry.meaning.description.split(separator: "\n") { text += Self.escaped(String(line)) + "\n" }
        }
    }

    private mutating func options(_ flags: [Flag]) {
        for flag in flags where !flag.isHidden {
            text += ".TP\n\\fB\\-\\-\(Self.escaped(flag.name.description))\\fR"
            if let letter = flag.shortText { text += ", \\fB\\-\(letter)\\fR" }
            if let placeholder = flag.placeholder { text += " \\fI\(placeholder)\\fR" }
            let help = flag.help.description
            text += "\n" + Self.escaped(help.prefix(1).uppercased() + help.dropFirst()) + ".\n"
        }
    }

    /// Text in which nothing is a request or an escape; `-` stays the character that one can type.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            default: result.append(character)
            }
        }
        if result.hasPrefix(".") || result.hasPrefix("'") { result = "\\&" + result }
        return result
    }
}
