import CLinuxKernel

/// What a spawned copy of this program gets. The descriptors stay the caller's, and must stay open until it runs.
package struct SpawnRequest: ~Copyable {
    /// Namespaces to make for the child.
    package var flags: CloneFlags = []
    /// The cgroup v2 directory to start the child in.
    package var cgroup: DescriptorNumber?
    /// The socket that becomes descriptor 3.
    package var socket: DescriptorNumber
    /// What becomes its standard streams, by their numbers, where that is not the caller's.
    package var streams: [(source: DescriptorNumber, target: DescriptorNumber)] = []
    /// Descriptors that keep their numbers.
    package var kept: [DescriptorNumber] = []
    /// The `tasks` files of the version 1 cgroups that the child joins.
    package var tasks: [DescriptorNumber] = []
    /// Where the child waits before it goes on, a byte for each reason; the two ends of a pipe.
    package var gate: (reader: DescriptorNumber, writer: DescriptorNumber)?
    /// How many bytes it waits for.
    package var waits: Int32 = 0
    /// Whether it becomes root of its new user namespace then.
    package var becomesRoot = false

    package init(socket: DescriptorNumber) { self.socket = socket }
}

/// The exit statuses that tell what a spawned child could not do before its exec.
package enum SpawnFailure {
    package static let memory: Int32 = LINUX_SPAWN_MEMORY
    package static let cgroup: Int32 = LINUX_SPAWN_CGROUP
    package static let descriptors: Int32 = LINUX_SPAWN_DESCRIPTORS
    package static let identity: Int32 = LINUX_SPAWN_IDENTITY
    package static let execution: Int32 = LINUX_SPAWN_EXECUTION
}

/// Clones a child with new namespaces and executes `program` in it. See clone3(2) and execveat(2).
///
/// Where the kernel cannot clone into a cgroup, or a filter refuses the call, the child moves itself there before its exec.
package func spawn(
    program: borrowing FileDescriptor, arguments: [StaticString], _ request: borrowing SpawnRequest
) throws(Errno) -> ProcessHandle {
    do throws(Errno) {
        return try spawn(program: program, arguments: arguments, request, into: request.cgroup, joining: request.tasks)
    } catch {
        guard let cgroup = request.cgroup, mayLackCloningIntoCgroup(error) else { throw error }
        let processes = try fileForJoining(cgroup)
        return try spawn(
            program: program, arguments: arguments, request, into: nil, joining: request.tasks + [processes.number])
    }
}

/// Whether a failure of clone3(2) may mean that there is no such call, or that it takes no cgroup: before Linux 5.7 it gives
/// `E2BIG` or `EINVAL`.
func mayLackCloningIntoCgroup(_ error: Errno) -> Bool {
    error == .noSuchSystemCall || error == .notPermitted || error == .argumentListTooLong || error == .invalidArgument
}

/// The file of a cgroup v2 directory through which a process moves itself there.
func fileForJoining(_ cgroup: DescriptorNumber) throws(Errno) -> FileDescriptor {
    FileDescriptor(
        owning: Int32(try checkRetrying { linux_openat(cgroup.rawValue, "cgroup.procs", O_WRONLY | O_CLOEXEC, 0) }))
}

private func spawn(
    program: borrowing FileDescriptor, arguments: [StaticString], _ request: borrowing SpawnRequest,
    into cgroup: DescriptorNumber?, joining tasks: [DescriptorNumber]
) throws(Errno) -> ProcessHandle {
    var pidDescriptor: Int32 = -1
    var result = 0
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map {
        UnsafeMutableRawPointer(mutating: $0.utf8Start).assumingMemoryBound(to: CChar.self)
    }
    argv.append(nil)
    var environment: UnsafeMutablePointer<CChar>?
    let flags = request.flags.union(.pidDescriptor).union(cgroup == nil ? [] : .intoCgroup)
    let (kept, tasks) = (request.kept.map(\.rawValue), tasks.map(\.rawValue))
    let streams = request.streams
    withUnsafeMutablePointer(to: &pidDescriptor) { pidPointer in
        var clone = linux_clone_args()
        clone.flags = flags.rawValue
        clone.pidfd = UInt64(UInt(bitPattern: pidPointer))
        clone.exit_signal = UInt64(SIGCHLD)
        clone.cgroup = UInt64(cgroup?.rawValue ?? 0)
        var launch = linux_launch()
        launch.program = program.raw
        launch.socket = request.socket.rawValue
        launch.gate = request.gate?.reader.rawValue ?? -1
        launch.gate_writer = request.gate?.writer.rawValue ?? -1
        launch.waits = request.waits
        launch.becomes_root = request.becomesRoot ? 1 : 0
        launch.streams = (-1, -1, -1)
        for stream in streams {
            switch stream.target.rawValue {
            case 0: launch.streams.0 = stream.source.rawValue
            case 1: launch.streams.1 = stream.source.rawValue
            default: launch.streams.2 = stream.source.rawValue
            }
        }
        launch.keep_count = Int32(kept.count)
        launch.task_count = Int32(tasks.count)
        argv.withUnsafeBufferPointer { argv in
            withUnsafePointer(to: &environment) { environment in
                kept.withUnsafeBufferPointer { kept in
                    tasks.withUnsafeBufferPointer { tasks in
                        launch.argv = argv.baseAddress
                        launch.envp = environment
                        launch.keep = kept.baseAddress
                        launch.tasks = tasks.baseAddress
                        result = metered { linux_clone3_execveat(&clone, &launch) }
                    }
                }
            }
        }
    }
    let pid = try checked(result)
    return ProcessHandle(pid: Int32(pid), descriptor: FileDescriptor(owning: pidDescriptor))
}

/// Goes on in a new process, one more child of this one's parent, and ends this one, which has a single thread, with status 0.
///
/// The new one must use raw calls for its identity. It takes no descriptor, of which a limit may leave none.
///
/// - Parameter takesMemory: the new one has this one's memory as it is, where the kernel lets it, and no copy. It must not
///   change its user or time namespace then, as long as this one may not have ended: the kernel takes the two for threads.
package func moveToSibling(_ flags: CloneFlags, takesMemory: Bool) throws(Errno) {
    var clone = linux_clone_args()
    // The exit signal is that of the caller itself.
    clone.flags = flags.union(.parent).rawValue
    try check(linux_move_to_child(&clone, takesMemory ? 1 : 0))
}
