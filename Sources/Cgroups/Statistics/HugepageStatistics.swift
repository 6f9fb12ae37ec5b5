import LinuxKernel

/// The huge pages of one size that a cgroup uses.
package struct HugepageStatistics: Equatable, Sendable {
    /// The size as the kernel names it, such as `2MB`.
    package var size: ByteString
    package var usage: UInt64 = 0
    /// The most that was ever used; version 1 alone.
    package var peak: UInt64 = 0
    /// How often the limit was in the way.
    package var failures: UInt64 = 0

    /// Reads the controller of version 1.
    static func read(legacy files: StatisticsFiles) throws(CgroupError) -> [HugepageStatistics] {
        try read(files, usage: ".usage_in_bytes") { (prefix, statistics) throws(CgroupError) in
            statistics.peak = try files.number(prefix + ".max_usage_in_bytes") ?? 0
            statistics.failures = try files.number(prefix + ".failcnt") ?? 0
        }
    }

    /// Reads the controller of cgroup2.
    static func read(unified files: StatisticsFiles) throws(CgroupError) -> [HugepageStatistics] {
        try read(files, usage: ".current") { (prefix, statistics) throws(CgroupError) in
            statistics.failures = try files.pairs(prefix + ".events")?["max"] ?? 0
        }
    }

    private static func read(
        _ files: StatisticsFiles, usage: String,
        _ more: (String, inout HugepageStatistics) throws(CgroupError) -> Void
    ) throws(CgroupError) -> [HugepageStatistics] {
        var result: [HugepageStatistics] = []
        for size in try sizes(files, usage: usage) {
            var statistics = HugepageStatistics(size: size)
            // What is reserved, too, where the kernel counts it: that is what the limits hold.
            for kind in [".rsvd", ""] {
                let prefix = "hugetlb." + size.text + kind
                guard let number = try files.number(prefix + usage) else { continue }
                statistics.usage = number
                try more(prefix, &statistics)
                result.append(statistics)
                break
            }
        }
        return result
    }

    /// The sizes that the directory has files of.
    private static func sizes(_ files: StatisticsFiles, usage: String) throws(CgroupError) -> [ByteString] {
        let names = try attempt("getdents", files.path) { () throws(Errno) in
            // The directory's own descriptor may have been read to its end before.
            let directory = try FileDescriptor.open(".", at: files.directory.file, [.readOnly, .directory])
            return try directory.directoryEntries()
        }
        var sizes: [ByteString] = []
        for name in names where name.bytes.hasPrefix("hugetlb.") && name.bytes.hasSuffix(ByteString(usage)) {
            let size = name.bytes[8..<(name.bytes.count - usage.utf8.count)]
            if size.contains(UInt8(ascii: ".")) { continue }
            sizes.append(ByteString(bytes: size))
        }
        return sizes.sorted()
    }
}
