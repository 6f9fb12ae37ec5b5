import LinuxKernel

extension Cgroup {
    /// Sends SIGKILL to every process in the cgroup and below it, also to frozen ones and to those forked meanwhile, but
    /// not to those of other containers whose cgroup lies below.
    ///
    /// Returns when all are sent the signal, not when they are gone; see `waitUntilEmpty`.
    ///
    /// - Parameter everyHierarchy: also processes that somebody has moved into one hierarchy of version 1 alone.
    package mutating func killAll(everyHierarchy: Bool = false) throws(CgroupError) {
        var isDone = false
        if let index = unifiedIndex, try isOwn(index), try !isShared(index) {
            do throws(CgroupError) {
                try write("1", to: "cgroup.kill", of: index)
                isDone = true
            } catch {
                // Kernels before 5.14 lack the file, a threaded cgroup has no use for it, one removed meanwhile needs no signal.
                guard
                    error.errno == .noSuchFileOrDirectory || error.errno == .noSuchDevice
                        || error.errno == .notSupported
                else { throw error }
            }
        }
        guard isDone else { return try signalEach(everyHierarchy) }
        if kind == .unified { return }
        // A process may be in the hierarchies of version 1 alone, and their freezer holds even a killed one.
        let all = try processes(everyHierarchy)
        if all.isEmpty { return }
        var killed: Set<Int32> = []
        if let index = unifiedIndex { killed = Set(try processes(of: index)) }
        if !all.isSubset(of: killed) { return try signalEach(everyHierarchy) }
        try thawKilled()
    }

    /// The processes of the hierarchy that stands for all, or of each.
    func processIndices(_ everyHierarchy: Bool) -> [Int] {
        if everyHierarchy { return branches.indices.filter { branches[$0].refusal == nil } }
        return processIndex.map { [$0] } ?? []
    }

    private mutating func processes(_ everyHierarchy: Bool) throws(CgroupError) -> Set<Int32> {
        var pids: Set<Int32> = []
        for index in processIndices(everyHierarchy) { pids.formUnion(try processes(of: index)) }
        return pids
    }

    /// Freezes, signals each process by its pidfd, and thaws; again until no process is left unsignalled.
    private mutating func signalEach(_ everyHierarchy: Bool) throws(CgroupError) {
        if try processes(everyHierarchy).isEmpty { return }
        // Frozen processes cannot fork. Where freezing is not possible, the rounds catch what was forked.
        let canFreeze = try freezeToKill()
        var failure: CgroupError?
        var known: Set<Int32> = []
        // Each round that finds a process kills it: only one that forks faster than it is found keeps this going.
        let deadline = Deadline(milliseconds: 10_000)
        while true {
            let count = known.count
            for index in processIndices(everyHierarchy) where try isOwn(index) {
                let top = try directory(of: index)
                do throws(CgroupError) {
                    try forEachDirectory(of: index, at: top.file) { (directory) throws(Errno) in
                        try Self.killMembers(of: directory, &known)
                    }
                } catch {
                    failure = error
                }
            }
            // What is in another hierarchy alone is not frozen.
            if known.count == count || failure != nil || deadline.isOver || (canFreeze && !everyHierarchy) { break }
        }
        if canFreeze {
            do throws(CgroupError) { try thaw() } catch { failure = error }
        }
        try thawKilled()
        if var failure {
            failure.reason = "unable to kill all processes"
            throw failure
        }
    }

    /// Freezes what can be frozen alone: never another container's cgroup that lies below.
    private mutating func freezeToKill() throws(CgroupError) -> Bool {
        guard let index = freezerIndex, try isOwn(index), try !isShared(index) else { return false }
        do throws(CgroupError) {
            try freeze()
            return true
        } catch {
            return false
        }
    }

    /// How many processes are open at once.
    private static let batch = 64

    /// Kills the processes of one open directory that are not in `known`, and puts them there.
    private static func killMembers(of directory: borrowing FileDescriptor, _ known: inout Set<Int32>) throws(Errno) {
        var pids: [Int32] = []
        try collect(from: directory, into: &pids)
        var rest = pids.filter { !known.contains($0) }[...]
        while !rest.isEmpty {
            var handles = DescriptorList(capacity: batch)
            var opened: [Int32] = []
            while let pid = rest.first, opened.count < batch {
                do throws(Errno) {
                    handles.append(try FileDescriptor.process(pid))
                    opened.append(pid)
                } catch .noSuchProcess {
                } catch {
                    // Without descriptors to spare, fewer at once.
                    guard error == .tooManyOpenFiles, !opened.isEmpty else { throw error }
                    break
                }
                rest.removeFirst()
            }
            // Listed again with the handles open: a number that was given to another process in between is not in it.
            var present: [Int32] = []
            try collect(from: directory, into: &present)
            let members = Set(present)
            for (index, pid) in opened.enumerated() where members.contains(pid) {
                do throws(Errno) {
                    try handles.killProcess(at: index)
                } catch .noSuchProcess {
                }
                known.insert(pid)
            }
        }
    }

    /// Waits until no process is left in the cgroup; false when the time is over.
    package mutating func waitUntilEmpty(milliseconds: Int32) throws(CgroupError) -> Bool {
        let deadline = Deadline(milliseconds: milliseconds)
        if let index = unifiedIndex, try isOwn(index) { try waitUntilEmpty(index, until: deadline) }
        var pause: UInt = 200
        while try !isEmpty() {
            if deadline.isOver { return false }
            sleep(microseconds: pause)
            pause = min(pause * 2, 20_000)
        }
        return true
    }

    /// Waits for `populated 0` in the events of a cgroup2, at most until `deadline`.
    mutating func waitUntilEmpty(_ index: Int, until deadline: Deadline) throws(CgroupError) {
        _ = try waitForEvent(index, until: deadline) { !$0.isPopulated }
    }

    /// Waits until the events of a cgroup2 are as wanted; false when the time is over.
    mutating func waitForEvent(
        _ index: Int, until deadline: Deadline, _ isWanted: (CgroupEvents) -> Bool
    ) throws(CgroupError) -> Bool {
        let directory = try directory(of: index)
        do throws(Errno) {
            let file = try FileDescriptor.open("cgroup.events", at: directory.file, .readOnly)
            while true {
                if isWanted(CgroupEvents.parse(try file.readAgain())) { return true }
                if deadline.isOver { return false }
                _ = try file.waitForChange(milliseconds: deadline.milliseconds)
            }
        } catch .noSuchDevice {
            return true  // removed meanwhile
        } catch .noSuchFileOrDirectory {
            return true
        } catch {
            throw CgroupError(operation: "read", path: branches[index].directory.text + "/cgroup.events", errno: error)
        }
    }
}
