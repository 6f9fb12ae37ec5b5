/// The two ends of a pipe.
package struct Pipe: ~Copyable, Sendable {
    /// The end to read from.
    package var read: FileDescriptor
    /// The end to write to.
    package var write: FileDescriptor

    init(read: consuming FileDescriptor, write: consuming FileDescriptor) {
        self.read = read
        self.write = write
    }
}

extension Pipe {
    /// Keeps the end to read from and closes the other.
    package consuming func takeRead() -> FileDescriptor { read }
}
