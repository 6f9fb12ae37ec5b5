import Linux

extension Cgroup {
    /// Removes the cgroup and those below it in every hierarchy; parents stay. One that is gone already is no error.
    ///
    /// Processes that are ending hold their cgroup for a moment: the removal is tried again until `patience`
    /// milliseconds are over.
    ///
    /// - Parameter killing: kills the processes that keep the cgroup, or one below it, from being removed.
    package mutating func remove(patience: Int32 = 2000, killing: Bool = false) throws(CgroupError) {
        let deadline = Deadline(milliseconds: patience)
        var failure: CgroupError?
        for index in branches.indices where branches[index].refusal == nil {
            do throws(CgroupError) {
                try remove(index, deadline, killing)
            } catch {
                // The other hierarchies are removed nevertheless.
                if failure == nil { failure = error }
            }
        }
        if let failure { throw failure }
    }

    private mutating func remove(
        _ index: Int, _ deadline: Deadline, _ killing: Bool
    ) throws(CgroupError) {
        let path = branches[index].directory
        var pause: UInt = 500
        while true {
            do throws(Errno) {
                try unlink(path, isDirectory: true)
                return
            } catch .noSuchFileOrDirectory {
                return
            } catch .busy {
            } catch {
                throw Self.removalError(path, error)
            }
            try removeChildren(index)
            do throws(Errno) {
                try unlink(path, isDirectory: true)
                return
            } catch .noSuchFileOrDirectory {
                return
            } catch {
                guard error == .busy, !deadline.isOver else { throw Self.removalError(path, error) }
            }
            if killing { try killAll(everyHierarchy: true) }
            if branches[index].isUnified {
                try waitUntilEmpty(index, until: deadline)
            } else {
                sleep(microseconds: pause)
                pause = min(pause * 2, 50_000)
            }
        }
    }

    /// Removes the cgroups below, deepest first, as far as they are empty.
    private mutating func removeChildren(_ index: Int) throws(CgroupError) {
        guard try exists(index) else { return }
        let directory = try directory(of: index)
        let path = branches[index].directory
        let isCgroup = try attempt("fstatfs", path) { () throws(Errno) in
            let kind = try fileSystemKind(of: directory)
            return kind == .cgroup || kind == .cgroup2
        }
        // The top of a mount is never a container's cgroup, whatever a state file says.
        guard isCgroup, try !isMountPoint(directory, path) else {
            throw CgroupError(
                path: path, reason: "unable to remove container's cgroup: " + path + " is not a container's cgroup")
        }
        try removeChildren(of: directory, path, depth: 0)
    }

    private func removeChildren(of directory: Int32, _ path: String, depth: Int) throws(CgroupError) {
        for name in try children(of: directory, path) where depth < 256 {
            do throws(Errno) {
                try unlink(name, at: directory, isDirectory: true)
                continue
            } catch .busy {
            } catch .noSuchFileOrDirectory {
                continue
            } catch {
                throw Self.removalError(path + "/" + name, error)
            }
            let child: FileDescriptor
            do throws(Errno) {
                child = try FileDescriptor.open(name, at: directory, [.path, .directory, .noFollow])
            } catch {
                continue  // removed meanwhile
            }
            try removeChildren(of: child.raw, path + "/" + name, depth: depth + 1)
            do throws(Errno) {
                try unlink(name, at: directory, isDirectory: true)
            } catch .busy {
                // Still in use: the caller waits and comes again.
            } catch .noSuchFileOrDirectory {
            } catch {
                throw Self.removalError(path + "/" + name, error)
            }
        }
    }

    private func isMountPoint(_ directory: Int32, _ path: String) throws(CgroupError) -> Bool {
        try attempt("fstatat", path + "/..") { () throws(Errno) in
            let own = try fileStatus(of: directory)
            return try own.device != fileStatus("..", at: directory).device || own.inode == 1
        }
    }

    private static func removalError(_ path: String, _ errno: Errno) -> CgroupError {
        CgroupError(operation: "rmdir", path: path, errno: errno, reason: "unable to remove container's cgroup")
    }
}
