import Linux

extension Cgroup {
    /// The processes in the cgroup and below it, as pids of the caller's pid namespace; those it cannot see are left out.
    package mutating func processes() throws(CgroupError) -> [Int32] {
        guard let index = processIndex else { return [] }
        return try processes(of: index)
    }

    /// Whether no process is in the cgroup or below it; also if it does not exist.
    package mutating func isEmpty() throws(CgroupError) -> Bool {
        if kind == .unified, let index = unifiedIndex {
            do throws(CgroupError) {
                return try !CgroupEvents.parse(read("cgroup.events", of: index)).isPopulated
            } catch {
                guard error.errno == .noSuchFileOrDirectory || error.errno == .noSuchDevice else { throw error }
                return true
            }
        }
        return try processes().isEmpty
    }

    mutating func processes(of index: Int) throws(CgroupError) -> [Int32] {
        guard try exists(index) else { return [] }
        var pids: [Int32] = []
        try collect(at: directory(of: index), branches[index].directory, into: &pids, depth: 0)
        return pids
    }

    private func collect(
        at directory: Int32, _ path: String, into pids: inout [Int32], depth: Int
    ) throws(CgroupError) {
        do throws(Errno) {
            Self.parse(try readKernelFile("cgroup.procs", at: directory, limit: 64 << 20), into: &pids)
        } catch .noSuchFileOrDirectory {
            return  // removed meanwhile
        } catch .noSuchDevice {
            return
        } catch .notSupported {
            // A threaded cgroup lists no processes: they belong to the domain above it.
        } catch {
            throw CgroupError(operation: "read", path: path + "/cgroup.procs", errno: error)
        }
        for name in try children(of: directory, path) where depth < 256 {
            let child: FileDescriptor
            do throws(Errno) {
                child = try FileDescriptor.open(name, at: directory, [.path, .directory, .noFollow])
            } catch {
                continue  // removed meanwhile
            }
            try collect(at: child.raw, path + "/" + name, into: &pids, depth: depth + 1)
        }
    }

    /// The names of the cgroups below an open one.
    func children(of directory: Int32, _ path: String) throws(CgroupError) -> [String] {
        do throws(Errno) {
            // The link count of a cgroup's directory is two and one for each child, so most need no listing.
            if try fileStatus(of: directory).links == 2 { return [] }
            let listing = try FileDescriptor.open(".", at: directory, [.readOnly, .directory])
            return try subdirectoryNames(of: listing.raw)
        } catch .noSuchFileOrDirectory {
            return []
        } catch {
            throw CgroupError(operation: "readdir", path: path, errno: error)
        }
    }

    /// The numbers of a `cgroup.procs`; 0 stands for a process outside the caller's pid namespace.
    static func parse(_ text: String, into pids: inout [Int32]) {
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            var value: Int32 = 0
            for digit in line {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow, digit >= 48, digit <= 57 else { return }
                value = product &+ Int32(digit &- 48)
            }
            if value > 0 { pids.append(value) }
        }
    }
}

/// The facts of `cgroup.events`. See cgroups(7).
struct CgroupEvents: Hashable, Sendable {
    /// Whether the cgroup or one below it holds a process.
    var isPopulated = false
    /// Whether all processes in it and below it are frozen.
    var isFrozen = false

    static func parse(_ text: String) -> CgroupEvents {
        var events = CgroupEvents()
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            if line.elementsEqual("populated 1".utf8) { events.isPopulated = true }
            if line.elementsEqual("frozen 1".utf8) { events.isFrozen = true }
        }
        return events
    }
}
