import CLinuxKernel

/// The two ends of a pipe.
package struct Pipe: ~Copyable, Sendable {
    /// The end to read from.
    package var read: FileDescriptor
    /// The end to write to.
    package var write: FileDescriptor

    /// One of the ends.
    package enum End: Sendable {
        case read
        case write
    }
}

extension Pipe {
    /// Keeps both ends open up to this call. Their numbers do not: what is not named any more on the way that is taken, such as
    /// that of a child, may be closed.
    @inline(never)
    package func keep() {}

    /// Keeps the end to read from and closes the other.
    package consuming func takeRead() -> FileDescriptor { read }

    /// Hands both ends on.
    package consuming func takeEnds<Failure: Error>(
        _ use: (_ read: consuming FileDescriptor, _ write: consuming FileDescriptor) throws(Failure) -> Void
    ) throws(Failure) {
        try use(read, write)
    }
}

extension FileDescriptor {
    /// A pipe: what is written to `write` is read from `read`. See pipe2(2).
    ///
    /// - Parameter nonBlocking: the end whose calls return at once.
    package static func pipe(nonBlocking: Pipe.End? = nil) throws(Errno) -> Pipe {
        var pair: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &pair) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { pair in metered { linux_pipe2(pair, O_CLOEXEC) } }
        }
        try checked(result)
        let pipe = Pipe(read: FileDescriptor(owning: pair.0), write: FileDescriptor(owning: pair.1))
        // A new pipe has no other flags that could be lost.
        switch nonBlocking {
        case .read: try check(linux_fcntl(pipe.read.raw, F_SETFL, Int(O_NONBLOCK)))
        case .write: try check(linux_fcntl(pipe.write.raw, F_SETFL, Int(O_NONBLOCK)))
        case nil: break
        }
        return pipe
    }
}
