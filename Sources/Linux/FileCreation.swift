import CLinux

/// Makes a device node, a fifo or an empty regular file. See mknodat(2).
package func makeNode(
    _ path: String, at directory: Int32, kind: FileKind, permissions: UInt32, major: UInt32 = 0, minor: UInt32 = 0
) throws(Errno) {
    try check(linux_mknodat(directory, path, kind.rawValue | permissions, linux_makedev(major, minor)))
}

/// Makes a symbolic link at `path` with the text `target`. See symlinkat(2).
package func makeSymbolicLink(_ path: String, at directory: Int32, to target: String) throws(Errno) {
    try check(linux_symlinkat(target, directory, path))
}

/// Changes the owner of `path` itself, never of what a link names. See fchownat(2).
package func changeOwner(_ path: String, at directory: Int32, user: UInt32, group: UInt32) throws(Errno) {
    try check(linux_fchownat(directory, path, user, group, AT_SYMLINK_NOFOLLOW | (path.isEmpty ? 0x1000 : 0)))
}

/// Sets the mask of permission bits that new files do not get, and returns the old one. See umask(2).
@discardableResult
package func setFileCreationMask(_ mask: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: linux_syscall(Int(SYS_umask), Int(mask), 0, 0, 0, 0, 0))
}

/// True when `path` exists. See faccessat(2), `F_OK`.
package func fileExists(_ path: String, at directory: Int32 = workingDirectory) -> Bool {
    linux_faccessat(directory, path, 0, 0) == 0
}

/// Sets the permission bits of what `path` leads to. See fchmodat(2).
package func setPermissions(_ permissions: UInt32, of path: String, at directory: Int32) throws(Errno) {
    try check(linux_fchmodat(directory, path, permissions, 0))
}

/// Copies at most `count` bytes to the end of `target` and returns how many; zero means the end. See sendfile(2).
package func sendFile(to target: Int32, from source: Int32, count: Int) throws(Errno) -> Int {
    try checkRetrying { linux_sendfile(target, source, count) }
}

/// Sets an extended attribute of what `path` leads to. See setxattr(2).
package func setExtendedAttribute(_ name: String, _ value: [UInt8], of path: String) throws(Errno) {
    try check(value.withUnsafeBytes { linux_setxattr(path, name, $0.baseAddress, $0.count) })
}

/// The names of the extended attributes of what `path` leads to; none where the file system has no such thing.
package func extendedAttributes(of path: String) throws(Errno) -> [String] {
    do throws(Errno) {
        let size = try check(linux_listxattr(path, nil, 0))
        guard size > 0 else { return [] }
        var names = [UInt8](repeating: 0, count: size)
        let count = try check(
            names.withUnsafeMutableBytes { buffer in
                linux_listxattr(path, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), size)
            })
        return names.prefix(count).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    } catch .notSupported {
        return []
    }
}

/// An extended attribute of what `path` leads to; nil when it is gone. See getxattr(2).
package func extendedAttribute(_ name: String, of path: String) throws(Errno) -> [UInt8]? {
    do throws(Errno) {
        let size = try check(linux_getxattr(path, name, nil, 0))
        var value = [UInt8](repeating: 0, count: size)
        let count = try check(value.withUnsafeMutableBytes { linux_getxattr(path, name, $0.baseAddress, size) })
        return Array(value.prefix(count))
    } catch .noData {
        return nil
    }
}
