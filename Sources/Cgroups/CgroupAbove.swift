import LinuxKernel

extension Cgroup {
    /// Refuses a place where no process goes on: below a cgroup that is frozen, or that has run out of memory and lets nobody
    /// be killed for it. What makes the container would wait there for as long as that lasts.
    func checkAbove() throws(CgroupError) {
        if let index = freezerIndex {
            let file: Path = kind == .unified ? "cgroup.freeze" : "freezer.state"
            if let above = cgroup(above: index, where: { Self.isFrozen(Self.text("\($0)/\(file)")) }) {
                throw CgroupError(
                    path: above.text, reason: "the container's cgroup lies below a frozen one: " + above.text)
            }
        }
        guard let index = legacyIndex(of: "memory") else { return }
        let isStuck: (Path) -> Bool = { Self.waitsForMemory(Self.text("\($0)/memory.oom_control")) }
        if let above = cgroup(above: index, where: isStuck) {
            throw CgroupError(
                path: above.text,
                reason:
                    "the container's cgroup lies below one that has run out of memory, where nobody is killed for it: "
                    + above.text)
        }
    }

    /// What a file says; nil where it is not there or not for reading, so that nothing stands against the place.
    private static func text(_ path: Path) -> ByteString? {
        do throws(Errno) { return try readKernelFile(path) } catch { return nil }
    }

    private static func isFrozen(_ text: ByteString?) -> Bool {
        text.map { $0 == "1" || $0 == "FROZEN" || $0 == "FREEZING" } ?? false
    }

    /// Whether the tasks of a cgroup of version 1 wait until it has memory again.
    private static func waitsForMemory(_ text: ByteString?) -> Bool {
        let lines = text?.parts(separatedBy: UInt8(ascii: "\n")) ?? []
        return lines.contains("oom_kill_disable 1") && lines.contains("under_oom 1")
    }

    /// The first of the cgroups above that of a branch for which something holds.
    private func cgroup(above index: Int, where holds: (Path) -> Bool) -> Path? {
        let top = branches[index].mountPoint
        var directory = branches[index].directory.parent
        while directory.isBelow(top), directory != top {
            if holds(directory) { return directory }
            directory = directory.parent
        }
        return nil
    }
}

/// What the kernel says about a thread.
enum ThreadFacts {
    /// Whether a thread is the first of its process. See proc_pid_status(5), `Tgid`.
    static func isFirst(_ number: Int32) -> Bool {
        do throws(Errno) {
            let text = try readKernelFile("/proc/\(number)/status")
            return text.parts(separatedBy: UInt8(ascii: "\n")).contains("Tgid:\t\(number)")
        } catch {
            return false  // ended meanwhile
        }
    }
}
