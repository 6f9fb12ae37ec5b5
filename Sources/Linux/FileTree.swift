import CLinux

/// Makes a fifo. See mkfifoat(3).
package func makeFifo(_ path: Path, at directory: Int32 = workingDirectory, mode: UInt32) throws(Errno) {
    try check(path.withCString { linux_mknodat(directory, $0, FileKind.fifo.rawValue | mode, 0) })
}

/// Changes the permission bits of an open file, whatever the file creation mask. See fchmod(2).
package func changePermissions(of descriptor: Int32, _ mode: UInt32) throws(Errno) {
    try check(linux_fchmod(descriptor, mode))
}

/// Removes everything below the open folder, following no link and crossing into no other file system.
package func removeTree(of folder: Int32, depth: Int = 0) throws(Errno) {
    guard depth < 64 else { throw .tooManySymbolicLinks }
    for entry in try directoryEntries(of: folder) {
        let name = Path(entry)
        do throws(Errno) {
            try unlink(name, at: folder)
        } catch {
            // Linux says EISDIR, POSIX EPERM.
            guard error == .isDirectory || error == .notPermitted else {
                if error == .noSuchFileOrDirectory { continue }
                throw error
            }
            let inner = try FileDescriptor.open(name, at: folder, [.readOnly, .directory, .noFollow])
            try removeTree(of: inner.raw, depth: depth + 1)
            try unlink(name, at: folder, isDirectory: true)
        }
    }
}

/// Waits.
package func pause(milliseconds: Int32) throws(Errno) {
    try checkRetrying { linux_poll(nil, 0, milliseconds) }
}
