import ByteStrings
import Cgroups
import ContainerInit
import LinuxKernel

/// Clones and executes the child, in its cgroup.
package struct SpawnStep: ParentStep {
    package static let name: StaticString = "spawn"

    /// The namespaces it starts in.
    package var namespaces: CloneFlags = []
    /// True when it goes on in a second process, which makes or joins namespaces that need that.
    package var isStaged = false
    /// True when the first process waits for the mappings of its user namespace before its exec.
    package var waitsForMappings = false
    /// The processors that it may run on until it is in its cgroup; empty for those of the runtime.
    package var processors: [Int32] = []
    /// Who gets the listener of the seccomp filter, for a filter that has one.
    package var agent: SeccompAgent?
    /// What it does where its cgroup takes no process.
    package var whenRefused = Refusal.givesUp

    /// What is done where the kernel lets no process into the cgroup.
    package enum Refusal: UInt8, FieldCode {
        case givesUp
        /// A rootless runtime goes without the cgroup2 of a host that limits by version 1.
        case sparesUnified
        /// One more process of a container goes to where the first one is, if nobody has said where.
        case joinsFirst
        /// One more process of a container whose cgroup somebody has named.
        case isRefused
    }

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("new", &namespaces)
        try visitor.field("staged", &isStaged)
        try visitor.field("waitsForMappings", &waitsForMappings)
        try visitor.field("processors", &processors)
        try visitor.field("seccompAgent", &agent)
        try visitor.field("whenRefused", &whenRefused, .hidden)
    }

    package var detail: String {
        (namespaces.isEmpty ? "no new namespaces" : "new: " + namespaces.shown)
            + (isStaged ? ", in two processes" : "")
            + (processors.isEmpty ? "" : ", on processors " + processors.shown)
            + (agent == nil ? "" : ", seccomp listener to " + (agent?.path.text ?? ""))
    }

    package var undo: [Undo] { [Undo(KillProcesses())] }

    package func perform(in making: Making) throws(ContainerError) {
        making.conversation.agent = agent
        // One more process of a container is not recorded; those of a terminal are the container's own.
        making.conversation.namesStreams = making.record.pid == nil && !making.conversation.plan.child.hasTerminal
        var tasks = DescriptorList()
        var directory: SharedDescriptor?
        do throws(ContainerError) {
            try making.withCgroup { (cgroup) throws(CgroupError) in
                tasks = try cgroup.filesForJoining()
                directory = try cgroup.directoryForClone()
            }
        } catch {
            throw refused(error)
        }
        do throws(ContainerError) {
            try making.conversation.spawn(self, cgroup: directory?.file.number, tasks: tasks)
        } catch {
            try spawnElsewhere(making, tasks, hadDirectory: directory != nil, error)
        }
        // The child's end only: that it is closed tells when the program runs.
        _ = making.slots.take(.start)
        making.unit?.releasePlace()
    }

    private func spawnElsewhere(
        _ making: Making, _ tasks: borrowing DescriptorList, hadDirectory: Bool, _ failure: ContainerError
    ) throws(ContainerError) {
        if hadDirectory, try spawnMoved(making, tasks, failure) { return }
        switch whenRefused {
        case .givesUp: throw failure
        case .sparesUnified:
            // Cloning into a cgroup takes rights on the one that has both it and the runtime's own in it.
            guard failure.errno == .permissionDenied, hadDirectory else { throw failure }
            var isSpared = false
            try making.withCgroup { (cgroup) throws(CgroupError) in
                isSpared = cgroup.spareUnified(.permissionDenied)
            }
            guard isSpared else { throw failure }
            making.noteMadeCgroups()
            try making.conversation.spawn(self, cgroup: nil, tasks: tasks)
        case .joinsFirst, .isRefused:
            var isHybrid = false
            var other: SharedDescriptor?
            try making.withCgroup { (cgroup) throws(CgroupError) in isHybrid = cgroup.kind == .hybrid }
            if failure.errno == .permissionDenied, isHybrid, making.record.isRootless {
                // The hierarchies with the controllers are joined by the process itself.
                return try making.conversation.spawn(self, cgroup: nil, tasks: tasks)
            }
            guard failure.errno == .busy else { throw failure }
            // The container's own cgroup has become an inner node: where its first process is, more may go.
            if whenRefused == .joinsFirst, let first = making.record.pid {
                try making.withCgroup { (cgroup) throws(CgroupError) in
                    other = try cgroup.directoryForClone(besideProcess: first)
                }
            }
            guard let other else { throw refused(failure) }
            try making.conversation.spawn(self, cgroup: other.file.number, tasks: tasks)
        }
    }

    /// Starts the child where the runtime is and has systemd move it: to clone into a cgroup takes rights on the one that has
    /// both it and the runtime's own in it, which a user in a session does not have. The child waits until it is there.
    ///
    /// - Returns: false where the kernel's refusal is another one, or systemd has no part in the cgroup.
    private func spawnMoved(
        _ making: Making, _ tasks: borrowing DescriptorList, _ failure: ContainerError
    ) throws(ContainerError) -> Bool {
        guard let unit = making.record.own.unit,
            // The second is of a cgroup that lies outside of what the runtime's own namespace has.
            failure.errno == .permissionDenied || failure.errno == .noSuchFileOrDirectory
        else { return false }
        var places = [Path()]
        try making.withCgroup { (cgroup) throws(CgroupError) in
            places = [cgroup.placeInUnit]
            guard whenRefused == .joinsFirst, let first = making.record.pid,
                let place = try cgroup.place(ofProcess: first), !places.contains(place)
            else { return }
            places.append(place)
        }
        try making.conversation.spawn(self, cgroup: nil, tasks: tasks, isHeld: true)
        guard let pid = making.conversation.childPID else { throw failure }
        try cgroupCall { () throws(CgroupError) in
            try UnitStart.attach(
                pid, to: unit.name, isUser: unit.isUser, at: places.map { $0.isEmpty ? "" : "/" + $0.text })
        }
        try making.conversation.letGo()
        return true
    }

    /// The failure in words that callers of runc know.
    private func refused(_ failure: ContainerError) -> ContainerError {
        guard whenRefused == .joinsFirst || whenRefused == .isRefused else { return failure }
        var failure = failure
        failure.reason = "error adding pid of the new process to cgroups: " + failure.reason
        return failure
    }
}

/// Kills the container's processes; the child of a making that failed is gone by then.
package struct KillProcesses: UndoAction {
    package static let name: StaticString = "killProcesses"

    package init() {}
    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
    }

    package func perform(in undoing: Undoing) throws(ContainerError) {
        if undoing.making != nil {
            // One more process of a container is gone by now, and the others are not this one's.
            guard undoing.hadChild, undoing.directory != nil else { return }
        }
        // With a pid namespace of its own the first process took all others along; a half-made container may have left
        // one that no state names.
        let isHalfMade = undoing.making == nil && undoing.record.pid == nil
        guard !undoing.record.hasPrivatePIDNamespace || isHalfMade else { return }
        do throws(ContainerError) {
            try undoing.withCgroup { (cgroup) throws(CgroupError) in try cgroup.killAll() }
        } catch {
            // Whether anything is left, the removal of the cgroup finds out.
            undoing.report(error.message)
        }
    }
}
