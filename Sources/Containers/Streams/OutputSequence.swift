import ContainerInit

/// What a process writes, as an asynchronous sequence of portions of bytes.
///
/// It ends when every writer has closed the pipe, and at the latest, with what is there by then, when the process has ended.
/// One task at a time may read; what is read is gone.
public struct OutputSequence: AsyncSequence, Sendable {
    /// Some bytes, as they came: at least one, at most 65536.
    public typealias Element = [UInt8]
    /// What reading can fail with.
    public typealias Failure = ContainerError

    private let source: ByteSource?

    init(_ source: ByteSource?) { self.source = source }

    /// Reads portions.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        fileprivate let source: ByteSource?

        /// The next portion; nil at the end.
        ///
        /// - Throws: `cancelled` when the task is cancelled.
        public mutating func next() async throws(ContainerError) -> [UInt8]? { try await source?.next() }

        /// The next portion; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(ContainerError) -> [UInt8]? { try await source?.next() }
    }

    /// Makes an iterator.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }

    /// All that is left.
    ///
    /// - Parameter limit: how many bytes it may be.
    /// - Throws: `tooMuchOutput` when it is more; `cancelled` when the task is cancelled.
    public func collect(upTo limit: Int = 1 << 20) async throws(ContainerError) -> ByteString {
        var bytes: [UInt8] = []
        while let portion = try await source?.next() {
            bytes += portion
            guard bytes.count <= limit else {
                throw ContainerError(.tooMuchOutput, exactly: "the process wrote more than \(limit) bytes")
            }
        }
        return ByteString(bytes: bytes)
    }

    /// The output line by line, without the newlines. A line that is longer than `limit` bytes comes in parts.
    public func lines(upTo limit: Int = 65536) -> Lines { Lines(source: source, limit: Swift.max(limit, 1)) }

    /// The lines of an output.
    public struct Lines: AsyncSequence, Sendable {
        /// A line without its newline.
        public typealias Element = ByteString
        /// What reading can fail with.
        public typealias Failure = ContainerError

        fileprivate let source: ByteSource?
        fileprivate let limit: Int

        /// Makes an iterator.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source, limit: limit) }

        /// Reads lines.
        public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
            fileprivate let source: ByteSource?
            fileprivate let limit: Int
            private var held: [UInt8] = []
            private var start = 0

            fileprivate init(source: ByteSource?, limit: Int) {
                self.source = source
                self.limit = limit
            }

            /// The next line; nil at the end.
            public mutating func next() async throws(ContainerError) -> ByteString? {
                var searched = start
                while true {
                    if let end = held[searched...].firstIndex(of: UInt8(ascii: "\n")), end - start <= limit {
                        defer { start = end + 1 }
                        return ByteString(bytes: held[start..<end])
                    }
                    if held.count - start > limit {
                        defer { start += limit }
                        return ByteString(bytes: held[start..<(start + limit)])
                    }
                    held.removeSubrange(..<start)
                    start = 0
                    searched = held.count
                    guard let portion = try await source?.next() else {
                        defer { held = [] }
                        return held.isEmpty ? nil : ByteString(bytes: held)
                    }
                    held += portion
                }
            }

            /// The next line; nil at the end.
            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws(ContainerError) -> ByteString? { try await next() }
        }
    }
}
