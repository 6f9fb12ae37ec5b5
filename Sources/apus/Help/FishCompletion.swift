extension ShellCompletion {
    /// The script for fish.
    static func fish() -> String {
        var text = """
            # fish completion for apus

            # The words of the line so far that are no flags: the command and its arguments.
            function __apus_words
                set -l isValue no
                for word in (commandline -opc)[2..]
                    if test $isValue = yes
                        set isValue no
                        continue
                    end
                    switch $word
                        case '--*=*'
                        case \(valued.joined(separator: " "))
                            set isValue yes
                        case '-*'
                        case '*'
                            echo $word
                    end
                end
            end

            # Whether the line has a number of such words so far, the first of which is one of some commands.
            function __apus_at
                set -l words (__apus_words)
                test (count $words) -eq $argv[1]; and contains -- $words[1] $argv[2..]
            end

            function __apus_in
                set -l words (__apus_words)
                test (count $words) -gt 0; and test $words[1] = $argv[1]
            end

            function __apus_before_command
                test (count (__apus_words)) -eq 0
            end

            # The containers below the state root that the line names.
            function __apus_containers
                set -l root
                set -l isValue no
                for word in (commandline -opc)
                    if test $isValue = yes
                        set root $word
                        set isValue no
                        continue
                    end
                    switch $word
                        case --root
                            set isValue yes
                        case '--root=*'
                            set root (string replace -- --root= '' $word)
                    end
                end
                if set -q root[1]
                    apus --root (string replace -r '^~' $HOME -- $root) list --quiet 2>/dev/null
                else
                    apus list --quiet 2>/dev/null
                end
            end

            complete -c apus -f

            """
        for flag in visible(global) { text += option(flag, "__apus_before_command") }
        for command in Command.all {
            text += "complete -c apus -n __apus_before_command -a \(command.name)"
            text += " -d '\(quoted(command.summary.description))'\n"
        }
        text += "complete -c apus -n __apus_before_command -a help -d 'show the list of commands or the help of one'\n"
        text += "complete -c apus -n '__apus_at 1 help' -a '\(commandNames.joined(separator: " "))'\n"
        for command in Command.all {
            for flag in visible(command.flags + [.help]) { text += option(flag, "__apus_in \(command.name)") }
        }
        text += "complete -c apus -n '__apus_at 1 \(withIdentifier.joined(separator: " "))'"
        text += " -a '(__apus_containers)' -d container\n"
        for command in withActions {
            text += "complete -c apus -n '__apus_at 1 \(command.name)' -a '\(actions(command))'\n"
            text += "complete -c apus -n '__apus_at 2 \(command.name)' -a '(__apus_containers)' -d container\n"
            text += "complete -c apus -n '__apus_at 3 \(command.name)' -F\n"
        }
        text += "complete -c apus -n '__apus_at 2 \(withSignal.joined(separator: " "))'"
        text += " -a '\(signals.joined(separator: " "))' -d signal\n"
        return text
    }

    /// The flags that take the word behind them. A letter that is a toggle of some command is left out.
    private static var valued: [String] {
        let all = visible(Flag.global + Command.all.flatMap(\.flags))
        let toggles = all.filter { !$0.takesValue }.flatMap(spellings)
        var result: [String] = []
        for spelling in all.filter(\.takesValue).flatMap(spellings)
        where !toggles.contains(spelling) && !result.contains(spelling) { result.append(spelling) }
        return result
    }

    private static func option(_ flag: Flag, _ condition: String) -> String {
        var text = "complete -c apus -n '\(condition)' -l \(flag.name)"
        if let letter = flag.shortText { text += " -s \(letter)" }
        switch flag.completion {
        case .nothing: if flag.takesValue { text += " -x" }
        case .file: text += " -r -F"
        case .directory: text += " -x -a '(__fish_complete_directories)'"
        case .words(let list): text += " -x -a '\(list)'"
        }
        return text + " -d '\(quoted(flag.help.description))'\n"
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        for character in text {
            if character == "'" || character == "\\" { result += "\\" }
            result.append(character)
        }
        return result
    }
}
