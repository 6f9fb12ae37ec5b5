import CLinuxKernel

/// Makes a fifo. See mkfifoat(3).
package func makeFifo(_ path: Path, at directory: Int32 = workingDirectory, mode: UInt32) throws(Errno) {
    try check(path.withCString { linux_mknodat(directory, $0, FileKind.fifo.rawValue | mode, 0) })
}

/// Changes the permission bits of an open file, whatever the file creation mask. See fchmod(2).
package func changePermissions(of descriptor: Int32, _ mode: UInt32) throws(Errno) {
    try check(linux_fchmod(descriptor, mode))
}

/// Removes everything below the open folder, however deep, following no link and crossing into no other file system.
package func removeTree(of folder: Int32) throws(Errno) {
    var walk = try FolderWalk(at: folder, .all)
    while true {
        guard let name = try walk.next() else {
            guard let name = try walk.leave() else { return }
            try unlink(Path(name), at: walk.descriptor, isDirectory: true)
            continue
        }
        do throws(Errno) {
            try unlink(Path(name), at: walk.descriptor)
        } catch .noSuchFileOrDirectory {
        } catch {
            // Linux says EISDIR, POSIX EPERM.
            guard error == .isDirectory || error == .notPermitted else { throw error }
            if try walk.enter(name) { continue }
            // What was a folder is gone; what may not be removed is still there.
            if error == .notPermitted { throw error }
        }
    }
}

/// Waits.
package func pause(milliseconds: Int32) throws(Errno) {
    try checkRetrying { linux_poll(nil, 0, milliseconds) }
}
