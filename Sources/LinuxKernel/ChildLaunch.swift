import CLinuxKernel

/// What a spawned copy of this program gets.
package struct SpawnRequest: ~Copyable {
    /// Namespaces to make for the child.
    package var flags: CloneFlags = []
    /// The cgroup v2 directory to start the child in.
    package var cgroup: Int32?
    /// The socket that becomes descriptor 3.
    package var socket: Int32
    /// The file that becomes descriptor 4.
    package var plan: Int32
    /// Descriptors that keep their numbers.
    package var kept: [Int32] = []
    /// The `tasks` files of the version 1 cgroups that the child joins.
    package var tasks: [Int32] = []
    /// Where the child of a new user namespace waits for its mappings.
    package var identity: Int32?

    package init(socket: Int32, plan: Int32) {
        self.socket = socket
        self.plan = plan
    }
}

/// The exit statuses that tell what a spawned child could not do before its exec.
package enum SpawnFailure {
    package static let cgroup: Int32 = LINUX_SPAWN_CGROUP
    package static let descriptors: Int32 = LINUX_SPAWN_DESCRIPTORS
    package static let identity: Int32 = LINUX_SPAWN_IDENTITY
    package static let execution: Int32 = LINUX_SPAWN_EXECUTION
}

/// Clones a child with new namespaces and executes `program` in it. See clone3(2) and execveat(2).
package func spawn(
    program: Int32, arguments: [StaticString], _ request: borrowing SpawnRequest
) throws(Errno) -> ProcessHandle {
    var pidDescriptor: Int32 = -1
    var result = 0
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map {
        UnsafeMutableRawPointer(mutating: $0.utf8Start).assumingMemoryBound(to: CChar.self)
    }
    argv.append(nil)
    var environment: UnsafeMutablePointer<CChar>?
    let flags = request.flags.union(.pidDescriptor).union(request.cgroup == nil ? [] : .intoCgroup)
    withUnsafeMutablePointer(to: &pidDescriptor) { pidPointer in
        var clone = linux_clone_args()
        clone.flags = flags.rawValue
        clone.pidfd = UInt64(UInt(bitPattern: pidPointer))
        clone.exit_signal = UInt64(SIGCHLD)
        clone.cgroup = UInt64(request.cgroup ?? 0)
        result = metered {
            linux_clone3_execveat(
                &clone, program, argv, &environment, request.socket, request.plan, request.kept,
                Int32(request.kept.count), request.tasks, Int32(request.tasks.count), request.identity ?? -1)
        }
    }
    let pid = try checked(result)
    return ProcessHandle(pid: Int32(pid), descriptor: FileDescriptor(owning: pidDescriptor))
}

/// Clones this process, which has a single thread, as one more child of its parent; true in the new one.
///
/// The new one must not return to code that relies on another thread, and must use raw calls for its identity. It takes no
/// descriptor, of which a limit may leave none.
package func forkSibling(_ flags: CloneFlags) throws(Errno) -> Bool {
    var clone = linux_clone_args()
    // The exit signal is that of the caller itself.
    clone.flags = flags.union(.parent).rawValue
    return try check(linux_clone3(&clone)) == 0
}
