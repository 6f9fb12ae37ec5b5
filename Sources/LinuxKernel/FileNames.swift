import CLinuxKernel

/// Removes a file, or a directory with `isDirectory`. See unlinkat(2).
package func unlink(
    _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, isDirectory: Bool = false
) throws(Errno) {
    try check(path.withCString { linux_unlinkat(directory.raw, $0, isDirectory ? AT_REMOVEDIR : 0) })
}

/// Gives a file a new name, replacing what has it. See rename(2).
package func rename(_ source: Path, to target: Path) throws(Errno) {
    try FileDescriptor.workingDirectory.rename(source, to: target)
}

extension FileDescriptor {
    /// Gives a file of this directory a new name in it, replacing what has it. See rename(2).
    package func rename(_ source: Path, to target: Path) throws(Errno) {
        try check(source.withCString { source in target.withCString { linux_renameat2(raw, source, raw, $0, 0) } })
    }
}

/// The target of a symbolic link. See readlink(2).
package func readLink(_ path: Path, at directory: borrowing FileDescriptor = .workingDirectory) throws(Errno) -> Path {
    let bytes = try filledBytes(upTo: 4096) { buffer in
        let target = buffer?.assumingMemoryBound(to: CChar.self)
        return path.withCString { linux_readlinkat(directory.raw, $0, target, 4096) }
    }
    return Path(ByteString(bytes: bytes))
}
