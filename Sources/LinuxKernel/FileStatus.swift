import CLinuxKernel

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
    package func status() throws(Errno) -> FileStatus {
        var facts = stat()
        try check(linux_fstat(raw, &facts))
        return FileStatus(facts)
    }
}

/// The facts of `path`; of the link itself unless `followingLinks`.
package func fileStatus(
    _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, followingLinks: Bool = true
) throws(Errno) -> FileStatus {
    var raw = stat()
    try check(path.withCString { linux_fstatat(directory.raw, $0, &raw, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW) })
    return FileStatus(raw)
}

/// True when `path` exists. See faccessat(2), `F_OK`.
package func fileExists(_ path: Path, at directory: borrowing FileDescriptor = .workingDirectory) -> Bool {
    path.withCString { linux_faccessat(directory.raw, $0, 0, 0) } == 0
}
