import CLinuxKernel

/// All signals of this process as a stream to read from, instead of interruptions. See signalfd(2).
package struct SignalStream: ~Copyable {
    private let stream: FileDescriptor
    private let previous: UInt64

    /// Blocks every signal that can be blocked, and opens the stream.
    package init() throws(Errno) {
        var old: UInt64 = 0
        // Faults of this program itself must go on to end it: SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV.
        var mask = ~UInt64(0)
        for number in [4, 5, 6, 7, 8, 11] { mask &= ~(1 << UInt64(number - 1)) }
        try check(linux_sigprocmask(SIG_BLOCK, mask, &old))
        do throws(Errno) {
            let flags = Int32(0o2000000 | 0o4000)
            stream = FileDescriptor(owning: Int32(try check(linux_signalfd(-1, mask, flags))))
            previous = old
        } catch {
            _ = linux_sigprocmask(SIG_SETMASK, old, nil)
            throw error
        }
    }

    deinit { _ = linux_sigprocmask(SIG_SETMASK, previous, nil) }

    /// The number to wait on.
    package var raw: Int32 { stream.raw }

    /// Takes the next signal; nil when none is pending.
    package func next() throws(Errno) -> Int32? {
        do throws(Errno) {
            let bytes = try read(stream.raw, count: 128)
            guard bytes.count == 128 else { return nil }
            return Int32(bitPattern: bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
        } catch .tryAgain {
            return nil
        }
    }
}

/// The numbers of the signals that the runtime handles by itself. See signal(7).
package enum SignalNumber {
    package static let illegalInstruction: Int32 = 4
    package static let trap: Int32 = 5
    package static let kill: Int32 = 9
    package static let brokenPipe: Int32 = 13
    package static let terminate: Int32 = 15
    package static let child: Int32 = 17
    package static let urgent: Int32 = 23
    package static let fileSizeExceeded: Int32 = 25
    package static let windowSize: Int32 = 28

    /// Those with which programs are asked to end: hangup, interrupt, quit, terminate.
    package static let usualEnds: [Int32] = [1, 2, 3, terminate]

    /// What the signal says to users, as shells and other runtimes word it.
    package static func description(of number: Int32) -> String {
        switch number {
        case 1: "hangup"
        case 2: "interrupt"
        case 3: "quit"
        case 4: "illegal instruction"
        case 6: "aborted"
        case 7: "bus error"
        case 8: "floating point exception"
        case 9: "killed"
        case 11: "segmentation fault"
        case 13: "broken pipe"
        case 14: "alarm clock"
        case 15: "terminated"
        case 24: "CPU time limit exceeded"
        case 25: "file size limit exceeded"
        case 31: "bad system call"
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
/// this process half-way. The programs that are executed get the signals' defaults. See signal(7), setrlimit(2).
package func surviveFailedWrites() throws(Errno) {
    for number in [SignalNumber.brokenPipe, SignalNumber.fileSizeExceeded] {
        try check(linux_take_no_notice_of(number))
    }
}

/// Takes away what the language's runtime or a program with this library does on a fault of its own: the end of a process
/// to which a filter denies it is such a fault. To be called before the filter is loaded.
package func endByFaults() throws(Errno) { try check(linux_end_by_faults()) }

/// Makes reads and writes of an open file return at once. See fcntl(2), `O_NONBLOCK`.
package func setNonBlocking(_ descriptor: Int32) throws(Errno) {
    let flags = try check(linux_fcntl(descriptor, F_GETFL, 0))
    try check(linux_fcntl(descriptor, F_SETFL, flags | Int(O_NONBLOCK)))
}

/// The number of a child that has ended and waits to be reaped; nil when there is none. See waitid(2).
package func peekEndedChild() throws(Errno) -> Int32? {
    var information = siginfo_t()
    do throws(Errno) {
        // P_ALL; WEXITED | WNOHANG | WNOWAIT | __WALL
        try checkRetrying { linux_waitid(0, 0, &information, 0x4 | 0x1 | 0x0100_0000 | 0x4000_0000) }
    } catch .noChildProcesses {
        return nil
    }
    let pid = linux_siginfo_pid(&information)
    return pid == 0 ? nil : pid
}
