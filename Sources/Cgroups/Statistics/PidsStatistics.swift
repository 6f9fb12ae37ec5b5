import LinuxKernel

/// How many tasks a cgroup holds.
package struct PidsStatistics: Equatable, Sendable {
    package var current: UInt64 = 0
    /// How many it may hold; 0 without a limit.
    package var limit: UInt64 = 0

    package init() {}

    /// Reads the controller, whose files are the same in both versions; without it the processes are counted.
    init(_ files: StatisticsFiles) throws(CgroupError) {
        if let number = try files.number("pids.current") {
            current = number
            let most = try files.number("pids.max") ?? .max
            limit = most == .max ? 0 : most
            return
        }
        // A threaded cgroup does not list processes.
        var list = try files.text("cgroup.procs")
        if list == nil { list = try files.text("cgroup.threads") }
        current = UInt64(list?.split(separator: UInt8(ascii: "\n")).count ?? 0)
    }
}
