import CLinuxKernel

/// All signals of this process as a stream to read from, instead of interruptions. See signalfd(2).
package struct SignalStream: ~Copyable {
    /// What can be waited on.
    package let stream: FileDescriptor
    private let previous: UInt64

    /// Blocks every signal that can be blocked, and opens the stream.
    package init() throws(Errno) {
        var old: UInt64 = 0
        // Faults of this program itself must go on to end it.
        var mask = ~UInt64(0)
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { mask &= ~(1 << UInt64(number - 1)) }
        try check(linux_sigprocmask(SIG_BLOCK, mask, &old))
        do throws(Errno) {
            // SFD_CLOEXEC and SFD_NONBLOCK have these values.
            stream = FileDescriptor(owning: Int32(try check(linux_signalfd(-1, mask, O_CLOEXEC | O_NONBLOCK))))
            previous = old
        } catch {
            _ = linux_sigprocmask(SIG_SETMASK, old, nil)
            throw error
        }
    }

    deinit { _ = linux_sigprocmask(SIG_SETMASK, previous, nil) }

    /// Takes the next signal; nil when none is pending.
    package func next() throws(Errno) -> Int32? {
        do throws(Errno) {
            let bytes = try stream.read(count: 128)
            guard bytes.count == 128 else { return nil }
            return Int32(bitPattern: bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
        } catch .tryAgain {
            return nil
        }
    }
}

/// Gives signals their default action, a bit for each, the lowest for signal 1. See sigaction(2).
package func resetSignals(_ set: UInt64) { linux_reset_signals(set) }

/// The numbers of the signals that the runtime handles by itself. See signal(7).
package enum SignalNumber {
    package static let illegalInstruction: Int32 = SIGILL
    package static let trap: Int32 = SIGTRAP
    package static let kill: Int32 = SIGKILL
    package static let brokenPipe: Int32 = SIGPIPE
    package static let child: Int32 = SIGCHLD
    package static let urgent: Int32 = SIGURG
    package static let fileSizeExceeded: Int32 = SIGXFSZ
    package static let windowSize: Int32 = SIGWINCH

    /// Those with which programs are asked to end: hangup, interrupt, quit, terminate.
    package static let usualEnds: [Int32] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]

    /// What the signal says to users, as shells and other runtimes word it.
    package static func description(of number: Int32) -> String {
        switch number {
        case SIGHUP: "hangup"
        case SIGINT: "interrupt"
        case SIGQUIT: "quit"
        case SIGILL: "illegal instruction"
        case SIGABRT: "aborted"
        case SIGBUS: "bus error"
        case SIGFPE: "floating point exception"
        case SIGKILL: "killed"
        case SIGSEGV: "segmentation fault"
        case SIGPIPE: "broken pipe"
        case SIGALRM: "alarm clock"
        case SIGTERM: "terminated"
        case SIGXCPU: "CPU time limit exceeded"
        case SIGXFSZ: "file size limit exceeded"
        case SIGSYS: "bad system call"
        default: "signal \(number)"
        }
    }
}

/// Lets the signals with which programs are asked to end do so for this process, also when it is the first of its pid
/// namespace.
package func endByUsualSignals() throws(Errno) {
    for number in SignalNumber.usualEnds { try check(linux_end_by_signal(number)) }
}

/// Lets a write into a pipe that nobody reads, or past the limit of a file's size, fail with its error instead of ending
/// this process half-way, where this thread makes it. The programs that are launched have no signal blocked. See signal(7),
/// setrlimit(2).
package func surviveFailedWrites() throws(Errno) {
    let signals: UInt64 = 1 << UInt64(SignalNumber.brokenPipe - 1) | 1 << UInt64(SignalNumber.fileSizeExceeded - 1)
    try check(linux_sigprocmask(SIG_BLOCK, signals, nil))
}

/// Takes away what the language's runtime or a program with this library does on a fault of its own: the end of a process
/// to which a filter denies it is such a fault. To be called before the filter is loaded.
package func endByFaults() throws(Errno) { try check(linux_end_by_faults()) }

/// Ends this process as a signal ends one that has no handler for it. The first process of a pid namespace goes on.
package func end(bySignal number: Int32) { linux_die_by_signal(number) }

/// Sends SIGKILL to the process group of `pid`; a group that is gone is none to kill.
package func killGroup(of pid: Int32) { _ = linux_kill(-pid, SIGKILL) }

/// Sends `signal` to `pid`. See kill(2).
package func sendSignal(_ signal: Int32, to pid: Int32) throws(Errno) { try check(linux_kill(pid, signal)) }
