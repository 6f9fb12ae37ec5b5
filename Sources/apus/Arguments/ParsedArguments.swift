import ByteStrings

/// The flags and positional arguments of a command line, flags in the order they were given.
struct ParsedArguments: Sendable {
    var values: [FlagValue] = []
    var positionals: [ByteString] = []

    /// A flag that was given.
    struct FlagValue: Sendable {
        let name: StaticString
        let content: Content

        enum Content: Sendable, Equatable {
            case toggle(Bool)
            case text(ByteString)
            case integer(Int)
            case nanoseconds(Int64)
        }
    }

    /// Whether the flag was given at all, with whatever value.
    func isGiven(_ flag: Flag) -> Bool { last(flag) != nil }

    /// Whether a toggle is on; nil when it was not given.
    func toggle(_ flag: Flag) -> Bool? {
        if case .toggle(let value) = last(flag) { return value }
        return nil
    }

    /// Whether a toggle is on.
    func isOn(_ flag: Flag) -> Bool { toggle(flag) ?? false }

    /// The value of a flag as the caller wrote it; nil when it was not given.
    func bytes(_ flag: Flag) -> ByteString? {
        if case .text(let text) = last(flag) { return text }
        return nil
    }

    /// The value of a flag that takes words; nil when it was not given.
    func text(_ flag: Flag) -> String? { bytes(flag)?.text }

    /// The value of a flag that takes a path; nil when it was not given or is empty.
    func path(_ flag: Flag) -> Path? {
        guard let bytes = bytes(flag), !bytes.isEmpty else { return nil }
        return Path(bytes)
    }

    /// The text of a flag; nil when it was not given or is empty.
    func nonEmptyText(_ flag: Flag) -> String? {
        guard let text = text(flag), !text.isEmpty else { return nil }
        return text
    }

    /// The number of a flag; nil when it was not given.
    func integer(_ flag: Flag) -> Int? {
        if case .integer(let value) = last(flag) { return value }
        return nil
    }

    /// The duration of a flag; nil when it was not given.
    func nanoseconds(_ flag: Flag) -> Int64? {
        if case .nanoseconds(let value) = last(flag) { return value }
        return nil
    }

    /// All texts of a flag that may be repeated.
    func texts(_ flag: Flag) -> [ByteString] {
        var texts: [ByteString] = []
        for value in values where value.name.matches(flag.name) {
            if case .text(let text) = value.content { texts.append(text) }
        }
        return texts
    }

    /// All numbers of a flag that may be repeated.
    func integers(_ flag: Flag) -> [Int] {
        var integers: [Int] = []
        for value in values where value.name.matches(flag.name) {
            if case .integer(let integer) = value.content { integers.append(integer) }
        }
        return integers
    }

    private func last(_ flag: Flag) -> FlagValue.Content? {
        values.last { $0.name.matches(flag.name) }?.content
    }
}
