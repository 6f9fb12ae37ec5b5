import LinuxKernel

/// Tells when processes of a cgroup run out of memory.
///
/// In version 1 the kernel raises a counter whenever the cgroup is at its limit and nothing can be reclaimed; of cgroup2
/// the number of processes that were killed for it is looked at whenever `memory.events` changes. Nothing stays in the
/// kernel when the value goes away.
package struct OOMNotifier: ~Copyable, Sendable {
    /// What there was to tell.
    package enum Notice: Sendable {
        case nothing
        case outOfMemory
        /// The cgroup has been removed.
        case gone
        /// The cgroup has been removed, and had run out of memory before.
        case outOfMemoryAndGone
    }

    /// Version 1: what the kernel raises.
    private let counter: EventCounter?
    /// Version 1: the cgroup's directory; cgroup2: its `memory.events`.
    private let file: FileDescriptor
    private let path: Path
    private var kills: UInt64 = 0

    /// Has the kernel raise a counter. See the kernel's Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control".
    fileprivate init(legacy directory: borrowing FileDescriptor, path: Path) throws(CgroupError) {
        self.path = path
        let counter = try attempt("eventfd", path) { () throws(Errno) in try EventCounter() }
        try attempt("write", path.appending("cgroup.event_control")) { () throws(Errno) in
            let control = try FileDescriptor.open("memory.oom_control", at: directory)
            let (event, file) = (counter.descriptor.number, control.number)
            try writeKernelFile("cgroup.event_control", at: directory, "\(event.rawValue) \(file.rawValue)")
        }
        file = try attempt("open", path) { () throws(Errno) in
            try FileDescriptor.open(".", at: directory, [.readOnly, .directory])
        }
        self.counter = consume counter
    }

    fileprivate init(unified directory: borrowing FileDescriptor, path: Path) throws(CgroupError) {
        self.path = path
        counter = nil
        let file = try attempt("open", path.appending("memory.events"), reason: "unable to add inotify watch") {
            () throws(Errno) in
            try FileDescriptor.open("memory.events", at: directory)
        }
        kills = try attempt("read", path.appending("memory.events")) { () throws(Errno) in
            Cgroup.oomKills(in: try file.readAgain()) ?? 0
        }
        self.file = file
    }

    /// Has a set watch for what may have happened.
    package func watch(in watched: inout PollSet) {
        lend { (file, events) in watched.add(file, events: events) }
    }

    /// Lends what can be waited on, with the events of poll(2) to wait for.
    package func lend<Result, Failure: Error>(
        _ body: (borrowing FileDescriptor, Int16) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch counter {
        case .some(let counter): try body(counter.descriptor, PollSet.input)
        case .none: try body(file, PollSet.priority)
        }
    }

    /// What has happened since the last time.
    package mutating func take() throws(CgroupError) -> Notice {
        do throws(Errno) {
            switch counter {
            case .some(let counter): return try takeLegacy(counter.take())
            case .none: break
            }
            let count = Cgroup.oomKills(in: try file.readAgain()) ?? 0
            defer { kills = count }
            return count > kills ? .outOfMemory : .nothing
        } catch .noSuchDevice {
            return .gone
        } catch {
            throw CgroupError(operation: "read", path: path.text, errno: error)
        }
    }

    /// The kernel raises the counter once more when it removes the cgroup.
    private func takeLegacy(_ count: UInt64) throws(Errno) -> Notice {
        if count == 0 { return .nothing }
        do throws(Errno) {
            _ = try fileStatus("cgroup.event_control", at: file)
            return .outOfMemory
        } catch {
            guard error == .noSuchFileOrDirectory || error == .noSuchDevice else { throw error }
            return count > 1 ? .outOfMemoryAndGone : .gone
        }
    }
}

extension Cgroup {
    /// Starts to watch for processes that run out of memory.
    ///
    /// - Throws: an error where the memory of the cgroup is not counted.
    package mutating func oomNotifier() throws(CgroupError) -> OOMNotifier {
        if let index = legacyIndex(of: "memory") {
            return try OOMNotifier(legacy: directory(of: index).file, path: branches[index].place)
        }
        guard let index = unifiedIndex else { throw CgroupError(reason: "memory controller missing") }
        return try OOMNotifier(unified: directory(of: index).file, path: branches[index].place)
    }
}
