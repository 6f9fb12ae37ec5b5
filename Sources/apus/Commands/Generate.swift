import ByteStrings

extension Command {
    /// Prints what belongs to an installation and is made from the flag table. Not listed: it serves `make install`.
    static var generate: Command {
        Command(
            "generate", summary: "print shell completions and manual pages",
            synopsis: "bash|zsh|fish|man [COMMAND]",
            description: """
                Prints the completion script for a shell, or the manual page of the program or of
                one of its commands. All are made from the tables that this help comes from.
                """,
            arguments: .between(1, 2)
        ) { (invocation) throws(CommandError) in
            let positionals = invocation.arguments.positionals.map(\.text)
            switch positionals[0] {
            case "bash": try writeStandardOutput(ShellCompletion.bash())
            case "zsh": try writeStandardOutput(ShellCompletion.zsh())
            case "fish": try writeStandardOutput(ShellCompletion.fish())
            case "man" where positionals.count == 1: try writeStandardOutput(ManualPage.program())
            case "man":
                guard let command = Command.named(positionals[1]) else {
                    throw CommandError("unknown command: " + positionals[1])
                }
                try writeStandardOutput(ManualPage.command(command))
            default: throw CommandError("unknown kind: " + positionals[0])
            }
            return ExitStatus.success
        }
    }
}
