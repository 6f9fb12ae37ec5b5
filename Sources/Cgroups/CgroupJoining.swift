import LinuxKernel

extension Cgroup {
    /// The directory to clone a process into with `CLONE_INTO_CGROUP`; nil where no cgroup2 is mounted.
    package mutating func directoryForClone() throws(CgroupError) -> SharedDescriptor? {
        guard let index = unifiedIndex else { return nil }
        return try directory(of: index)
    }

    /// The `tasks` files of the hierarchies of version 1, through which a process of one thread joins by itself.
    ///
    /// The child writes "0" to each between clone and exec (`linux_join_own_thread`). That takes some 80 microseconds
    /// for all; moving a process by its pid waits for an RCU grace period on an idle machine, 5 to 20 milliseconds.
    package mutating func filesForJoining() throws(CgroupError) -> DescriptorList {
        var files = DescriptorList(capacity: branches.count)
        for index in branches.indices where !branches[index].isUnified && branches[index].refusal == nil {
            let directory = try directory(of: index)
            files.append(
                try attempt("open", "\(branches[index].directory)/tasks") { () throws(Errno) in
                    try FileDescriptor.open("tasks", at: directory.file, .writeOnly)
                })
        }
        return files
    }

    /// Moves a process into the cgroup of every hierarchy; not into cgroup2 if it was cloned into it.
    package mutating func join(pid: Int32, isInUnified: Bool = true) throws(CgroupError) {
        let value = String(pid)
        for index in branches.indices where branches[index].refusal == nil {
            if branches[index].isUnified && isInUnified { continue }
            var attempts = 0
            while true {
                do throws(CgroupError) {
                    try write(value, to: "cgroup.procs", of: index)
                    break
                } catch {
                    // A process that is still being made gives EINVAL for a moment.
                    attempts += 1
                    guard error.errno == .invalidArgument, attempts < 5 else { throw error }
                    sleep(microseconds: 30_000)
                }
            }
        }
    }

    /// The cgroup2 directory that the process `pid` is in now, to clone into when the container's own is refused.
    ///
    /// A container that has moved its processes into cgroups below its own, as systemd does, makes its own one an inner
    /// node, which takes no process. The directory is refused if it is not inside the container's cgroup.
    package mutating func directoryForClone(besideProcess pid: Int32) throws(CgroupError) -> SharedDescriptor? {
        guard let index = unifiedIndex, let below = try place(ofProcess: pid), !below.isEmpty else { return nil }
        let own = branches[index].directory
        let directory = try directory(of: index)
        return try attempt("open", "\(own)/\(below)") { () throws(Errno) in
            SharedDescriptor(
                try FileDescriptor.open(
                    below, at: directory.file, [.path, .directory], resolve: [.beneath, .noSymbolicLinks]))
        }
    }

    /// The place below the container's cgroup2 that this value means; empty for that itself.
    package var placeInUnit: Path { unifiedIndex.map { branches[$0].below } ?? Path() }

    /// The place below the container's cgroup2 that a process is in, empty for that itself; nil if it is elsewhere.
    package func place(ofProcess pid: Int32) throws(CgroupError) -> Path? {
        guard let index = unifiedIndex else { return nil }
        let file: Path = "/proc/\(pid)/cgroup"
        // The container has named the cgroups below its own, in any bytes.
        let text = try attempt("read", file) { () throws(Errno) in try readKernelFile(file) }
        guard let path = CgroupMembership.unifiedPath(in: text) else { return nil }
        let own = branches[index].directory.bytes
        // The recorded directory has the mount point in front; what follows it must be what the process's path starts with.
        for offset in own.indices where own[offset] == UInt8(ascii: "/") {
            if path == Path(own.dropping(first: offset)) { return Path() }
            if let below = path.relative(to: Path(own.dropping(first: offset))) { return below }
        }
        return nil
    }
}
