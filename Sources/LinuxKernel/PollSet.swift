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

    /// Whether nothing is watched.
    package var isEmpty: Bool { entries.isEmpty }

    /// Waits, going on after signals; gives the number of descriptors that are ready, 0 after `milliseconds`.
    package mutating func wait(milliseconds: Int32) throws(Errno) -> Int {
        let count = nfds_t(entries.count)
        return try checkRetrying { linux_poll(&entries, count, milliseconds) }
    }

    /// Watches an open file for input, or for `events`.
    package mutating func add(_ file: borrowing FileDescriptor, events: Int16 = Int16(POLLIN)) {
        entries.append(pollfd(fd: file.raw, events: events, revents: 0))
    }

    /// Watches for the end of a process.
    package mutating func add(_ process: borrowing ProcessHandle) { add(process.descriptor) }

    package mutating func remove(_ file: borrowing FileDescriptor) {
        let number = file.raw
        entries.removeAll { $0.fd == number }
    }

    /// Whether anything came for an open file, its end included.
    package func isReady(_ file: borrowing FileDescriptor) -> Bool { events(of: file) != 0 }

    /// Whether a process has ended.
    package func hasEnded(_ process: borrowing ProcessHandle) -> Bool { isReady(process.descriptor) }

    /// Whether an open file is empty, and nobody is left who could write to it.
    package func isHungUp(_ file: borrowing FileDescriptor) -> Bool { events(of: file) == Int16(POLLHUP) }

    /// The events that came for an open file.
    package func events(of file: borrowing FileDescriptor) -> Int16 {
        let number = file.raw
        return entries.first { $0.fd == number }?.revents ?? 0
    }
}

extension FileDescriptor {
    /// Waits for `events`; gives those that came, 0 after `milliseconds`. See poll(2).
    package func poll(events: Int16, milliseconds: Int32) throws(Errno) -> Int16 {
        let end = milliseconds < 0 ? 0 : monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
        var left = milliseconds
        while true {
            var entry = pollfd(fd: raw, events: events, revents: 0)
            let result = metered { linux_poll(&entry, 1, left) }
            if result == -Int(EINTR) {
                if milliseconds >= 0 {
                    let now = monotonicNanoseconds()
                    left = now >= end ? 0 : Int32((end - now) / 1_000_000)
                }
                continue
            }
            return try checked(result) == 0 ? 0 : entry.revents
        }
    }

    /// Waits until a kernel file such as `cgroup.events` reports a change; false when the time is over. See poll(2),
    /// `POLLPRI`.
    ///
    /// A change between the last read of the file and this call counts, so nothing is missed.
    package func waitForChange(milliseconds: Int32) throws(Errno) -> Bool {
        var entry = pollfd(fd: raw, events: Int16(POLLPRI), revents: 0)
        let count = metered { linux_poll(&entry, 1, milliseconds) }
        // A signal ends the wait early; the caller looks at its condition and its deadline anyway.
        if count == -Int(EINTR) { return false }
        return try checked(count) > 0
    }
}
