import CLinuxKernel

/// Memory that short files are read into, one after the other, without making any for each of them.
package struct FileBuffer: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    /// What was read last.
    package private(set) var bytes: [UInt8] = []

    /// Makes room for `capacity` bytes of a file.
    package init(capacity: Int) {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 8)
    }

    deinit { memory.deallocate() }

    /// Whether there was no room for more, so that more may follow.
    package var isFull: Bool { bytes.count == memory.count }

    /// Takes what one read(2) gives of the file.
    package mutating func read(_ file: borrowing FileDescriptor) throws(Errno) {
        let count = try checkRetrying { linux_read(file.raw, memory.baseAddress, memory.count) }
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }

    /// Takes what is left of the file, up to `limit` bytes altogether; more than that is `EFBIG`.
    package mutating func readRest(_ file: borrowing FileDescriptor, limit: Int) throws(Errno) {
        bytes += try file.readAll(limit: limit - bytes.count, expected: 65536)
    }
}

extension FileDescriptor {
    /// Lends what one read(2) gives, of which nothing is kept; a kilobyte and more is `EFBIG`.
    package func lendShortContent(_ body: (UnsafeRawBufferPointer) -> Void) throws(Errno) {
        var count = 0
        withUnsafeTemporaryAllocation(byteCount: Self.shortContent, alignment: 8) { memory in
            count = retrying { linux_read(raw, memory.baseAddress, memory.count) }
            if count >= 0, count < memory.count { body(UnsafeRawBufferPointer(rebasing: memory[..<count])) }
        }
        try checked(count)
        if count == Self.shortContent { throw .fileTooLarge }
    }

    private static let shortContent = 1024
}
