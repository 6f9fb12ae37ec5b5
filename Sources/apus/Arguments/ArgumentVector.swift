/// The words that the program was called with.
enum ArgumentVector {
    /// A word that is not UTF-8, by its position. The runtime's texts are JSON in the end, which cannot carry it.
    struct InvalidWord: Error {
        let index: Int
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
