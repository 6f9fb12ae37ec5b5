import CLinuxKernel

/// Reads at most `count` bytes of `descriptor`; an empty result means the end.
package func read(_ descriptor: Int32, count: Int) throws(Errno) -> [UInt8] {
    var failure: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, size in
        do throws(Errno) {
            size = try checkRetrying { linux_read(descriptor, buffer.baseAddress, count) }
        } catch {
            failure = error
        }
    }
    if let failure { throw failure }
    return bytes
}

/// Reads all of `descriptor` up to `limit` bytes; more than that is `EFBIG`.
package func readAll(_ descriptor: Int32, limit: Int, expected: Int = 4096) throws(Errno) -> [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(expected + 1)
    while true {
        let part = try read(descriptor, count: max(expected, 4096))
        if part.isEmpty { return bytes }
        bytes += part
        if bytes.count > limit { throw Errno(rawValue: EFBIG) }
    }
}

/// Reads a regular file of at most `limit` bytes.
///
/// The file is opened without blocking and must be regular, so that a fifo or a device never hangs the runtime.
package func readRegularFile(
    _ path: Path, at directory: Int32 = workingDirectory, limit: Int
) throws(Errno) -> [UInt8] {
    let file = try FileDescriptor.open(path, at: directory, [.nonBlocking, .noControllingTerminal])
    let status = try file.status()
    guard status.kind == .regular else { throw status.kind == .directory ? .isDirectory : .invalidArgument }
    guard status.size <= limit else { throw Errno(rawValue: EFBIG) }
    return try readAll(file.raw, limit: limit, expected: status.size + 1)
}

/// Reads a file or, to its end, a pipe that the caller of the program named.
package func readFileOrPipe(_ path: Path, limit: Int) throws(Errno) -> [UInt8] {
    let file = try FileDescriptor.open(path, .noControllingTerminal)
    let status = try file.status()
    guard status.kind == .regular || status.kind == .fifo else {
        throw status.kind == .directory ? .isDirectory : .invalidArgument
    }
    return try readAll(file.raw, limit: limit)
}

/// Reads a small file of a kernel file system (proc, sysfs, cgroup) without its last newline.
package func readKernelFile(
    _ path: Path, at directory: Int32 = workingDirectory, limit: Int = 1 << 20
) throws(Errno) -> ByteString {
    let file = try FileDescriptor.open(path, at: directory, .readOnly)
    var bytes = try readAll(file.raw, limit: limit)
    if bytes.last == 10 { bytes.removeLast() }
    return ByteString(bytes: bytes)
}

/// Writes all of `bytes`.
package func write(_ bytes: [UInt8], to descriptor: Int32) throws(Errno) {
    var offset = 0
    while offset < bytes.count {
        let count = bytes.count - offset
        offset += try checkRetrying {
            bytes.withUnsafeBytes { linux_write(descriptor, $0.baseAddress?.advanced(by: offset), count) }
        }
    }
}

/// Writes `text` with a single write(2), as files of proc, sysfs and cgroup want it.
package func writeKernelFile(
    _ path: Path, at directory: Int32 = workingDirectory, _ text: ByteString
) throws(Errno) {
    let file = try FileDescriptor.open(path, at: directory, .writeOnly)
    try writeOnce(text, to: file.raw)
}

/// Writes `text` with a single write(2); a short write is `EIO`.
package func writeOnce(_ text: ByteString, to descriptor: Int32) throws(Errno) {
    let count = text.count
    let written = try checkRetrying {
        text.withCString { linux_write(descriptor, $0, count) }
    }
    guard written == count else { throw .inputOutput }
}

/// What a file is. See inode(7).
package enum FileKind: UInt32, Sendable {
    case fifo = 0o010000
    case characterDevice = 0o020000
    case directory = 0o040000
    case blockDevice = 0o060000
    case regular = 0o100000
    case symbolicLink = 0o120000
    case socket = 0o140000
    case unknown = 0
}

/// The facts of stat(2) that a runtime asks for.
package struct FileStatus: Sendable {
    package let kind: FileKind
    /// The permission bits, without the kind.
    package let permissions: UInt32
    package let user: UInt32
    package let group: UInt32
    package let device: UInt64
    package let inode: UInt64
    /// The device number of a device node.
    package let represents: UInt64
    package let size: Int
    package let links: UInt64

    init(_ raw: stat) {
        kind = FileKind(rawValue: raw.st_mode & 0o170000) ?? .unknown
        permissions = raw.st_mode & 0o7777
        user = raw.st_uid
        group = raw.st_gid
        device = UInt64(raw.st_dev)
        inode = UInt64(raw.st_ino)
        represents = UInt64(raw.st_rdev)
        size = Int(raw.st_size)
        links = UInt64(raw.st_nlink)
    }

    /// The major and minor number of a device node.
    package var deviceNumber: (major: UInt32, minor: UInt32) {
        (linux_major(dev_t(represents)), linux_minor(dev_t(represents)))
    }
}

extension FileDescriptor {
    /// The facts of the open file. See fstat(2).
    package func status() throws(Errno) -> FileStatus { try fileStatus(of: raw) }

    /// The magic number of the file system that holds the open file. See statfs(2).
    package func fileSystemKind() throws(Errno) -> FileSystemKind { try LinuxKernel.fileSystemKind(of: raw) }
}

/// The facts of the file behind `descriptor`.
package func fileStatus(of descriptor: Int32) throws(Errno) -> FileStatus {
    var raw = stat()
    try check(linux_fstat(descriptor, &raw))
    return FileStatus(raw)
}

/// The facts of `path`; of the link itself unless `followingLinks`.
package func fileStatus(
    _ path: Path, at directory: Int32 = workingDirectory, followingLinks: Bool = true
) throws(Errno) -> FileStatus {
    var raw = stat()
    try check(path.withCString { linux_fstatat(directory, $0, &raw, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW) })
    return FileStatus(raw)
}

/// The type of a mounted file system by its magic number. See statfs(2).
package struct FileSystemKind: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let cgroup2 = FileSystemKind(rawValue: 0x6367_7270)
    package static let cgroup = FileSystemKind(rawValue: 0x27_e0eb)
    package static let tmpfs = FileSystemKind(rawValue: 0x0102_1994)
    package static let proc = FileSystemKind(rawValue: 0x9fa0)
    package static let nsfs = FileSystemKind(rawValue: 0x6e73_6673)
    package static let devpts = FileSystemKind(rawValue: 0x1cd1)
    package static let selinux = FileSystemKind(rawValue: 0xf97c_ff8c)
    package static let resctrl = FileSystemKind(rawValue: 0x765_5821)
}

package func fileSystemKind(of descriptor: Int32) throws(Errno) -> FileSystemKind {
    var raw = statfs()
    try check(linux_fstatfs(descriptor, &raw))
    return FileSystemKind(rawValue: Int(raw.f_type))
}

/// Makes a directory. See mkdirat(2).
package func makeDirectory(
    _ path: Path, at directory: Int32 = workingDirectory, mode: UInt32
) throws(Errno) {
    try check(path.withCString { linux_mkdirat(directory, $0, mode) })
}

/// Removes a file, or a directory with `isDirectory`. See unlinkat(2).
package func unlink(
    _ path: Path, at directory: Int32 = workingDirectory, isDirectory: Bool = false
) throws(Errno) {
    try check(path.withCString { linux_unlinkat(directory, $0, isDirectory ? AT_REMOVEDIR : 0) })
}

/// Gives a file a new name, replacing what has it. See rename(2).
package func rename(
    _ source: Path, at from: Int32 = workingDirectory, to target: Path, at to: Int32 = workingDirectory
) throws(Errno) {
    try check(
        source.withCString { source in target.withCString { linux_renameat2(from, source, to, $0, 0) } })
}

/// The target of a symbolic link. See readlink(2).
package func readLink(_ path: Path, at directory: Int32 = workingDirectory) throws(Errno) -> Path {
    var failure: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, size in
        let result = buffer.withMemoryRebound(to: CChar.self) { target in
            path.withCString { linux_readlinkat(directory, $0, target.baseAddress, 4096) }
        }
        if result < 0 { failure = Errno(rawValue: Int32(-result)) } else { size = result }
    }
    if let failure { throw failure }
    return Path(ByteString(bytes: bytes))
}

/// The names in a directory, without `.` and `..`, in the order the kernel gives them. See getdents(2).
package func directoryEntries(of descriptor: Int32) throws(Errno) -> [PathComponent] {
    var names: [PathComponent] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32768, alignment: 8)
    defer { buffer.deallocate() }
    while true {
        let count = try checkRetrying { linux_getdents(descriptor, buffer.baseAddress, buffer.count) }
        if count == 0 { return names }
        var offset = 0
        while offset < count {
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt16.self))
            if let name = entryName(buffer, from: offset + 19, to: offset + length) { names.append(name) }
            offset += length
        }
    }
}

/// The name of an entry that getdents(2) gave; nil for `.` and `..`.
func entryName(_ buffer: UnsafeMutableRawBufferPointer, from start: Int, to limit: Int) -> PathComponent? {
    var end = start
    while end < limit, buffer[end] != 0 { end += 1 }
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    guard let name = PathComponent(ByteString(bytes: bytes.bindMemory(to: UInt8.self))), name.isName else { return nil }
    return name
}

/// Reads `count` bytes from the front of a file, whatever its offset. See pread(2).
package func readFromStart(_ descriptor: Int32, count: Int, offset: Int = 0) throws(Errno) -> [UInt8] {
    var failure: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, size in
        while size < count {
            let result = linux_pread(
                descriptor, buffer.baseAddress?.advanced(by: size), count - size, off_t(offset + size))
            if result == -4 { continue }
            if result < 0 { failure = Errno(rawValue: Int32(-result)) }
            if result <= 0 { return }
            size += result
        }
    }
    if let failure { throw failure }
    return bytes
}

/// Writes all of `bytes` from `start` on; what is before that reads as zeros. See pwrite(2).
package func write(_ bytes: [UInt8], to descriptor: Int32, skipping start: Int) throws(Errno) {
    var offset = 0
    while offset < bytes.count {
        let count = bytes.count - offset
        offset += try checkRetrying {
            bytes.withUnsafeBytes {
                linux_pwrite(descriptor, $0.baseAddress?.advanced(by: offset), count, off_t(start + offset))
            }
        }
    }
}

/// Maps the first `count` bytes of a file, for reading and writing, shared with whoever has the file. See mmap(2).
package func mapShared(_ descriptor: Int32, count: Int) throws(Errno) -> UnsafeMutableRawBufferPointer {
    var start: UnsafeMutableRawPointer?
    try check(linux_mmap_shared(descriptor, count, &start))
    return UnsafeMutableRawBufferPointer(start: start, count: count)
}

/// Writes what the descriptor takes at once of the bytes from `start` on; gives the number of bytes. See write(2).
package func writeSome(
    _ bytes: [UInt8], from start: Int, atMost most: Int, to descriptor: Int32
) throws(Errno) -> Int {
    let count = min(most, bytes.count - start)
    return try checkRetrying {
        bytes.withUnsafeBytes { linux_write(descriptor, $0.baseAddress?.advanced(by: start), count) }
    }
}
