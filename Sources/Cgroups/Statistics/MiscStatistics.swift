import LinuxKernel

/// What a cgroup holds of a resource of which the host has only so many, such as keys for encrypted guests.
package struct MiscStatistics: Equatable, Sendable {
    /// The resource, such as `sev`.
    package var resource: ByteString
    package var usage: UInt64 = 0
    /// How often the limit was in the way.
    package var failures: UInt64 = 0

    /// Reads the controller, whose files are the same in both versions. See the kernel's cgroup-v2.rst, "Misc".
    static func read(_ files: StatisticsFiles) throws(CgroupError) -> [MiscStatistics] {
        let events = try files.pairs("misc.events") ?? []
        return (try files.pairs("misc.current") ?? []).map { pair in
            let failures = events.first { $0.name == "\(pair.name).max" }?.value ?? 0
            return MiscStatistics(resource: pair.name, usage: pair.value, failures: failures)
        }
    }
}
