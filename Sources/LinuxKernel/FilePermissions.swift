import CLinuxKernel

/// Sets the permission bits of what `path` leads to. See fchmodat(2).
package func setPermissions(
    _ permissions: UInt32, of path: Path, at directory: borrowing FileDescriptor = .workingDirectory
) throws(Errno) {
    try check(path.withCString { linux_fchmodat(directory.raw, $0, permissions, 0) })
}

/// Sets the mask of permission bits that new files do not get, and returns the old one. See umask(2).
@discardableResult
package func setFileCreationMask(_ mask: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: linux_syscall(Int(SYS_umask), Int(mask), 0, 0, 0, 0, 0))
}

/// Gives `path` itself, never what a link names, to `user`, and to `group` if given; an empty path is what `directory`
/// names. See fchownat(2).
package func changeOwner(
    of path: Path, at directory: borrowing FileDescriptor = .workingDirectory, user: UInt32, group: UInt32 = .max
) throws(Errno) {
    let flags = AT_SYMLINK_NOFOLLOW | (path.isEmpty ? AT_EMPTY_PATH : 0)
    try check(path.withCString { linux_fchownat(directory.raw, $0, user, group, flags) })
}

extension FileDescriptor {
    /// Sets the permission bits of the open file, whatever the file creation mask. See fchmod(2).
    package func setPermissions(_ permissions: UInt32) throws(Errno) { try check(linux_fchmod(raw, permissions)) }

    /// Gives the open file to `user`, and to `group` if given. See fchown(2).
    package func changeOwner(user: UInt32, group: UInt32 = .max) throws(Errno) {
        try check(linux_fchown(raw, user, group))
    }
}

/// Fails unless this process may execute `path` with its effective ids. See faccessat(2).
package func checkExecutable(_ path: Path) throws(Errno) {
    try check(path.withCString { linux_faccessat(workingDirectory, $0, X_OK, AT_EACCESS) })
}

/// Whether this process may write to `path` with its effective ids. See faccessat(2).
package func mayWrite(_ path: Path) -> Bool {
    path.withCString { linux_faccessat(workingDirectory, $0, W_OK, AT_EACCESS) } == 0
}
