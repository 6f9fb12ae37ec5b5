import LinuxKernel

extension Cgroup {
    /// The processes in the cgroup and below it, as pids of the caller's pid namespace; those it cannot see are left out,
    /// and those of other containers whose cgroup lies below.
    package mutating func processes() throws(CgroupError) -> [Int32] {
        guard let index = processIndex else { return [] }
        return try processes(of: index)
    }

    /// Whether no process is in the cgroup or below it; also if it does not exist, or is another container's.
    package mutating func isEmpty() throws(CgroupError) -> Bool {
        if kind == .unified, let index = unifiedIndex {
            guard try isOwn(index) else { return true }
            do throws(CgroupError) {
                return try !CgroupEvents.parse(read("cgroup.events", of: index)).isPopulated
            } catch {
                guard error.errno == .noSuchFileOrDirectory || error.errno == .noSuchDevice else { throw error }
                return true
            }
        }
        return try processes().isEmpty
    }

    /// Whether neither a process nor another unit of systemd is in the cgroup, as far as it is the container's.
    package mutating func holdsNobodyElse() throws(CgroupError) -> Bool {
        for index in branches.indices where branches[index].refusal == nil {
            guard try isOwn(index) else { continue }
            if try !processes(of: index).isEmpty { return false }
            let directory = try directory(of: index)
            let names = try attempt("read", branches[index].directory) { () throws(Errno) in
                try directory.file.directoryEntries()
            }
            let others = names.filter { name in Self.kindsOfUnits.contains { name.bytes.hasSuffix($0) } }
            if !others.isEmpty { return false }
        }
        return true
    }

    /// The kinds of units that have a cgroup. See systemd.unit(5).
    private static let kindsOfUnits: [ByteString] = [".slice", ".scope", ".service", ".socket", ".mount", ".swap"]

    mutating func processes(of index: Int) throws(CgroupError) -> [Int32] {
        guard try isOwn(index) else { return [] }
        var pids: [Int32] = []
        try forEachDirectory(of: index, at: directory(of: index).file) { (directory) throws(Errno) in
            try Self.collect(from: directory, into: &pids)
        }
        // One in a threaded cgroup is also in the list of the domain above it.
        var seen: Set<Int32> = []
        return pids.filter { seen.insert($0).inserted }
    }

    /// All processes in a directory and below it, whoever's they are; 0 for one that the caller cannot see.
    mutating func everyProcess(of index: Int) throws(CgroupError) -> [Int32] {
        var pids: [Int32] = []
        try forEachDirectory(of: index, at: directory(of: index).file, includingOthers: true) {
            (directory) throws(Errno) in
            try Self.collect(from: directory, includingHidden: true, into: &pids)
        }
        return pids
    }

    /// The processes of one open directory.
    static func collect(
        from directory: borrowing FileDescriptor, includingHidden: Bool = false, into pids: inout [Int32]
    ) throws(Errno) {
        do throws(Errno) {
            let text = try readKernelFile("cgroup.procs", at: directory, limit: 64 << 20)
            parse(text, includingHidden: includingHidden, into: &pids)
        } catch .notSupported {
            // A threaded cgroup lists no processes, only their threads: the first of each has its number.
            var threads: [Int32] = []
            let text = try readKernelFile("cgroup.threads", at: directory, limit: 64 << 20)
            parse(text, includingHidden: includingHidden, into: &threads)
            pids += threads.filter { $0 == 0 || ThreadFacts.isFirst($0) }
        }
    }

    /// The numbers of a `cgroup.procs`; 0 stands for a process outside the caller's pid namespace.
    static func parse(_ text: ByteString, includingHidden: Bool = false, into pids: inout [Int32]) {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            var value: Int32 = 0
            for digit in line {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow, digit >= 48, digit <= 57 else { return }
                value = product &+ Int32(digit &- 48)
            }
            if value > 0 || (value == 0 && includingHidden) { pids.append(value) }
        }
    }
}

/// The facts of `cgroup.events`. See cgroups(7).
struct CgroupEvents: Hashable, Sendable {
    /// Whether the cgroup or one below it holds a process.
    var isPopulated = false
    /// Whether all processes in it and below it are frozen.
    var isFrozen = false

    static func parse(_ text: ByteString) -> CgroupEvents {
        var events = CgroupEvents()
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if line.elementsEqual("populated 1".utf8) { events.isPopulated = true }
            if line.elementsEqual("frozen 1".utf8) { events.isFrozen = true }
        }
        return events
    }
}
