import CLinuxKernel

/// Reads a regular file of at most `limit` bytes.
///
/// The file is opened without blocking and must be regular, so that a fifo or a device never hangs the runtime.
package func readRegularFile(
    _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, limit: Int
) throws(Errno) -> [UInt8] {
    try readRegularFile(try FileDescriptor.open(path, at: directory, .withoutWaiting), limit: limit)
}

/// Reads a file that was opened without waiting: all that is left of it, if it is a regular one of at most `limit` bytes.
package func readRegularFile(_ file: borrowing FileDescriptor, limit: Int) throws(Errno) -> [UInt8] {
    let status = try file.status()
    guard status.kind == .regular else { throw status.kind == .directory ? .isDirectory : .invalidArgument }
    guard status.size <= limit else { throw .fileTooLarge }
    let bytes = try file.read(count: max(status.size + 1, 4096))
    // There was room for more.
    if status.size > 0, bytes.count == status.size { return bytes }
    let rest = bytes.isEmpty ? [] : try file.readAll(limit: limit)
    guard bytes.count + rest.count <= limit else { throw .fileTooLarge }
    return bytes + rest
}

/// Reads a file or, to its end, a pipe that the caller of the program named.
package func readFileOrPipe(_ path: Path, limit: Int) throws(Errno) -> [UInt8] {
    let file = try FileDescriptor.open(path, .noControllingTerminal)
    let status = try file.status()
    guard status.kind == .regular || status.kind == .fifo else {
        throw status.kind == .directory ? .isDirectory : .invalidArgument
    }
    return try file.readAll(limit: limit)
}

/// Reads a small file of a kernel file system (proc, sysfs, cgroup) without its last newline.
///
/// - Parameter isOneRecord: the kernel writes the file as a whole, so that a read which leaves room for more has come to the
///   end. Of a file of records, such as `cgroup.procs`, a read may leave the room that the next one does not fit in.
package func readKernelFile(
    _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, limit: Int = 1 << 20,
    isOneRecord: Bool = false
) throws(Errno) -> ByteString {
    let file = try FileDescriptor.open(path, at: directory, .readOnly)
    var bytes = try file.read(count: 4096)
    if bytes.count == 4096 || !isOneRecord && !bytes.isEmpty { bytes += try file.readAll(limit: limit) }
    if bytes.count > limit { throw .fileTooLarge }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return ByteString(bytes: bytes)
}

/// Writes `text` with a single write(2), as files of proc, sysfs and cgroup want it.
package func writeKernelFile(
    _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, _ text: ByteString
) throws(Errno) {
    let file = try FileDescriptor.open(path, at: directory, .writeOnly)
    try file.writeOnce(text)
}

extension FileDescriptor {
    /// Reads at most `count` bytes; an empty result means the end. See read(2).
    package func read(count: Int) throws(Errno) -> [UInt8] {
        try filledBytes(upTo: count) { buffer in retrying { linux_read(raw, buffer, count) } }
    }

    /// Reads all that is left of the file, up to `limit` bytes; more than that is `EFBIG`.
    package func readAll(limit: Int, expected: Int = 4096) throws(Errno) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(expected + 1)
        while true {
            let part = try read(count: max(expected, 4096))
            if part.isEmpty { return bytes }
            bytes += part
            if bytes.count > limit { throw .fileTooLarge }
        }
    }

    /// Reads `count` bytes from the front of the file, whatever its offset. See pread(2).
    package func readFromStart(count: Int, offset: Int = 0) throws(Errno) -> [UInt8] {
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, size in
            while size < count {
                let result = metered {
                    linux_pread(raw, buffer.baseAddress?.advanced(by: size), count - size, off_t(offset + size))
                }
                if result == -Int(EINTR) { continue }
                if result < 0 { failure = Errno(rawValue: Int32(-result)) }
                if result <= 0 { return }
                size += result
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Reads all of an open kernel file again from its start, as one string.
    package func readAgain(limit: Int = 4096) throws(Errno) -> ByteString {
        ByteString(bytes: try filledBytes(upTo: limit) { buffer in retrying { linux_pread(raw, buffer, limit, 0) } })
    }

    /// Takes all content away. See ftruncate(2).
    package func truncate() throws(Errno) { try check(linux_ftruncate(raw, 0)) }

    /// Writes all of `bytes`. See write(2).
    package func write(_ bytes: [UInt8]) throws(Errno) {
        var offset = 0
        while offset < bytes.count { offset += try writeSome(bytes, from: offset) }
    }

    /// Writes all of `bytes` from `start` on; what is before that reads as zeros. See pwrite(2).
    package func write(_ bytes: [UInt8], skipping start: Int) throws(Errno) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.count - offset
            offset += try checkRetrying {
                bytes.withUnsafeBytes {
                    linux_pwrite(raw, $0.baseAddress?.advanced(by: offset), count, off_t(start + offset))
                }
            }
        }
    }

    /// Writes what the file takes at once of the bytes from `start` on; gives the number of bytes. See write(2).
    package func writeSome(_ bytes: [UInt8], from start: Int, atMost most: Int = .max) throws(Errno) -> Int {
        let count = min(most, bytes.count - start)
        return try checkRetrying {
            bytes.withUnsafeBytes { linux_write(raw, $0.baseAddress?.advanced(by: start), count) }
        }
    }

    /// Writes `text` with a single write(2); a short write is `EIO`.
    package func writeOnce(_ text: ByteString) throws(Errno) {
        let count = text.count
        let written = try checkRetrying { text.withCString { linux_write(raw, $0, count) } }
        guard written == count else { throw .inputOutput }
    }

    /// Copies at most `count` bytes of `source` to the end of this file and returns how many; zero means the end. See
    /// sendfile(2).
    package func sendFile(from source: borrowing FileDescriptor, count: Int) throws(Errno) -> Int {
        try checkRetrying { linux_sendfile(raw, source.raw, count) }
    }

    /// Maps the first `count` bytes of the file, for reading and writing, shared with whoever has the file. See mmap(2).
    package func mapShared(count: Int) throws(Errno) -> UnsafeMutableRawBufferPointer {
        var start: UnsafeMutableRawPointer?
        try check(linux_mmap_shared(raw, count, &start))
        return UnsafeMutableRawBufferPointer(start: start, count: count)
    }
}
