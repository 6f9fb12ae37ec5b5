extension FileDescriptor? {
    /// Whether there is one.
    package var exists: Bool {
        switch self {
        case .some: true
        case .none: false
        }
    }

    /// Lends the descriptor, if there is one.
    package func lend<Result: ~Copyable, Failure: Error>(
        _ body: (borrowing FileDescriptor) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        switch self {
        case .some(let descriptor): try body(descriptor)
        case .none: nil
        }
    }
}
