import Linux

extension Cgroup {
    /// Sends SIGKILL to every process in the cgroup and below it, also to frozen ones and to those forked meanwhile.
    ///
    /// Returns when all are sent the signal, not when they are gone; see `waitUntilEmpty`.
    ///
    /// - Parameter everyHierarchy: also processes that somebody has moved into one hierarchy of version 1 alone.
    package mutating func killAll(everyHierarchy: Bool = false) throws(CgroupError) {
        var isDone = false
        if let index = unifiedIndex, try exists(index) {
            do throws(CgroupError) {
                try write("1", to: "cgroup.kill", of: index)
                isDone = true
            } catch {
                // Kernels before 5.14 lack the file, a cgroup removed meanwhile needs no signal.
                guard error.errno == .noSuchFileOrDirectory || error.errno == .noSuchDevice else { throw error }
            }
        }
        guard isDone else { return try signalEach(everyHierarchy) }
        if kind == .unified { return }
        // A process may be in the hierarchies of version 1 alone, and their freezer holds even a killed one.
        let all = try processes(everyHierarchy)
        if all.isEmpty { return }
        var killed: [Int32] = []
        if let index = unifiedIndex { killed = try processes(of: index) }
        if all.contains(where: { !killed.contains($0) }) { return try signalEach(everyHierarchy) }
        try thawKilled()
    }

    /// The processes of the hierarchy that stands for all, or of each.
    private mutating func processes(_ everyHierarchy: Bool) throws(CgroupError) -> [Int32] {
        guard everyHierarchy else { return try processes() }
        var pids: Set<Int32> = []
        for index in branches.indices where branches[index].refusal == nil {
            pids.formUnion(try processes(of: index))
        }
        return Array(pids)
    }

    /// Freezes, signals each process by its pidfd, and thaws; again until no process is left unsignalled.
    private mutating func signalEach(_ everyHierarchy: Bool) throws(CgroupError) {
        if try processes(everyHierarchy).isEmpty { return }
        // Frozen processes cannot fork. Where freezing is not possible, the rounds catch what was forked.
        let canFreeze: Bool
        do throws(CgroupError) {
            try freeze()
            canFreeze = true
        } catch {
            canFreeze = false
        }
        var failure: CgroupError?
        var known: [Int32] = []
        for _ in 0..<64 {
            let pids = try processes(everyHierarchy).filter { !known.contains($0) }
            if pids.isEmpty { break }
            do throws(CgroupError) { try kill(pids, everyHierarchy) } catch { failure = error }
            known += pids
            // What is in another hierarchy alone is not frozen.
            if canFreeze && !everyHierarchy { break }
        }
        do throws(CgroupError) {
            try thaw()
        } catch {
            if canFreeze { failure = error }
        }
        try thawKilled()
        if let failure { throw failure }
    }

    private mutating func kill(_ pids: [Int32], _ everyHierarchy: Bool) throws(CgroupError) {
        var handles = DescriptorList(capacity: pids.count)
        var opened: [Int32] = []
        for pid in pids {
            do throws(Errno) {
                handles.append(try FileDescriptor.process(pid))
                opened.append(pid)
            } catch .noSuchProcess {
            } catch {
                throw CgroupError(operation: "pidfd_open", path: String(pid), errno: error)
            }
        }
        // Listed again with the handles open: a number that was given to another process in between is not in it.
        let present = try processes(everyHierarchy)
        for (index, pid) in opened.enumerated() where present.contains(pid) {
            do throws(Errno) {
                try killProcess(handles.raw[index])
            } catch .noSuchProcess {
            } catch {
                throw CgroupError(
                    operation: "kill", path: String(pid), errno: error, reason: "unable to kill all processes")
            }
        }
    }

    /// Waits until no process is left in the cgroup; false when the time is over.
    package mutating func waitUntilEmpty(milliseconds: Int32) throws(CgroupError) -> Bool {
        let deadline = Deadline(milliseconds: milliseconds)
        if let index = unifiedIndex, try exists(index) { try waitUntilEmpty(index, until: deadline) }
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
            let file = try FileDescriptor.open("cgroup.events", at: directory, .readOnly)
            while true {
                if isWanted(CgroupEvents.parse(try readAgain(file.raw))) { return true }
                if deadline.isOver { return false }
                _ = try waitForChange(of: file.raw, milliseconds: deadline.milliseconds)
            }
        } catch .noSuchDevice {
            return true  // removed meanwhile
        } catch .noSuchFileOrDirectory {
            return true
        } catch {
            throw CgroupError(operation: "read", path: branches[index].directory + "/cgroup.events", errno: error)
        }
    }
}
