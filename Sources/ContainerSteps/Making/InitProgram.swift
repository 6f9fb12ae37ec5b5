import ByteStrings

/// The program that is executed as the child, which becomes the first process of a container.
package enum InitProgram: Hashable, Sendable {
    /// The one that runs already.
    case itself
    /// An installed `apus`, by its path on the host.
    case file(Path)
}
