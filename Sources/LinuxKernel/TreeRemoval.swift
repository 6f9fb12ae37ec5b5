extension FileDescriptor {
    /// Removes everything below the open directory, however deep, following no link and crossing into no other file system.
    package func removeTree() throws(Errno) {
        var walk = try DirectoryWalk(at: self, .all)
        while true {
            guard let name = try walk.next() else {
                guard let name = try walk.leave() else { return }
                try unlink(Path(name), at: walk.current.file, isDirectory: true)
                continue
            }
            do throws(Errno) {
                try unlink(Path(name), at: walk.current.file)
            } catch .noSuchFileOrDirectory {
            } catch {
                // Linux says EISDIR, POSIX EPERM.
                guard error == .isDirectory || error == .notPermitted else { throw error }
                if try walk.enter(name) { continue }
                // What was a directory is gone; what may not be removed is still there.
                if error == .notPermitted { throw error }
            }
        }
    }
}
