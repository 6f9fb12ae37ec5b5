import LinuxKernel

extension Cgroup {
    /// Removes the cgroup and those below it in every hierarchy; parents stay. One that is gone already is no error.
    ///
    /// What is not the container's stays: a directory that bears no mark of it, and one below which another container
    /// lives. `left` tells of these. An empty cgroup of another container below goes, as with runc; that container can
    /// be deleted all the same.
    ///
    /// Processes that are ending hold their cgroup for a moment: the removal is tried again until nothing has changed for
    /// `patience` milliseconds.
    ///
    /// - Parameters:
    ///   - killing: kills the processes that keep the cgroup, or one below it, from being removed.
    ///   - includingUnmarked: also an empty directory that nobody has marked: a runtime that was killed in the making of
    ///     the container may have made it.
    package mutating func remove(
        patience: Int32 = 2000, killing: Bool = false, includingUnmarked: Bool = false
    ) throws(CgroupError) {
        var failure: CgroupError?
        for index in branches.indices where branches[index].refusal == nil {
            do throws(CgroupError) {
                switch try ownerByPath(of: index) {
                case nil: continue
                case .own: try remove(index, patience, killing)
                case .nobody where includingUnmarked: if try !removeTop(index) { noteLeft(index) }
                case .nobody, .another: noteLeft(index)
                }
            } catch {
                // The other hierarchies are removed nevertheless.
                if failure == nil { failure = error }
            }
        }
        if let failure { throw failure }
    }

    /// Removes what `make` has made, and gives back what it took over. For a container whose making failed.
    package mutating func removeMade() throws(CgroupError) {
        var failure: CgroupError?
        for index in branches.indices where branches[index].refusal == nil && branches[index].isMade {
            do throws(CgroupError) { try remove(index, 2000, false) } catch { if failure == nil { failure = error } }
        }
        undoMake()
        if let failure { throw failure }
    }

    private mutating func noteLeft(_ index: Int) {
        var holder = ""
        if case .another(let found) = branches[index].owner { holder = CgroupMark.holder(of: found) }
        left.append(LeftCgroup(path: branches[index].directory.text, holder: holder, isAbove: false))
    }

    private mutating func remove(_ index: Int, _ patience: Int32, _ killing: Bool) throws(CgroupError) {
        let path = branches[index].directory
        var deadline = Deadline(milliseconds: patience)
        var pause: UInt = 500
        // Whoever makes processes and cgroups as fast as they end does not keep this going.
        let end = Deadline(milliseconds: patience &* (killing ? 30 : 15))
        var fewest = Int.max
        var used: UInt64?
        while true {
            if try removeTop(index) { return }
            // Gone meanwhile, or exchanged: then it is not ours.
            guard try isOwn(index) else { return }
            let sweep = try removeChildren(index)
            if try removeTop(index) { return }
            let count = try processes(of: index).count
            if count == 0, let holder = sweep.holder {
                left.append(LeftCgroup(path: path.text, holder: holder, isAbove: true))
                return
            }
            if sweep.removed > 0 || count < fewest { deadline = Deadline(milliseconds: patience) }
            fewest = min(fewest, count)
            // What is killed ends at the speed that its share of the processors lets it.
            if killing, let now = processorTime() {
                if let before = used, now > before { deadline = Deadline(milliseconds: patience) }
                used = now
            }
            guard !deadline.isOver, !end.isOver else { throw Self.removalError(path.text, .busy) }
            if killing { try killAll(everyHierarchy: true) }
            if branches[index].isUnified, sweep.holder == nil {
                try waitUntilEmpty(index, until: deadline)
            } else {
                sleep(microseconds: pause)
                pause = min(pause * 2, 50_000)
            }
        }
    }

    /// Removes the directory itself; false if it is in use.
    private func removeTop(_ index: Int) throws(CgroupError) -> Bool {
        let path = branches[index].directory
        do throws(Errno) {
            try unlink(path, isDirectory: true)
            return true
        } catch .noSuchFileOrDirectory {
            return true
        } catch .busy {
            return false
        } catch {
            throw Self.removalError(path.text, error)
        }
    }

    /// What a pass through the cgroups below has done.
    private struct Sweep {
        var removed = 0
        /// The container whose cgroup is in use below.
        var holder: String?
    }

    /// Removes the cgroups below, deepest first, as far as they are empty.
    private mutating func removeChildren(_ index: Int) throws(CgroupError) -> Sweep {
        let directory = try directory(of: index)
        let path = branches[index].directory
        let isCgroup = try attempt("fstatfs", path) { () throws(Errno) in
            let kind = try directory.file.fileSystemKind()
            return kind == .cgroup || kind == .cgroup2
        }
        // The top of a mount is never a container's cgroup, whatever a state file says.
        guard isCgroup, try !isMountPoint(directory.file, path) else {
            throw CgroupError(
                path: path.text,
                reason: "unable to remove container's cgroup: " + path.text + " is not a container's cgroup")
        }
        var sweep = Sweep()
        var names: [PathComponent] = []
        do throws(Errno) {
            var walk = try DirectoryWalk(at: directory.file, .cgroups)
            do throws(Errno) {
                while true {
                    guard let name = try walk.next() else {
                        guard let name = try walk.leave() else { return sweep }
                        if try Self.unlinkEmpty(name, at: walk.current.file) { sweep.removed += 1 }
                        continue
                    }
                    guard try walk.enter(name), let other = try holder(walk.current.file, below: index) else {
                        continue
                    }
                    _ = try walk.leave()
                    if try Self.unlinkEmpty(name, at: walk.current.file) {
                        sweep.removed += 1
                    } else {
                        sweep.holder = other
                    }
                }
            } catch {
                names = walk.names
                throw error
            }
        } catch {
            throw Self.removalError(Self.path(path, names), error)
        }
    }

    /// Removes a cgroup; false if it is in use, so that the caller waits and comes again.
    private static func unlinkEmpty(_ name: PathComponent, at directory: borrowing FileDescriptor) throws(Errno) -> Bool
    {
        do throws(Errno) {
            try unlink(Path(name), at: directory, isDirectory: true)
            return true
        } catch .noSuchFileOrDirectory {
            return true
        } catch .busy {
            return false
        }
    }

    private func isMountPoint(_ directory: borrowing FileDescriptor, _ path: Path) throws(CgroupError) -> Bool {
        try attempt("fstatat", "\(path)/..") { () throws(Errno) in
            let own = try directory.status()
            return try own.device != fileStatus("..", at: directory).device || own.inode == 1
        }
    }

    private static func removalError(_ path: String, _ errno: Errno) -> CgroupError {
        CgroupError(operation: "rmdir", path: path, errno: errno, reason: "unable to remove container's cgroup")
    }
}

/// A directory that a removal has left, since it is not the container's alone.
package struct LeftCgroup: Hashable, Sendable {
    let path: String
    /// The id of the container that it serves; empty where that is not known.
    let holder: String
    /// Whether that container's own one lies below.
    let isAbove: Bool

    /// What to tell the user, in one line for all hierarchies.
    package static func warning(_ left: [LeftCgroup]) -> String? {
        guard let first = left.first else { return nil }
        var text = "failed to remove cgroup: " + first.path
        if left.count > 1 { text += " (and " + String(left.count - 1) + " in other hierarchies)" }
        if first.isAbove { return text + " holds that of container " + first.holder }
        return text + (first.holder.isEmpty ? " is not this container's" : " is that of container " + first.holder)
    }
}
