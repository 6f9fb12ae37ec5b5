import CLinuxKernel

/// Descriptors that are waited for together. See poll(2).
package struct PollSet {
    private var entries: [pollfd] = []

    /// Something can be read.
    package static let input = Int16(POLLIN)
    /// Something can be written.
    package static let output = Int16(POLLOUT)
    /// A kernel file has changed.
    package static let priority = Int16(POLLPRI)

    package init() {}

    /// Watches `descriptor` for input, or for `events`.
    package mutating func add(_ descriptor: Int32, events: Int16 = Int16(POLLIN)) {
        entries.append(pollfd(fd: descriptor, events: events, revents: 0))
    }

    package mutating func remove(_ descriptor: Int32) { entries.removeAll { $0.fd == descriptor } }

    /// Waits, going on after signals; gives the number of descriptors that are ready, 0 after `milliseconds`.
    package mutating func wait(milliseconds: Int32) throws(Errno) -> Int {
        let count = nfds_t(entries.count)
        return try checkRetrying { linux_poll(&entries, count, milliseconds) }
    }

    /// Whether anything came for `descriptor`, its end included.
    package func isReady(_ descriptor: Int32) -> Bool { events(of: descriptor) != 0 }

    /// The events that came for `descriptor`.
    package func events(of descriptor: Int32) -> Int16 {
        entries.first { $0.fd == descriptor }?.revents ?? 0
    }
}

/// Sends SIGKILL to the process group of `pid`; a group that is gone is none to kill.
package func killGroup(of pid: Int32) { _ = linux_kill(-pid, SIGKILL) }

/// Sends `signal` to `pid`. See kill(2).
package func sendSignal(_ signal: Int32, to pid: Int32) throws(Errno) { try check(linux_kill(pid, signal)) }
