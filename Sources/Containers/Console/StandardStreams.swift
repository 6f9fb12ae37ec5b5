import Linux

/// Pipes in place of the caller's terminal, for a process that has no terminal of its own.
///
/// A process that holds the caller's terminal could type into it (TIOCSTI) and read what others type; without a terminal
/// it gets pipes, and the caller carries the bytes.
final class StandardStreams {
    private let inputReader: FileDescriptor
    private var inputWriter: FileDescriptor?
    private let output: Pipe
    private let error: Pipe

    /// Makes them if any of the caller's streams is a terminal; nil where the process can have the caller's own.
    static func make() throws(ContainerError) -> StandardStreams? {
        guard isTerminal(0) || isTerminal(1) || isTerminal(2) else { return nil }
        do throws(Errno) {
            return try StandardStreams()
        } catch {
            throw ContainerError(operation: "pipe", errno: error)
        }
    }

    private init() throws(Errno) {
        let input = try FileDescriptor.pipe()
        inputWriter = try input.write.duplicate(atLeast: 10)
        inputReader = input.takeRead()
        output = try FileDescriptor.pipe()
        error = try FileDescriptor.pipe()
    }

    /// Puts the process's ends where the child takes them.
    func hand(to descriptors: DescriptorTable) throws(ContainerError) {
        let ends = [inputReader.raw, output.write.raw, error.write.raw]
        for (number, raw) in ends.enumerated() {
            descriptors.fill(
                .standardStream(Int32(number)),
                try attempt("dup") { () throws(Errno) in try FileDescriptor.duplicating(raw, atLeast: 10) })
        }
    }

    /// What carries the bytes; the first one towards the process.
    var relays: [ByteRelay] {
        [
            ByteRelay(from: 0, to: inputWriter.raw ?? -1), ByteRelay(from: output.read.raw, to: 1),
            ByteRelay(from: error.read.raw, to: 2),
        ]
    }

    /// Lets the process see the end of its input.
    func closeInput() { inputWriter = nil }
}
