import CLinuxKernel

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
        try descriptor.poll(events: Int16(POLLIN), milliseconds: milliseconds) != 0
    }

    /// Whether it is a child of this process, alive or not yet waited for. See waitid(2), `P_PIDFD`.
    package func isChild() throws(Errno) -> Bool {
        var information = siginfo_t()
        do throws(Errno) {
            try checkRetrying { linux_waitid(Waiting.behindDescriptor, descriptor.raw, &information, Waiting.look) }
            return true
        } catch .noChildProcesses {
            return false
        }
    }

    /// Waits for a child and takes its status.
    package func reap() throws(Errno) -> ProcessStatus { try reapChild(pid) }
}

extension ProcessHandle {
    /// How the process ended, which the kernel tells by this descriptor once its parent has reaped it; nil before that, and
    /// before Linux 6.15. See the kernel's include/uapi/linux/pidfd.h, `PIDFD_INFO_EXIT`.
    package func keptStatus() throws(Errno) -> ProcessStatus? {
        var status: Int32 = 0
        do throws(Errno) {
            let isKnown = try check(linux_pidfd_exit_status(descriptor.raw, &status)) == 1
            return isKnown ? ProcessStatus(waitStatus: status) : nil
        } catch {
            switch error {
            // Gone without a trace, or a kernel that does not know the question.
            case .noSuchProcess, .notTerminal, .invalidArgument, .notSupported: return nil
            default: throw error
            }
        }
    }

    /// Waits at most `milliseconds` until the ended process has been reaped; before Linux 6.9, until the time is over.
    package func waitForReaping(milliseconds: Int32) throws(Errno) {
        // Nothing but POLLHUP, which comes without being asked for.
        _ = try descriptor.poll(events: 0, milliseconds: milliseconds)
    }
}

/// The numbers of wait4(2) and waitid(2).
enum Waiting {
    /// Any child: `P_ALL`.
    static let forAny: Int32 = 0
    /// The child behind a descriptor: `P_PIDFD`.
    static let behindDescriptor: Int32 = 3
    /// Also a child that was made without SIGCHLD as its exit signal: `__WALL`.
    static let everyKind: Int32 = 0x4000_0000
    /// Neither waits nor takes the status away.
    static let look: Int32 = WEXITED | WNOHANG | WNOWAIT | everyKind
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
    try checkRetrying { linux_wait4(pid, &status, Waiting.everyKind) }
    return ProcessStatus(waitStatus: status)
}

/// The number of a child that has ended and waits to be reaped; nil when there is none. See waitid(2).
package func peekEndedChild() throws(Errno) -> Int32? {
    var information = siginfo_t()
    do throws(Errno) {
        try checkRetrying { linux_waitid(Waiting.forAny, 0, &information, Waiting.look) }
    } catch .noChildProcesses {
        return nil
    }
    let pid = linux_siginfo_pid(&information)
    return pid == 0 ? nil : pid
}

extension FileDescriptor {
    /// Opens the process `pid`: the descriptor goes on naming it when its number is used again. See pidfd_open(2).
    package static func process(_ pid: Int32) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: Int32(try check(linux_pidfd_open(pid, 0))))
    }
}

extension DescriptorList {
    /// Kills the process behind one of several descriptors of `FileDescriptor.process`. See pidfd_send_signal(2).
    package func killProcess(at index: Int) throws(Errno) { try check(linux_pidfd_send_signal(raw[index], SIGKILL)) }
}
