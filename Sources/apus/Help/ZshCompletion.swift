extension ShellCompletion {
    /// The script for zsh.
    static func zsh() -> String {
        var text = """
            #compdef apus

            _apus_containers() {
                local -a ids
                ids=(${(f)"$(_call_program containers apus ${(q)roots} list --quiet 2>/dev/null)"})
                _describe container ids
            }

            _apus_signals() {
                local -a signals
                signals=(\(signals.joined(separator: " ")))
                _describe signal signals
            }

            _apus() {
                local -a commands globals roots
                local state index
                # The state root, which may stand before the command and behind it.
                for ((index = 2; index < CURRENT; index++)); do
                    case $words[index] in
                        --root) roots=(--root ${~words[index+1]}) ;;
                        --root=*) roots=(--root ${~words[index]#--root=}) ;;
                    esac
                done
                commands=(

            """
        for command in Command.all {
            text += "        '\(command.name):\(zshEscaped(command.summary.description))'\n"
        }
        text += "        'help:show the list of commands or the help of one'\n"
        text += "    )\n    # They may stand behind the command, too.\n    globals=(\n"
        text += specifications(Flag.global).map { "        " + $0 + "\n" }.joined()
        text += "    )\n    _arguments -C $globals \\\n"
        text += lines(specifications([.version]), "        ")
        text += """
                    '(-)1: :->command' '(-)*:: :->arguments'
                case $state in
                    command) _describe command commands ;;
                    arguments)
                        case $words[1] in

            """
        for command in Command.all {
            text += "                \(command.name))\n                    _arguments \(globals(beside: command)) \\\n"
            text += lines(specifications(command.flags), "                        ")
            text += "                        \(positionals(command)) ;;\n"
        }
        text += """
                            help) _arguments '1: :{_describe command commands}' ;;
                        esac ;;
                esac
            }
            _apus "$@"

            """
        return text
    }

    private static func positionals(_ command: Command) -> String {
        if !command.actions.isEmpty {
            return "'1:action:(\(actions(command)))' '2:container:_apus_containers' '3:file:_files' '*: :'"
        }
        if command.takesSignal { return "'1:container:_apus_containers' '2:signal:_apus_signals' '*: :'" }
        return command.subject == .container ? "'1:container:_apus_containers' '*: :'" : "'*: :'"
    }

    /// The global flags without those that mean something else behind the command.
    private static func globals(beside command: Command) -> String {
        let names = command.flags.map { $0.name.description }.filter { name in
            Flag.global.contains { $0.name.matches(name) }
        }
        return names.isEmpty ? "$globals" : "${globals:#(\(names.map { "--" + $0 + "*" }.joined(separator: "|")))}"
    }

    private static func lines(_ specifications: [String], _ indent: String) -> String {
        specifications.map { indent + $0 + " \\\n" }.joined()
    }

    private static func specifications(_ flags: [Flag]) -> [String] {
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
        return lines
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
