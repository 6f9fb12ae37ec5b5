import CLinuxKernel

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
        _ = try poll(descriptor.raw, events: 0, milliseconds: milliseconds)
    }
}

/// Ends this process as a signal ends one that has no handler for it. The first process of a pid namespace goes on.
package func end(bySignal number: Int32) { linux_die_by_signal(number) }
