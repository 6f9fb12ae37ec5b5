import ByteStrings
import ContainerRuntime
import RuntimeSpec

/// Where flags may stand among the arguments of a command.
enum PositionalRule: Sendable {
    /// Anywhere.
    case interspersed
    /// Before the first positional argument only.
    case stopAtFirst
    /// Before the first positional argument, and behind it the flag with this name.
    case stopAtFirstExcept(StaticString)
}

/// A command line that does not fit the flag table.
struct UsageError: Error, Equatable {
    let message: String
}

/// The grammar of flags: one or two dashes, `--flag value` and `--flag=value`, `-it` for `-i -t`, `--` as the end.
struct ArgumentParser {
    /// The flags that may occur.
    let flags: [Flag]
    /// Where they may occur.
    let rule: PositionalRule

    /// Reads `words` from `start` on into `result`.
    ///
    /// With `untilPositional` it stops before the first positional argument and returns the position of that one.
    func parse(
        _ words: [ByteString], from start: Int, into result: inout ParsedArguments, untilPositional: Bool = false
    ) throws(UsageError) -> Int {
        var index = start
        var flagsEnded = false
        while index < words.count {
            let word = words[index]
            if flagsEnded || !isFlag(word) {
                if untilPositional { return index }
                result.positionals.append(word)
                index += 1
                continue
            }
            if word == "--" {
                index += 1
                // Behind the first positional argument, `--` is one of the command that is to be run.
                if case .stopAtFirst = rule, result.positionals.count > 1 {
                    result.positionals.append(word)
                } else if untilPositional {
                    return index
                }
                flagsEnded = true
                continue
            }
            if !result.positionals.isEmpty, !mayFollowPositional(word) {
                result.positionals.append(word)
                if case .stopAtFirst = rule { flagsEnded = true }
                index += 1
                continue
            }
            index = try parseFlag(words, at: index, into: &result)
        }
        return index
    }

    private func isFlag(_ word: ByteString) -> Bool { word.count > 1 && word.first == UInt8(ascii: "-") }

    private func mayFollowPositional(_ word: ByteString) -> Bool {
        switch rule {
        case .interspersed: return true
        case .stopAtFirst: return false
        case .stopAtFirstExcept(let name):
            let (flagName, _, _) = split(word)
            guard let flag = find(flagName) else { return false }
            return flag.name.matches(name) || flag.name.matches(Flag.help.name)
        }
    }

    private func find(_ name: ArraySlice<UInt8>) -> Flag? {
        for flag in flags where flag.name.matches(name) { return flag }
        guard name.count == 1, let letter = name.first else { return nil }
        return find(letter)
    }

    private func find(_ letter: UInt8) -> Flag? {
        for flag in flags where flag.short == letter { return flag }
        return nil
    }

    /// The name in `word`, the text behind `=`, and the number of dashes.
    private func split(_ word: ByteString) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>?, dashes: Int) {
        let dashes = word.count > 1 && word[1] == UInt8(ascii: "-") ? 2 : 1
        let rest = word[dashes..<word.count]
        guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return (rest, nil, dashes) }
        return (rest[..<equals], rest[(equals + 1)...], dashes)
    }

    private func parseFlag(
        _ words: [ByteString], at position: Int, into result: inout ParsedArguments
    ) throws(UsageError) -> Int {
        let word = words[position]
        let (name, value, dashes) = split(word)
        guard let first = name.first, first != UInt8(ascii: "-") else {
            throw UsageError(message: "bad flag syntax: " + word)
        }
        var flag = find(name)
        if flag == nil, dashes == 1 { flag = try parseLetters(name, into: &result) }
        guard let flag else { throw unknown(ByteString(bytes: name)) }
        if let value {
            try add(flag, ByteString(bytes: name), ByteString(bytes: value), into: &result)
            return position + 1
        }
        if !flag.takesValue {
            result.values.append(ParsedArguments.FlagValue(name: flag.name, content: .toggle(true)))
            return position + 1
        }
        guard position + 1 < words.count else { throw UsageError(message: "flag needs an argument: " + word) }
        try add(flag, ByteString(bytes: name), words[position + 1], into: &result)
        return position + 2
    }

    /// Reads `it` as `i` and `t`: all but the last must be toggles, which are set; the last is returned.
    private func parseLetters(_ letters: ArraySlice<UInt8>, into result: inout ParsedArguments) throws(UsageError)
        -> Flag?
    {
        guard letters.count > 1 else { return nil }
        var toggles: [Flag] = []
        for letter in letters.dropLast() {
            guard let flag = find(letter), !flag.takesValue else { return nil }
            toggles.append(flag)
        }
        guard let last = letters.last, let flag = find(last) else { return nil }
        for toggle in toggles {
            result.values.append(ParsedArguments.FlagValue(name: toggle.name, content: .toggle(true)))
        }
        return flag
    }

    private func add(
        _ flag: Flag, _ name: ByteString, _ text: ByteString, into result: inout ParsedArguments
    ) throws(UsageError) {
        let content: ParsedArguments.FlagValue.Content
        switch flag.value {
        case .toggle:
            guard let value = GoSyntax.bool(text.text) else { throw invalid(name, text, "parse error") }
            content = .toggle(value)
        case .text, .texts:
            content = .text(text)
        case .integer, .integers:
            do throws(GoSyntax.NumberError) {
                content = .integer(try GoSyntax.integer(text.text))
            } catch {
                throw invalid(name, text, "strconv.ParseInt: parsing " + quoted(text) + ": " + error.text)
            }
        case .duration:
            do throws(GoDuration.Malformed) {
                content = .nanoseconds(try GoDuration.nanoseconds(text.text))
            } catch {
                throw invalid(name, text, error.message)
            }
        }
        result.values.append(ParsedArguments.FlagValue(name: flag.name, content: content))
    }

    private func unknown(_ name: ByteString) -> UsageError {
        let names = flags.filter { !$0.isHidden }.map { $0.name.description }
        let near = name.count > 1 ? NearestName.matches(for: name.text, among: names).map { "--" + $0 } : []
        let hint = near.isEmpty ? "" : " (did you mean " + near.joined(separator: " or ") + "?)"
        return UsageError(message: "flag provided but not defined: -" + name + hint)
    }

    private func invalid(_ name: ByteString, _ text: ByteString, _ reason: String) -> UsageError {
        UsageError(message: "invalid value " + quoted(text) + " for flag -" + name + ": " + reason)
    }
}
