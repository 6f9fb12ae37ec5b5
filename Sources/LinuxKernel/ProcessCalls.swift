import CLinuxKernel

/// What clone3(2), unshare(2) and setns(2) make or join.
package struct CloneFlags: OptionSet, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let newTime = CloneFlags(rawValue: 0x80)
    package static let pidDescriptor = CloneFlags(rawValue: 0x1000)
    package static let parent = CloneFlags(rawValue: 0x8000)
    package static let newMount = CloneFlags(rawValue: 0x2_0000)
    package static let newCgroup = CloneFlags(rawValue: 0x200_0000)
    package static let newUTS = CloneFlags(rawValue: 0x400_0000)
    package static let newIPC = CloneFlags(rawValue: 0x800_0000)
    package static let newUser = CloneFlags(rawValue: 0x1000_0000)
    package static let newPID = CloneFlags(rawValue: 0x2000_0000)
    package static let newNetwork = CloneFlags(rawValue: 0x4000_0000)
    package static let intoCgroup = CloneFlags(rawValue: 0x2_0000_0000)
}

/// A process and the descriptor that keeps naming it when its number is used again. See pidfd_open(2).
package struct ProcessHandle: ~Copyable, Sendable {
    package let pid: Int32
    package let descriptor: FileDescriptor

    package init(pid: Int32, descriptor: consuming FileDescriptor) {
        self.pid = pid
        self.descriptor = descriptor
    }

    /// Opens the process `pid`.
    package init(pid: Int32) throws(Errno) {
        self.pid = pid
        descriptor = FileDescriptor(owning: Int32(try check(linux_pidfd_open(pid, 0))))
    }

    /// Sends a signal. See pidfd_send_signal(2).
    package func send(signal: Int32) throws(Errno) {
        try check(linux_pidfd_send_signal(descriptor.raw, signal))
    }

    /// Waits at most `milliseconds` for the end of the process; negative waits for ever. True when it has ended.
    package func waitForEnd(milliseconds: Int32) throws(Errno) -> Bool {
        try poll(descriptor.raw, events: Int16(POLLIN), milliseconds: milliseconds) != 0
    }

    /// Whether it is a child of this process, alive or not yet waited for. See waitid(2), `P_PIDFD`.
    package func isChild() throws(Errno) -> Bool {
        var information = siginfo_t()
        do throws(Errno) {
            // P_PIDFD; WEXITED | WNOHANG | WNOWAIT | __WALL
            try checkRetrying { linux_waitid(3, descriptor.raw, &information, 0x4 | 0x1 | 0x0100_0000 | 0x4000_0000) }
            return true
        } catch .noChildProcesses {
            return false
        }
    }

    /// Waits for a child and takes its status.
    package func reap() throws(Errno) -> ProcessStatus { try reapChild(pid) }
}

/// How a process ended.
package enum ProcessStatus: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)

    /// The number that a shell would give: the exit code, or 128 and the signal.
    package var code: Int32 {
        switch self {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        }
    }

    package init(waitStatus status: Int32) {
        self = status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: status & 0x7f)
    }
}

/// Waits for the child `pid` and takes its status. See wait4(2).
package func reapChild(_ pid: Int32) throws(Errno) -> ProcessStatus {
    var status: Int32 = 0
    // __WALL: also a child that was made without SIGCHLD as its exit signal.
    try checkRetrying { linux_wait4(pid, &status, 0x4000_0000) }
    return ProcessStatus(waitStatus: status)
}

/// Waits for `events` on one descriptor; gives the events that came, 0 after `milliseconds`. See poll(2).
package func poll(_ descriptor: Int32, events: Int16, milliseconds: Int32) throws(Errno) -> Int16 {
    let end = milliseconds < 0 ? 0 : monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
    var left = milliseconds
    while true {
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        let result = linux_poll(&entry, 1, left)
        if result == -4 {
            if milliseconds >= 0 {
                let now = monotonicNanoseconds()
                left = now >= end ? 0 : Int32((end - now) / 1_000_000)
            }
            continue
        }
        return try check(result) == 0 ? 0 : entry.revents
    }
}

/// The monotonic clock, in nanoseconds.
package func monotonicNanoseconds() -> UInt64 { linux_now_nanoseconds(CLOCK_MONOTONIC) }

/// The wall clock, in nanoseconds since 1970.
package func realtimeNanoseconds() -> UInt64 { linux_now_nanoseconds(CLOCK_REALTIME) }

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
        result = linux_clone3_execveat(
            &clone, program, argv, &environment, request.socket, request.plan, request.kept,
            Int32(request.kept.count), request.tasks, Int32(request.tasks.count), request.identity ?? -1)
    }
    let pid = try check(result)
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

/// Leaves namespaces for new ones. See unshare(2).
package func unshare(_ flags: CloneFlags) throws(Errno) { try check(linux_unshare(UInt(flags.rawValue))) }

/// Joins the namespaces behind a namespace file or a pidfd. See setns(2).
package func joinNamespaces(_ descriptor: Int32, _ flags: CloneFlags) throws(Errno) {
    try check(linux_setns(descriptor, Int32(truncatingIfNeeded: flags.rawValue)))
}

/// Which kind of namespace a namespace file is. See ioctl_ns(2).
package func namespaceKind(of descriptor: Int32) throws(Errno) -> CloneFlags {
    CloneFlags(rawValue: UInt64(try check(linux_ioctl_value(descriptor, LINUX_NS_GET_NSTYPE, 0))))
}

/// Executes a program in this process; returns only with the reason why not. See execve(2).
package func execute(_ path: Path, arguments: [ByteString], environment: [ByteString]) -> Errno {
    withCStrings(arguments) { argv in
        withCStrings(environment) { envp in
            Errno(rawValue: Int32(truncatingIfNeeded: -path.withCString { linux_execve($0, argv, envp) }))
        }
    }
}

/// Lends `strings` as a null-terminated array of C strings.
func withCStrings<Result>(
    _ strings: [ByteString], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    // One block for all texts: two allocations however many strings there are.
    var size = 0
    for string in strings { size += string.count + 1 }
    let block = UnsafeMutablePointer<CChar>.allocate(capacity: max(size, 1))
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
    defer {
        block.deallocate()
        pointers.deallocate()
    }
    var next = block
    for (index, string) in strings.enumerated() {
        pointers[index] = next
        for byte in string {
            next.pointee = CChar(bitPattern: byte)
            next += 1
        }
        next.pointee = 0
        next += 1
    }
    pointers[strings.count] = nil
    return body(pointers)
}
