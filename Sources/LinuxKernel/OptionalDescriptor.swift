extension FileDescriptor? {
    /// The number of the descriptor, if there is one.
    package var raw: Int32? {
        switch self {
        case .some(let descriptor): descriptor.raw
        case .none: nil
        }
    }
}
