/// The words that the program was called with.
enum ArgumentVector {
    /// A word that is not UTF-8, by its position. The runtime's texts are JSON in the end, which cannot carry it.
    struct InvalidWord: Error {
        let index: Int
    }

    /// Whether this process is the first of a container in the making, which the runtime starts as `apus init`.
    static var isInit: Bool {
        guard CommandLine.argc > 1, let word = CommandLine.unsafeArgv[1] else { return false }
        return word[0] == 0x69 && word[1] == 0x6e && word[2] == 0x69 && word[3] == 0x74 && word[4] == 0
    }

    /// The arguments of this process, the program's own name first.
    static func current() throws(InvalidWord) -> [String] {
        let words = CommandLine.unsafeArgv
        let count = Int(CommandLine.argc)
        var arguments: [String] = []
        arguments.reserveCapacity(count)
        for index in 0..<count {
            guard let word = words[index] else { break }
            guard let text = String(validatingCString: word) else { throw InvalidWord(index: index) }
            arguments.append(text)
        }
        return arguments
    }
}
