import CLinuxKernel

/// What a process and its children that it waited for have used. See getrusage(2).
package struct ResourceUse: Sendable {
    /// Time of the processors in programs and in the kernel, in microseconds.
    package let userMicroseconds: Int64
    package let systemMicroseconds: Int64
    /// The most memory that it had at once, in bytes.
    package let peakMemory: Int64
    package let minorFaults: Int64
    package let majorFaults: Int64
    package let blocksRead: Int64
    package let blocksWritten: Int64
    package let voluntarySwitches: Int64
    package let involuntarySwitches: Int64

    init(_ usage: rusage) {
        userMicroseconds = Int64(usage.ru_utime.tv_sec) * 1_000_000 + Int64(usage.ru_utime.tv_usec)
        systemMicroseconds = Int64(usage.ru_stime.tv_sec) * 1_000_000 + Int64(usage.ru_stime.tv_usec)
        peakMemory = Int64(usage.ru_maxrss) * 1024
        minorFaults = Int64(usage.ru_minflt)
        majorFaults = Int64(usage.ru_majflt)
        blocksRead = Int64(usage.ru_inblock)
        blocksWritten = Int64(usage.ru_oublock)
        voluntarySwitches = Int64(usage.ru_nvcsw)
        involuntarySwitches = Int64(usage.ru_nivcsw)
    }
}

extension ProcessHandle {
    /// Takes the status of this child, and of no other, with what it has used; it has ended. See waitid(2), `P_PIDFD`.
    package func reapWithUsage() throws(Errno) -> (status: ProcessStatus, use: ResourceUse) {
        var information = siginfo_t()
        var usage = rusage()
        try checkRetrying {
            linux_waitid_usage(
                Waiting.behindDescriptor, descriptor.raw, &information, WEXITED | Waiting.everyKind, &usage)
        }
        let number = linux_siginfo_status(&information)
        let hasExited = linux_siginfo_has_exited(&information) != 0
        return (hasExited ? .exited(number) : .killed(signal: number), ResourceUse(usage))
    }
}
