extension ShellCompletion {
    /// The script for bash.
    static func bash() -> String {
        var text = """
            # bash completion for apus

            _apus() {
                local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} prefix=''
                local command='' count=0 index name value step words=() options='' roots=()
                # "--flag=value" is three words where "=" separates words, else one.
                if [[ $word == = ]]; then
                    word=''
                elif [[ $previous == = ]]; then
                    previous=${COMP_WORDS[COMP_CWORD-2]}
                elif [[ $word == --*=* ]]; then
                    previous=${word%%=*} prefix=${word%%=*}= word=${word#*=}
                fi
                # The command, how many arguments it has so far, and the state root.
                for ((index = 1; index < COMP_CWORD; index += step + 1)); do
                    name=${COMP_WORDS[index]} value=${COMP_WORDS[index+1]} step=0
                    if [[ $name == -* && $value == = ]]; then
                        value=${COMP_WORDS[index+2]} step=2
                    elif [[ $name == --*=* ]]; then
                        value=${name#*=} name=${name%%=*}
                    else
                        case $command:$name in
                            \(valuedPatterns.joined(separator: "|"))) step=1 ;;
                        esac
                    fi
                    case $name in
                        --root) roots=(--root "${value/#\\~/$HOME}") ;;
                        -*) ;;
                        *) if [[ -z $command ]]; then command=$name; else ((count += 1)); fi ;;
                    esac
                done
                case $command:$previous in

            """
        for command in Command.all { text += values(command.name.description, command.flags) }
        text += values("*", Flag.global)
        text += "        *)\n            case $command in\n"
        text += "                '') options='\(flags(global))'\n"
        text += "                    words=(\((commandNames + ["help"]).joined(separator: " "))) ;;\n"
        text += "                help) ((count == 0)) && words=(\(commandNames.joined(separator: " "))) ;;\n"
        for command in Command.all {
            text += "                \(command.name)) options='\(flags(command.flags + [.help]))' ;;\n"
        }
        text += """
                        esac
                        case $command:$count in
                            \(positionsOfIdentifier.joined(separator: "|")))
                                mapfile -t words < <(apus "${roots[@]}" list --quiet 2>/dev/null) ;;
                            \(withSignal.map { $0 + ":1" }.joined(separator: "|")))
                                words=(\(signals.joined(separator: " "))) ;;
                            \(withActions.map { "\($0.name):2" }.joined(separator: "|")))
                                mapfile -t words < <(compgen -f -- "$word") ;;
            \(casesOfActions)
                        esac
                        if [[ $word == -* ]]; then
                            mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
                        else
                            mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$word")
                        fi ;;
                esac
                [[ -z $prefix ]] || COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
            }
            complete -F _apus apus

            """
        return text
    }

    /// Where the id of a container stands: the command and how many arguments are before it.
    private static var positionsOfIdentifier: [String] {
        withIdentifier.map { $0 + ":0" } + withActions.map { "\($0.name):1" }
    }

    private static var casesOfActions: String {
        withActions.map { "                \($0.name):0) words=(\(actions($0))) ;;" }.joined(separator: "\n")
    }

    /// The flags that take the word behind them, each with its command in front.
    private static var valuedPatterns: [String] {
        var patterns: [String] = []
        for command in Command.all {
            for flag in visible(command.flags) where flag.takesValue {
                patterns += spellings(flag).map { command.name.description + ":" + $0 }
            }
        }
        for flag in visible(Flag.global) where flag.takesValue { patterns += spellings(flag).map { "*:" + $0 } }
        return patterns
    }

    /// What completes the values of flags.
    private static func values(_ command: String, _ flags: [Flag]) -> String {
        var text = ""
        for flag in visible(flags) where flag.takesValue {
            let patterns = spellings(flag).map { command + ":" + $0 }.joined(separator: "|")
            let action: String
            switch flag.completion {
            case .nothing: action = "COMPREPLY=()"
            case .file: action = "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
            case .directory: action = "mapfile -t COMPREPLY < <(compgen -d -- \"$word\")"
            case .words(let list): action = "mapfile -t COMPREPLY < <(compgen -W '\(list)' -- \"$word\")"
            }
            text += "        \(patterns)) \(action) ;;\n"
        }
        return text
    }

    private static func flags(_ flags: [Flag]) -> String {
        visible(flags).map { "--" + $0.name.description }.joined(separator: " ")
    }
}
