import ContainerInit

/// Writes what a process reads as its standard input.
public struct InputWriter: Sendable {
    private let sink: ByteSink?

    init(_ sink: ByteSink?) { self.sink = sink }

    /// Writes all of `bytes`, as fast as the process reads them. Of several tasks one writes after the other.
    ///
    /// - Throws: an error with the errno `brokenPipe` when the process has closed its input or has ended, or when its input
    ///   is no pipe; `cancelled` when the task is cancelled.
    public func write(_ bytes: some Sequence<UInt8>) async throws(ContainerError) {
        guard let sink else {
            throw ContainerError(
                operation: "write", subject: "the input of a process", errno: .brokenPipe, reason: "it is no pipe",
                remedy: "make the process with the input .pipe")
        }
        try await sink.write(Array(bytes))
    }

    /// Writes a text in UTF-8.
    public func write(_ text: String) async throws(ContainerError) { try await write(text.utf8) }

    /// Closes the input: the process reads its end. More than once is no error.
    public func finish() { sink?.close() }
}
