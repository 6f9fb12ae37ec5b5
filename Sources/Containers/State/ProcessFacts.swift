import Linux

/// What /proc/PID/stat says of a process. See proc_pid_stat(5).
package struct ProcessFacts: Equatable, Sendable {
    /// The letter of its state: `Z` and `X` for one that has ended.
    package var state: UInt8
    /// When it started, in clock ticks since boot.
    package var startTime: UInt64

    /// Looks at the process `pid`; nil when there is none.
    package init?(pid: Int32) {
        do throws(Errno) {
            let text = try readKernelFile("/proc/\(pid)/stat", limit: 4096)
            guard let facts = ProcessFacts(stat: text) else { return nil }
            self = facts
        } catch {
            return nil
        }
    }

    /// Reads the line; the name of the program may hold blanks and parentheses, so fields count from the last one.
    package init?(stat: String) {
        guard let close = stat.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].utf8.first, let start = UInt64(fields[19]) else { return nil }
        self.state = state
        startTime = start
    }

    /// Whether the process has not ended.
    package var isAlive: Bool { state != UInt8(ascii: "Z") && state != UInt8(ascii: "X") }
}
