import CLinuxKernel

/// Makes a directory. See mkdirat(2).
package func makeDirectory(
    _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, mode: UInt32
) throws(Errno) {
    try check(path.withCString { linux_mkdirat(directory.raw, $0, mode) })
}

/// Makes a device node, a fifo or an empty regular file. See mknodat(2).
package func makeNode(
    _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, kind: FileKind, permissions: UInt32,
    major: UInt32 = 0, minor: UInt32 = 0
) throws(Errno) {
    try check(
        path.withCString { linux_mknodat(directory.raw, $0, kind.rawValue | permissions, linux_makedev(major, minor)) })
}

/// Makes a symbolic link at `path` with the text `target`. See symlinkat(2).
package func makeSymbolicLink(
    _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, to target: Path
) throws(Errno) {
    try check(target.withCString { target in path.withCString { linux_symlinkat(target, directory.raw, $0) } })
}
