import LinuxKernel

extension Cgroup {
    /// The branch whose files freeze the cgroup: cgroup2 alone, else the freezer of version 1.
    var freezerIndex: Int? { kind == .unified ? unifiedIndex : legacyIndex(of: "freezer") }

    /// Stops every process in the cgroup and below it, and waits until all are stopped; after an error none is.
    package mutating func freeze() throws(CgroupError) {
        guard let index = freezerIndex else { throw Self.noFreezer }
        do throws(CgroupError) {
            if kind == .unified {
                try freezeUnified(index)
            } else {
                try freezeLegacy(index)
            }
        } catch {
            // Who is told that it is not frozen must find it so.
            let failure = error
            do throws(CgroupError) { try thaw() } catch { throw failure }
            throw failure
        }
    }

    /// Lets the processes go on.
    package mutating func thaw() throws(CgroupError) {
        guard let index = freezerIndex else { throw Self.noFreezer }
        if kind == .unified {
            try write("0", to: "cgroup.freeze", of: index)
        } else {
            try write("THAWED", to: "freezer.state", of: index)
        }
    }

    /// Lets killed processes end: version 1 holds them in a frozen cgroup, be it the container's or one below it.
    package mutating func thawKilled() throws(CgroupError) {
        guard kind != .unified, let index = freezerIndex, try isOwn(index) else { return }
        try forEachDirectory(of: index, at: directory(of: index).file) { (directory) throws(Errno) in
            try writeKernelFile("freezer.state", at: directory, "THAWED")
        }
    }

    /// Whether the cgroup is frozen, or on the way there; false if it does not exist or the host has no freezer.
    package mutating func isFrozen() throws(CgroupError) -> Bool {
        guard let index = freezerIndex, try isOwn(index) else { return false }
        do throws(CgroupError) {
            if kind == .unified { return try read("cgroup.freeze", of: index) == "1" }
            return try read("freezer.state", of: index) != "THAWED"
        } catch {
            guard error.errno == .noSuchFileOrDirectory || error.errno == .noSuchDevice else { throw error }
            return false
        }
    }

    /// Whether the freezer at `path` says that nothing is frozen, whoever it belongs to: if it is not the container's, the
    /// container is not frozen either. False where it says something else, or nothing that can be relied on.
    ///
    /// This is one file instead of the directory, its mark and the file.
    package static func isThawed(at path: Path, isUnified: Bool, near cgroups: inout NearbyDirectory) -> Bool {
        guard path.isAbsolute else { return false }
        do throws(Errno) {
            let open = try cgroups.open(isUnified ? "cgroup.freeze" : "freezer.state", in: path, .withoutWaitingOrLink)
            var isThawed = false
            try open.lendShortContent { content in
                if isUnified {
                    isThawed = content.count == 2 && content[0] == UInt8(ascii: "0") && content[1] == UInt8(ascii: "\n")
                } else {
                    isThawed = content.elementsEqual("THAWED\n".utf8)
                }
            }
            return isThawed
        } catch {
            return false
        }
    }

    private mutating func freezeUnified(_ index: Int) throws(CgroupError) {
        try write("1", to: "cgroup.freeze", of: index)
        // A process in an uninterruptible sleep may take its time.
        let deadline = Deadline(milliseconds: 10_000)
        if try waitForEvent(index, until: deadline, { $0.isFrozen }) { return }
        throw CgroupError(
            path: branches[index].directory.text, errno: .timedOut, reason: "unable to freeze the container's cgroup")
    }

    /// Version 1 gives up freezing when a process forks or waits at the wrong moment: it has to be asked again, and now
    /// and then thawed in between so that the processes get further.
    private mutating func freezeLegacy(_ index: Int) throws(CgroupError) {
        for round in 1...500 {
            if round % 50 == 0 {
                try write("THAWED", to: "freezer.state", of: index)
                sleep(microseconds: 10_000)
            }
            try write("FROZEN", to: "freezer.state", of: index)
            let state = try read("freezer.state", of: index)
            if state == "FROZEN" { return }
            sleep(microseconds: round < 10 ? 50 : 2000)
        }
        throw CgroupError(
            path: branches[index].directory.text, errno: .timedOut, reason: "unable to freeze the container's cgroup")
    }

    private static let noFreezer = CgroupError(errno: .notSupported, reason: "this host has no freezer cgroup")
}
