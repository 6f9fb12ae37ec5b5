import Cgroups
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// One look at a container: what its state directory says, and what has become of its process.
struct StateLook {
    let summary: StateSummary
    /// Where the state directory is: an open directory, and the path from there.
    let directory: SharedDescriptor
    let path: Path

    /// Looks at the state directory at `path`, of which the container's id is the last component.
    ///
    /// - Parameter shown: the path in messages.
    init(_ id: String, at path: Path, in directory: SharedDescriptor, shown: Path) throws(ContainerError) {
        self.directory = directory
        self.path = path
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try readAtOnce(path.appending("state.json"), at: directory.file, limit: 16 << 20)
        } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory {
                throw ContainerError(.doesNotExist, exactly: "container does not exist")
            }
            throw ContainerError(operation: "read", subject: shown.appending("state.json"), errno: error)
        }
        do throws(ContainerError) {
            summary = try StateSummary(decoding: bytes)
        } catch {
            throw ContainerStore.unreadable(shown.appending("state.json"), error)
        }
        guard summary.id == id else { throw ContainerStore.misplaced(shown.appending("state.json")) }
    }

    /// Looks at a container whose record is read.
    init(_ record: StateRecord, at path: Path) {
        summary = StateSummary(record)
        directory = .workingDirectory
        self.path = path
    }

    /// Where in its life the container is. See runtime.md, "State".
    func status() throws(ContainerError) -> ContainerStatus {
        guard let pid = summary.pid else { return try isBeingMade() ? .creating : .stopped }
        // Who waits at the fifo lives.
        let waits = try waitsForStart()
        if !waits {
            guard let facts = try ProcessFacts.of(pid), facts.startTime == summary.startTime, facts.isAlive else {
                return .stopped
            }
        }
        var cgroup = summary.freezingCgroup
        let isFrozen: Bool
        do throws(CgroupError) {
            isFrozen = try cgroup.isFrozen()
        } catch {
            throw ContainerError(error)
        }
        if isFrozen, try !isFrozenByUpdate() { return .paused }
        return waits ? .created : .running
    }

    /// The state document. See runtime.md, "State".
    func state() throws(ContainerError) -> State {
        let status = try status()
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
        let fifo = path.appending(startFifoName)
        do throws(Errno) {
            _ = try FileDescriptor.open(fifo, at: directory.file, [.writeOnly, .nonBlocking, .noFollow])
            return true
        } catch .noSuchFileOrDirectory {
            return false
        } catch .noSuchDeviceOrAddress {
            return false
        } catch {
            throw ContainerError(operation: "open", subject: fifo, errno: error)
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
        return try StateLook(id, at: path, in: .workingDirectory, shown: path).state()
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
                let look = try StateLook(id, at: Path(name), in: directory, shown: self.directory(of: id))
                do throws(ContainerError) {
                    entries.append(Entry(state: try look.state(), owner: owner))
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
