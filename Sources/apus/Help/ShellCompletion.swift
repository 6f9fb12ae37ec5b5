/// Completion scripts for shells, made from the flag table.
///
/// The ids of containers come from `apus list --quiet`.
enum ShellCompletion {
    /// The commands that take the id of a container first.
    private static var withIdentifier: [Command] {
        Command.all.filter { $0.subject == .container }
    }

    private static func visible(_ flags: [Flag]) -> [Flag] { flags.filter { !$0.isHidden } }

    private static func words(_ flags: [Flag]) -> String {
        visible(flags).map { "--" + $0.name.description }.joined(separator: " ")
    }

    /// The script for bash.
    static func bash() -> String {
        var text = """
            # bash completion for apus

            _apus() {
                local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command='' index
                local words=() options='' roots=()
                for ((index = 1; index < COMP_CWORD; index++)); do
                    case ${COMP_WORDS[index]} in
                        --root) roots=(--root "${COMP_WORDS[index+1]}") ;;
                        \(Command.all.map(\.name.description).joined(separator: "|"))|help)
                            command=${COMP_WORDS[index]}
                            break ;;
                    esac
                done
                case $command:$previous in

            """
        func values(_ pattern: String, _ flags: [Flag]) {
            for flag in visible(flags) where flag.takesValue {
                var patterns = [pattern + ":--" + flag.name.description]
                if let letter = flag.shortText { patterns.append(pattern + ":-" + letter) }
                let action: String
                switch flag.completion {
                case .nothing: action = "COMPREPLY=()"
                case .file: action = "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
                case .directory: action = "mapfile -t COMPREPLY < <(compgen -d -- \"$word\")"
                case .words(let list): action = "mapfile -t COMPREPLY < <(compgen -W '\(list)' -- \"$word\")"
                }
                text += "        \(patterns.joined(separator: "|"))) \(action); return ;;\n"
            }
        }
        for command in Command.all { values(command.name.description, command.flags) }
        values("*", Flag.global)
        text += "    esac\n    case $command in\n"
        text += "        '') options='\(words(Flag.global + [.version]))'\n"
        text += "            words=(\((Command.all.map(\.name.description) + ["help"]).joined(separator: " "))) ;;\n"
        text += "        help) words=(\(Command.all.map(\.name.description).joined(separator: " "))) ;;\n"
        for command in Command.all {
            text += "        \(command.name)) options='\(words(command.flags + [.help]))' ;;\n"
        }
        text += """
                esac
                case $command in
                    \(withIdentifier.map(\.name.description).joined(separator: "|")))
                        mapfile -t words < <(apus "${roots[@]}" list --quiet 2>/dev/null) ;;
                esac
                if [[ $word == -* ]]; then
                    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
                else
                    mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$word")
                fi
            }
            complete -F _apus apus

            """
        return text
    }

    /// The script for zsh.
    static func zsh() -> String {
        func specifications(_ flags: [Flag], _ indent: String) -> String {
            var lines: [String] = []
            for flag in visible(flags) {
                let help = zshEscaped(flag.help.description)
                var action = ""
                switch flag.completion {
                case .nothing: if flag.takesValue { action = ":\(flag.placeholder ?? "value"): " }
                case .file: action = ":file:_files"
                case .directory: action = ":directory:_files -/"
                case .words(let list): action = ":\(flag.name):(\(list))"
                }
                let long = "--\(flag.name)" + (flag.takesValue ? "=" : "")
                if let letter = flag.shortText {
                    lines.append("'(-\(letter) --\(flag.name))'{-\(letter),\(long)}'[\(help)]\(action)'")
                } else {
                    lines.append("'\(long)[\(help)]\(action)'")
                }
            }
            return lines.map { indent + $0 + " \\\n" }.joined()
        }
        var text = """
            #compdef apus

            _apus_containers() {
                local -a ids
                ids=(${(f)"$(apus list --quiet 2>/dev/null)"})
                _describe container ids
            }

            _apus() {
                local -a commands
                local state
                commands=(

            """
        for command in Command.all {
            text += "        '\(command.name):\(zshEscaped(command.summary.description))'\n"
        }
        text += "    )\n    _arguments -C \\\n"
        text += specifications(Flag.global + [.version], "        ")
        text += """
                    '1: :->command' '*:: :->arguments'
                case $state in
                    command) _describe command commands ;;
                    arguments)
                        case $words[1] in

            """
        for command in Command.all {
            text += "                \(command.name))\n                    _arguments \\\n"
            text += specifications(command.flags + [.help], "                        ")
            let takesIdentifier = withIdentifier.contains { $0.name.matches(command.name) }
            text +=
                "                        \(takesIdentifier ? "'1:container:_apus_containers' '*: :'" : "'*: :'") ;;\n"
        }
        text += """
                        esac ;;
                esac
            }
            _apus "$@"

            """
        return text
    }

    /// The script for fish.
    static func fish() -> String {
        var text = "# fish completion for apus\n\ncomplete -c apus -f\n"
        func option(_ flag: Flag, _ condition: String) {
            text += "complete -c apus -n '\(condition)' -l \(flag.name)"
            if let letter = flag.shortText { text += " -s \(letter)" }
            switch flag.completion {
            case .nothing: if flag.takesValue { text += " -x" }
            case .file: text += " -r -F"
            case .directory: text += " -x -a '(__fish_complete_directories)'"
            case .words(let list): text += " -x -a '\(list)'"
            }
            text += " -d '\(quoted(flag.help.description))'\n"
        }
        for flag in visible(Flag.global + [.version]) { option(flag, "__fish_use_subcommand") }
        for command in Command.all {
            text += "complete -c apus -n __fish_use_subcommand -a \(command.name)"
            text += " -d '\(quoted(command.summary.description))'\n"
        }
        for command in Command.all {
            let condition = "__fish_seen_subcommand_from \(command.name)"
            for flag in visible(command.flags + [.help]) { option(flag, condition) }
        }
        let commands = withIdentifier.map(\.name.description).joined(separator: " ")
        text += "complete -c apus -n '__fish_seen_subcommand_from \(commands)'"
        text += " -a '(apus list --quiet 2>/dev/null)' -d container\n"
        return text
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        for character in text {
            if character == "'" || character == "\\" { result += "\\" }
            result.append(character)
        }
        return result
    }

    private static func zshEscaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "'": result += "'\\''"
            case ":", "[", "]", "\\":
                result += "\\"
                result.append(character)
            default: result.append(character)
            }
        }
        return result
    }
}
