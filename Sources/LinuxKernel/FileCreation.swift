import CLinuxKernel

/// Makes a device node, a fifo or an empty regular file. See mknodat(2).
package func makeNode(
    _ path: Path, at directory: Int32, kind: FileKind, permissions: UInt32, major: UInt32 = 0, minor: UInt32 = 0
) throws(Errno) {
    try check(
        path.withCString { linux_mknodat(directory, $0, kind.rawValue | permissions, linux_makedev(major, minor)) })
}

/// Makes a symbolic link at `path` with the text `target`. See symlinkat(2).
package func makeSymbolicLink(_ path: Path, at directory: Int32, to target: Path) throws(Errno) {
    try check(target.withCString { target in path.withCString { linux_symlinkat(target, directory, $0) } })
}

/// Gives `path` itself, never what a link names, to `user`, and to `group` if given; an empty path is what `directory`
/// names. See fchownat(2).
package func changeOwner(
    of path: Path, at directory: Int32 = workingDirectory, user: UInt32, group: UInt32 = .max
) throws(Errno) {
    let flags = AT_SYMLINK_NOFOLLOW | (path.isEmpty ? AT_EMPTY_PATH : 0)
    try check(path.withCString { linux_fchownat(directory, $0, user, group, flags) })
}

/// Sets the mask of permission bits that new files do not get, and returns the old one. See umask(2).
@discardableResult
package func setFileCreationMask(_ mask: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: linux_syscall(Int(SYS_umask), Int(mask), 0, 0, 0, 0, 0))
}

/// True when `path` exists. See faccessat(2), `F_OK`.
package func fileExists(_ path: Path, at directory: Int32 = workingDirectory) -> Bool {
    path.withCString { linux_faccessat(directory, $0, 0, 0) } == 0
}

/// Sets the permission bits of what `path` leads to. See fchmodat(2).
package func setPermissions(
    _ permissions: UInt32, of path: Path, at directory: Int32 = workingDirectory
) throws(Errno) {
    try check(path.withCString { linux_fchmodat(directory, $0, permissions, 0) })
}

/// Copies at most `count` bytes to the end of `target` and returns how many; zero means the end. See sendfile(2).
package func sendFile(to target: Int32, from source: Int32, count: Int) throws(Errno) -> Int {
    try checkRetrying { linux_sendfile(target, source, count) }
}

/// Sets an extended attribute of what `path` leads to. See setxattr(2).
package func setExtendedAttribute(_ name: ByteString, _ value: [UInt8], of path: Path) throws(Errno) {
    try check(
        value.withUnsafeBytes { value in
            path.withCString { path in
                name.withCString { linux_setxattr(path, $0, value.baseAddress, value.count) }
            }
        })
}

/// The names of the extended attributes of what `path` leads to; none where the file system has no such thing.
package func extendedAttributes(of path: Path) throws(Errno) -> [ByteString] {
    do throws(Errno) {
        let size = try check(path.withCString { linux_listxattr($0, nil, 0) })
        guard size > 0 else { return [] }
        var names = [UInt8](repeating: 0, count: size)
        let count = try check(
            names.withUnsafeMutableBytes { buffer in
                path.withCString {
                    linux_listxattr($0, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), size)
                }
            })
        return names.prefix(count).split(separator: 0).map { ByteString(bytes: $0) }
    } catch .notSupported {
        return []
    }
}

/// An extended attribute of what `path` leads to; nil when it is gone. See getxattr(2).
package func extendedAttribute(_ name: ByteString, of path: Path) throws(Errno) -> [UInt8]? {
    do throws(Errno) {
        let size = try check(path.withCString { path in name.withCString { linux_getxattr(path, $0, nil, 0) } })
        var value = [UInt8](repeating: 0, count: size)
        let count = try check(
            value.withUnsafeMutableBytes { value in
                path.withCString { path in name.withCString { linux_getxattr(path, $0, value.baseAddress, size) } }
            })
        return Array(value.prefix(count))
    } catch .noData {
        return nil
    }
}
