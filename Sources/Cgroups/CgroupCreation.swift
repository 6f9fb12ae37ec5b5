import Linux
import RuntimeSpec

extension Cgroup {
    /// Makes the cgroup in every hierarchy, ready to be joined, and checks that it serves nobody else.
    ///
    /// On version 1 the cpuset gets its CPUs and memory nodes, those of `cpu` or else the parent's, since nothing can
    /// join without. On unified hosts every controller of the host is enabled for the container. If anything fails, what
    /// was made is removed.
    package mutating func make(cpu: CPUResources? = nil) throws(CgroupError) {
        do throws(CgroupError) {
            for index in branches.indices {
                do throws(CgroupError) {
                    try makeBranch(index, cpu: cpu)
                } catch {
                    guard isOptional, let errno = error.errno, Self.isRefusal(errno) else { throw error }
                    branches[index].refusal = errno
                }
            }
            try checkUnused()
        } catch {
            undoMake()
            throw error
        }
    }

    /// Removes the directories that `make` made, also parents, as far as nobody else uses them by now.
    package mutating func undoMake() {
        for index in branches.indices {
            for directory in branches[index].made.reversed() {
                // The undo of a failure: what cannot be removed is in use by another, and stays.
                do throws(Errno) { try unlink(directory, isDirectory: true) } catch {}
            }
            branches[index].made = []
        }
    }

    private mutating func makeBranch(_ index: Int, cpu: CPUResources?) throws(CgroupError) {
        var available = ""
        if kind == .unified, branches[index].isUnified {
            available = try enabledControllers(at: branches[index].mountPoint)
        }
        try makeDirectories(index)
        if branches[index].isUnified {
            if available.isEmpty { return }
            if try read("cgroup.controllers", of: index) != available { try enable(available, for: index) }
        } else if branches[index].controllers.contains("cpuset") {
            try fillCpuset(index, cpu: cpu)
        }
    }

    /// Makes the directory and the missing ones above it, noting which.
    private mutating func makeDirectories(_ index: Int) throws(CgroupError) {
        let leaf = branches[index].directory
        let top = branches[index].mountPoint
        var missing = [leaf]
        // Another runtime may remove a parent between two calls: then start over, a bounded number of times.
        var attempts = 0
        while let directory = missing.last {
            do throws(Errno) {
                try makeDirectory(directory, mode: 0o755)
                branches[index].made.append(directory)
            } catch .fileExists {
            } catch .noSuchFileOrDirectory where directory.utf8.count > top.utf8.count && attempts < 256 {
                attempts += 1
                missing.append(CgroupPlan.parent(of: directory))
                continue
            } catch {
                throw CgroupError(
                    property: "", operation: "mkdir", path: directory, errno: error,
                    reason: "unable to apply cgroup configuration")
            }
            missing.removeLast()
        }
        _ = try self.directory(of: index)
    }

    /// Checks a cgroup that was there before: it must hold no process and must not be frozen.
    private mutating func checkUnused() throws(CgroupError) {
        if let index = processIndex, !branches[index].isMade, !holdsPlaceholder {
            let count = try processes(of: index).count
            guard count == 0 else {
                throw CgroupError(
                    path: branches[index].directory,
                    reason: "container's cgroup is not empty: " + String(count) + " process(es) found")
            }
        }
        if let index = freezerIndex, !branches[index].isMade {
            guard try !isFrozen() else {
                throw CgroupError(
                    path: branches[index].directory, reason: "container's cgroup unexpectedly frozen")
            }
        }
    }

    private static func isRefusal(_ errno: Errno) -> Bool {
        errno == .permissionDenied || errno == .notPermitted || errno == .readOnlyFileSystem
    }
}
