import ByteStrings

/// One option of a command, as parsing, help texts, completions and manual pages see it.
struct Flag: Sendable {
    /// The long name, without dashes. It identifies the flag.
    let name: StaticString
    /// The one-letter name; 0 when there is none.
    let short: UInt8
    /// What value it takes.
    let value: Value
    /// One sentence for the help.
    let help: StaticString
    /// How a shell completes the value.
    let completion: Completion
    /// Accepted, but not shown.
    let isHidden: Bool

    init(
        _ name: StaticString, short: Unicode.Scalar? = nil, takes value: Value = .toggle,
        completion: Completion = .nothing, isHidden: Bool = false, _ help: StaticString
    ) {
        self.name = name
        self.short = short.map { UInt8(truncatingIfNeeded: $0.value) } ?? 0
        self.value = value
        self.help = help
        self.completion = completion
        self.isHidden = isHidden
    }

    /// What follows a flag.
    enum Value: Sendable {
        /// Nothing, or `=` and a boolean word.
        case toggle
        /// A text; the last one given counts.
        case text
        /// A text; all that are given count.
        case texts
        /// A whole number; the last one given counts.
        case integer
        /// A whole number; all that are given count.
        case integers
        /// A duration in Go's syntax; the last one given counts.
        case duration
    }

    /// How a shell completes the value of a flag.
    enum Completion: Sendable {
        case nothing
        case file
        case directory
        /// One of these words, separated by blanks.
        case words(StaticString)
    }

    /// The kind of value as the help names it; nil for a toggle.
    var placeholder: StaticString? {
        switch value {
        case .toggle: nil
        case .text, .texts: "string"
        case .integer, .integers: "int"
        case .duration: "duration"
        }
    }

    /// Whether the flag consumes the next argument.
    var takesValue: Bool {
        switch value {
        case .toggle: false
        case .text, .texts, .integer, .integers, .duration: true
        }
    }
}

extension StaticString {
    /// Whether the text is the same, byte for byte.
    func matches(_ text: some StringProtocol) -> Bool {
        withUTF8Buffer { buffer in
            guard buffer.count == text.utf8.count else { return false }
            return buffer.elementsEqual(text.utf8)
        }
    }

    /// Whether the bytes are the same.
    func matches(_ bytes: ArraySlice<UInt8>) -> Bool {
        withUTF8Buffer { $0.count == bytes.count && $0.elementsEqual(bytes) }
    }

    /// Whether the text is the same, byte for byte.
    func matches(_ other: StaticString) -> Bool {
        withUTF8Buffer { mine in
            other.withUTF8Buffer { mine.count == $0.count && mine.elementsEqual($0) }
        }
    }
}
