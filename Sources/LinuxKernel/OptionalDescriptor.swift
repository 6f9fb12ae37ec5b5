extension FileDescriptor? {
    /// The number of the descriptor, if there is one.
    package var raw: Int32? {
        switch self {
        case .some(let descriptor): descriptor.raw
        case .none: nil
        }
    }

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
