import LinuxKernel

/// What a cgroup holds of one adapter for remote direct memory access.
package struct RdmaStatistics: Equatable, Sendable {
    package var device: ByteString
    package var handles: UInt64 = 0
    package var objects: UInt64 = 0

    /// Reads the controller, whose files are the same in both versions. See the kernel's cgroup-v2.rst, "RDMA".
    static func read(_ files: StatisticsFiles) throws(CgroupError) -> [RdmaStatistics] {
        var result: [RdmaStatistics] = []
        for words in try files.lines("rdma.current") ?? [] {
            guard let device = words.first else { continue }
            var statistics = RdmaStatistics(device: ByteString(bytes: device))
            for word in words.dropFirst() {
                let parts = word.split(separator: UInt8(ascii: "="))
                guard parts.count == 2 else { continue }
                let value = try files.number(parts[1], in: "rdma.current")
                if parts[0].elementsEqual("hca_handle".utf8) { statistics.handles = value }
                if parts[0].elementsEqual("hca_object".utf8) { statistics.objects = value }
            }
            result.append(statistics)
        }
        return result
    }
}
