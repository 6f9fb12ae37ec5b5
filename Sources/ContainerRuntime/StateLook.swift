import Cgroups
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// What looks at several containers share.
struct LookPlaces: ~Copyable {
    /// Room for what is read of a state file at first. Most are shorter, and what a look wants stands at the front.
    fileprivate var buffer = FileBuffer(capacity: 8192)
    fileprivate var processes = NearbyDirectory()
    fileprivate var cgroups = NearbyDirectory()
}

/// One look at a container: what its state directory says, and what has become of its process.
struct StateLook: ~Copyable {
    let summary: StateSummary
    /// Where the state directory is: an open directory, and the path from there.
    let directory: SharedDescriptor
    let path: Path

    /// Looks at the state directory at `path`, of which the container's id is the last component.
    ///
    /// - Parameters:
    ///   - shown: the path in messages.
    ///   - places: what the state file is read into.
    init(
        _ id: String, at path: Path, in directory: SharedDescriptor, shown: @autoclosure () -> Path,
        _ places: inout LookPlaces
    ) throws(ContainerError) {
        do throws(Errno) {
            try Self.read(path, at: directory.file, &places.buffer)
        } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory {
                throw ContainerError(.doesNotExist, exactly: "container does not exist")
            }
            throw ContainerError(operation: "read", subject: shown().appending("state.json"), errno: error)
        }
        let found: StateSummary
        do throws(ContainerError) {
            found = try StateSummary(decoding: places.buffer.bytes)
        } catch {
            throw ContainerStore.unreadable(shown().appending("state.json"), error)
        }
        guard found.id == id else { throw ContainerStore.misplaced(shown().appending("state.json")) }
        summary = found
        self.directory = directory
        self.path = path
    }

    /// Reads the state file in a directory, or as much of it as the summary takes: with one read(2), unless it fills the buffer.
    ///
    /// The file is opened without blocking, so a fifo reads as empty or as `EAGAIN`.
    private static func read(
        _ path: Path, at directory: borrowing FileDescriptor, _ buffer: inout FileBuffer
    ) throws(Errno) {
        let limit = 16 << 20
        let file = try FileDescriptor.open("state.json", in: path, at: directory, .withoutWaiting)
        try buffer.read(file)
        guard buffer.isFull else { return }
        guard try file.status().size <= limit else { throw .fileTooLarge }
        if !StateSummary.isComplete(in: buffer.bytes) { try buffer.readRest(file, limit: limit) }
    }

    /// Looks at a container whose record is read.
    init(_ record: StateRecord, at path: Path) {
        summary = StateSummary(record)
        directory = .workingDirectory
        self.path = path
    }

    /// Where in its life the container is. See runtime.md, "State".
    func status() throws(ContainerError) -> ContainerStatus {
        var places = LookPlaces()
        return try status(&places)
    }

    private func status(_ places: inout LookPlaces) throws(ContainerError) -> ContainerStatus {
        guard let pid = summary.pid else { return try isBeingMade() ? .creating : .stopped }
        // Who waits at the fifo lives.
        let waits = try waitsForStart()
        if !waits, try !ProcessFacts.isAlive(pid, since: summary.startTime, near: &places.processes) {
            return .stopped
        }
        if try isFrozen(near: &places.cgroups), try !isFrozenByUpdate() { return .paused }
        return waits ? .created : .running
    }

    private func isFrozen(near cgroups: inout NearbyDirectory) throws(ContainerError) -> Bool {
        if summary.isThawed(near: &cgroups) { return false }
        var cgroup = summary.freezingCgroup
        do throws(CgroupError) {
            return try cgroup.isFrozen()
        } catch {
            throw ContainerError(error)
        }
    }

    /// The state document. See runtime.md, "State".
    func state() throws(ContainerError) -> State {
        var places = LookPlaces()
        return try state(&places)
    }

    func state(_ places: inout LookPlaces) throws(ContainerError) -> State {
        let status = try status(&places)
        return State(
            id: summary.id, status: status, pid: status == .stopped ? 0 : summary.pid ?? 0, bundle: summary.bundle,
            annotations: summary.annotations, rootfs: summary.rootfs, created: summary.created,
            exitStatus: status == .stopped ? recordedEnd?.code : nil)
    }

    /// Whether the runtime that makes the container is still at work: it holds a lock on the state directory.
    private func isBeingMade() throws(ContainerError) -> Bool {
        do throws(Errno) {
            let directory = try FileDescriptor.open(path, at: directory.file, [.readOnly, .directory, .noFollow])
            return try !directory.lock(shared: true, waiting: false)
        } catch .noSuchFileOrDirectory {
            return false
        } catch {
            throw ContainerError(operation: "open", subject: path, errno: error)
        }
    }

    /// Whether an update has frozen the container, and is at work still or was killed.
    func isFrozenByUpdate() throws(ContainerError) -> Bool {
        let marker = path.appending(Container.updateMarker)
        do throws(Errno) {
            _ = try fileStatus(marker, at: directory.file, followingLinks: false)
            return true
        } catch .noSuchFileOrDirectory {
            return false
        } catch {
            throw ContainerError(operation: "stat", subject: marker, errno: error)
        }
    }

    /// Whether the program has not been started: the fifo is there, and somebody reads from it.
    private func waitsForStart() throws(ContainerError) -> Bool {
        do throws(Errno) {
            // Mostly it is gone, and a look by the name takes half the time of an attempt to open it.
            _ = try startFifoStatus(in: path, at: directory.file)
            _ = try openStartFifo(in: path, at: directory.file)
            return true
        } catch .noSuchFileOrDirectory {
            return false
        } catch .noSuchDeviceOrAddress {
            return false
        } catch {
            throw ContainerError(operation: "open", subject: startFifo(in: path), errno: error)
        }
    }

    /// How the first process ended, as its parent recorded; nil where nobody did.
    var recordedEnd: ProcessStatus? {
        do throws(Errno) {
            let bytes = try readRegularFile(path.appending(ExitRecord.name), at: directory.file, limit: 4096)
            guard let exit = ExitRecord(decoding: bytes), exit.pid == summary.pid, exit.startTime == summary.startTime
            else { return nil }
            return exit.status
        } catch {
            return nil
        }
    }
}

extension ContainerStore {
    /// A container in the list.
    public struct Entry: Sendable {
        /// Its state.
        public var state: State
        /// The user who owns its state directory.
        public var owner: UInt32
    }

    /// The state of the container `id`, read without the rest of what is remembered of it.
    ///
    /// - Throws: `invalidIdentifier` for what is no id, `doesNotExist` for what is no container.
    public func state(of id: String) throws(ContainerError) -> State {
        try Self.check(id)
        let path = directory(of: id)
        var places = LookPlaces()
        return try StateLook(id, at: path, in: .workingDirectory, shown: path, &places).state(&places)
    }

    /// All containers, in the order of their ids.
    ///
    /// - Parameter report: takes what is wrong with an entry, which hides only that one.
    public func entries(report: WarningReport) throws(ContainerError) -> [Entry] {
        let directory = try attempt("open", root) { () throws(Errno) in
            SharedDescriptor(try FileDescriptor.open(root, [.readOnly, .directory]))
        }
        let names = try attempt("getdents", root) { () throws(Errno) in try directory.file.directoryEntries() }
        var entries: [Entry] = []
        entries.reserveCapacity(names.count)
        var places = LookPlaces()
        for name in names.sorted() {
            let owner: UInt32
            do throws(Errno) {
                // Plain files are none of the runtime's business.
                let status = try fileStatus(Path(name), at: directory.file, followingLinks: false)
                guard status.kind == .directory else { continue }
                owner = status.user
            } catch .noSuchFileOrDirectory {
                continue  // removed meanwhile
            } catch {
                throw ContainerError(operation: "stat", subject: self.directory(of: name.text), errno: error)
            }
            let id = name.text
            do throws(ContainerError) {
                try Self.check(id)
                let look = try StateLook(id, at: Path(name), in: directory, shown: self.directory(of: id), &places)
                do throws(ContainerError) {
                    entries.append(Entry(state: try look.state(&places), owner: owner))
                } catch {
                    report("status for " + id + ": " + error.message)
                }
            } catch {
                report("load container " + id + ": " + error.message)
            }
        }
        return entries
    }
}
