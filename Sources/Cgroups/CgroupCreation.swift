import LinuxKernel
import RuntimeSpec

extension Cgroup {
    /// Makes the cgroup in every hierarchy, ready to be joined, checks that it serves nobody else, and marks it.
    ///
    /// One that is there already is taken over if it is empty and not frozen: whoever had it before has ended, and finds
    /// at its own removal that it is another's. One that holds a process, in any hierarchy and however far below, is
    /// refused.
    ///
    /// On version 1 the cpuset gets its CPUs and memory nodes, those of `cpu` or else the parent's, since nothing can
    /// join without. On unified hosts every controller of the host is enabled for the container. If anything fails, what
    /// was made is removed.
    ///
    /// - Parameters:
    ///   - besides: controllers that a hybrid host has left to its cgroup2, to enable there if they are.
    ///   - placeholder: a process of the runtime's own that may be in it.
    package mutating func make(
        cpu: CPUResources? = nil, besides: [String] = [], placeholder: Int32? = nil
    ) throws(CgroupError) {
        do throws(CgroupError) {
            for index in branches.indices {
                do throws(CgroupError) {
                    try makeBranch(index, cpu: cpu)
                } catch {
                    guard maySpare(index), let errno = error.errno, Self.isRefusal(errno) else { throw error }
                    branches[index].refusal = errno
                }
            }
            try checkAbove()
            for controller in besides { try enableBesides(controller) }
            try checkUnused(except: placeholder)
            try writeMarks()
        } catch {
            undoMake()
            throw error
        }
    }

    /// Whether nothing was there before `make`, in any hierarchy.
    package var isWhollyNew: Bool { branches.allSatisfy { $0.refusal != nil || $0.isMade } }

    /// Removes the directories that `make` made, also parents, as far as nobody else uses them by now. Those that it took
    /// over stay, and are their last owner's again.
    package mutating func undoMake() {
        for index in branches.indices {
            giveBack(index)
            for directory in branches[index].made.reversed() {
                // The undo of a failure: what cannot be removed is in use by another, and stays.
                do throws(Errno) { try unlink(directory, isDirectory: true) } catch {}
            }
            branches[index].made = []
        }
    }

    private mutating func makeBranch(_ index: Int, cpu: CPUResources?) throws(CgroupError) {
        var available = ByteString()
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
            } catch .noSuchFileOrDirectory where directory.bytes.count > top.bytes.count && attempts < 256 {
                attempts += 1
                missing.append(directory.parent)
                continue
            } catch {
                throw CgroupError(
                    property: "", operation: "mkdir", path: directory.text, errno: error,
                    reason: "unable to apply cgroup configuration")
            }
            missing.removeLast()
        }
        branches[index].open = try attempt("open", leaf) { () throws(Errno) in
            SharedDescriptor(try FileDescriptor.open(leaf, [.readOnly, .directory, .noFollow]))
        }
        branches[index].owner = .own(nil)
    }

    /// Checks a cgroup that is about to be made: it may be there, but must hold no process in any hierarchy.
    package mutating func checkFree() throws(CgroupError) {
        for index in branches.indices {
            do throws(CgroupError) {
                let directory = branches[index].directory
                let descriptor = try attempt("open", directory) { () throws(Errno) in
                    try FileDescriptor.open(directory, [.readOnly, .directory, .noFollow])
                }
                branches[index].open = SharedDescriptor(descriptor)
            } catch {
                // What this runtime may not look into it may not make either, which shows then.
                guard error.errno == .noSuchFileOrDirectory || error.errno == .permissionDenied else { throw error }
                branches[index].refusal = error.errno
            }
            branches[index].owner = .own(nil)
        }
        try checkUnused(except: nil)
    }

    /// Checks a cgroup that was there before: it must hold no process in any hierarchy, and must not be frozen.
    private mutating func checkUnused(except placeholder: Int32?) throws(CgroupError) {
        var found: Set<Int32> = []
        var place = Path()
        for index in branches.indices where branches[index].refusal == nil && !branches[index].isMade {
            let pids = try everyProcess(of: index).filter { $0 != placeholder }
            if found.isEmpty { place = branches[index].directory }
            found.formUnion(pids)
        }
        guard found.isEmpty else {
            throw CgroupError(
                path: place.text,
                reason: "container's cgroup is not empty: " + String(found.count) + " process(es) found")
        }
        if let index = freezerIndex, !branches[index].isMade {
            guard try !isFrozen() else {
                throw CgroupError(
                    path: branches[index].directory.text, reason: "container's cgroup unexpectedly frozen")
            }
        }
    }

    /// Whether the container may do without its cgroup in a hierarchy.
    func maySpare(_ index: Int) -> Bool { isOptional || (sparesBareHierarchies && branches[index].isBare) }

    /// Goes without cgroup2, whose directory takes no process of this runtime's.
    ///
    /// - Returns: false where the container needs it.
    package mutating func spareUnified(_ errno: Errno) -> Bool {
        guard let index = unifiedIndex, maySpare(index) else { return false }
        giveBack(index)
        branches[index].refusal = errno
        for directory in branches[index].made.reversed() {
            // What cannot be removed is in use by another, and stays.
            do throws(Errno) { try unlink(directory, isDirectory: true) } catch {}
        }
        branches[index].made = []
        return true
    }

    private static func isRefusal(_ errno: Errno) -> Bool {
        errno == .permissionDenied || errno == .notPermitted || errno == .readOnlyFileSystem
    }
}
