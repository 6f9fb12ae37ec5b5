import ByteStrings
import ContainerRuntime

/// The words that the program was called with.
struct ArgumentVector {
    private let count: Int
    private let words: UnsafePointer<UnsafeMutablePointer<CChar>?>?

    /// Takes what the kernel passes to the entry of a program. See execve(2).
    init(count: Int32, words: UnsafePointer<UnsafeMutablePointer<CChar>?>?) {
        self.count = words == nil ? 0 : Int(count)
        self.words = words
    }

    /// Whether this process is the first of a container in the making, which the runtime starts as `apus init`.
    var isInit: Bool {
        guard count > 1, let word = words?[1] else { return false }
        return word[0] == 0x69 && word[1] == 0x6e && word[2] == 0x69 && word[3] == 0x74 && word[4] == 0
    }

    /// Whether a library asks whether this program is of its own version, before it has it make containers.
    var asksForStamp: Bool {
        guard count == 3, let word = words?[2] else { return false }
        return ByteString(cString: word) == ByteString(InitStamp.question.description)
    }

    /// The arguments of this process as they are, the program's own name first.
    func byteStrings() -> [ByteString] {
        var arguments: [ByteString] = []
        arguments.reserveCapacity(count)
        for index in 0..<count {
            guard let word = words?[index] else { break }
            arguments.append(ByteString(cString: word))
        }
        return arguments
    }
}
