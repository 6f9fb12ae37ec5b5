import LinuxKernel

/// Reads and writes by block device.
package struct BlockIOStatistics: Equatable, Sendable {
    /// A number of one device.
    package struct Entry: Equatable, Sendable {
        package var major: UInt64
        package var minor: UInt64
        /// Which of the operations are counted, such as `Read`; empty for all.
        package var operation: ByteString
        package var value: UInt64

        package init(major: UInt64, minor: UInt64, operation: ByteString, value: UInt64) {
            self.major = major
            self.minor = minor
            self.operation = operation
            self.value = value
        }
    }

    /// The bytes, and how many operations they were.
    package var serviceBytes: [Entry] = []
    package var serviced: [Entry] = []
    /// Operations that wait.
    package var queued: [Entry] = []
    /// Nanoseconds.
    package var serviceTime: [Entry] = []
    package var waitTime: [Entry] = []
    package var merged: [Entry] = []
    /// Milliseconds for which the device was the cgroup's.
    package var time: [Entry] = []
    package var sectors: [Entry] = []
    package var pressure: Pressure?

    package init() {}

    /// A file of version 1, and the list that it is.
    private typealias Source = (file: String, list: WritableKeyPath<BlockIOStatistics, [Entry]>)

    /// Which files there are depends on the scheduler of the disks and on the kernel; the first set that has anything counts.
    private static var sets: [[Source]] {
        let scheduler: [(String, WritableKeyPath<BlockIOStatistics, [Entry]>)] = [
            ("sectors_recursive", \.sectors), ("io_service_time_recursive", \.serviceTime),
            ("io_wait_time_recursive", \.waitTime), ("io_merged_recursive", \.merged),
            ("io_queued_recursive", \.queued), ("time_recursive", \.time), ("io_serviced_recursive", \.serviced),
            ("io_service_bytes_recursive", \.serviceBytes),
        ]
        let both: [(String, WritableKeyPath<BlockIOStatistics, [Entry]>)] = [
            ("io_serviced", \.serviced), ("io_service_bytes", \.serviceBytes),
        ]
        return [
            scheduler.map { ("blkio.bfq." + $0.0, $0.1) }, both.map { ("blkio.bfq." + $0.0 + "_recursive", $0.1) },
            scheduler.map { ("blkio." + $0.0, $0.1) }, both.map { ("blkio.throttle." + $0.0 + "_recursive", $0.1) },
            both.map { ("blkio.throttle." + $0.0, $0.1) },
        ]
    }

    /// Reads the controller of version 1. See the kernel's Documentation/admin-guide/cgroup-v1/blkio-controller.rst.
    init(legacy files: StatisticsFiles) throws(CgroupError) {
        for set in Self.sets {
            guard let first = set.first, try !Self.entries(files, first.file).isEmpty else { continue }
            for source in set { self[keyPath: source.list] = try Self.entries(files, source.file) }
            return
        }
    }

    /// The lines `MAJOR:MINOR OPERATION VALUE` or `MAJOR:MINOR VALUE`, without the sums.
    private static func entries(_ files: StatisticsFiles, _ name: String) throws(CgroupError) -> [Entry] {
        var entries: [Entry] = []
        for words in try files.lines(name) ?? [] {
            guard words.count == 2 || words.count == 3, let device = Device(words[0]) else { continue }
            let operation = words.count == 3 ? ByteString(bytes: words[1]) : ""
            let value = try files.number(words[words.count - 1], in: name)
            entries.append(
                Entry(major: device.major, minor: device.minor, operation: operation, value: value))
        }
        return entries
    }

    /// Reads `io.stat` of cgroup2, in the terms of version 1, which has none for what was discarded.
    init(unified files: StatisticsFiles) throws(CgroupError) {
        for words in try files.lines("io.stat") ?? [] {
            guard let device = words.first.flatMap(Device.init) else { continue }
            for word in words.dropFirst() {
                let parts = word.split(separator: UInt8(ascii: "="))
                guard parts.count == 2 else { continue }
                let isRead = parts[0].first == UInt8(ascii: "r")
                let list: WritableKeyPath<BlockIOStatistics, [Entry]>
                if parts[0].elementsEqual("rbytes".utf8) || parts[0].elementsEqual("wbytes".utf8) {
                    list = \.serviceBytes
                } else if parts[0].elementsEqual("rios".utf8) || parts[0].elementsEqual("wios".utf8) {
                    list = \.serviced
                } else {
                    continue
                }
                let value = try files.number(parts[1], in: "io.stat")
                self[keyPath: list].append(
                    Entry(
                        major: device.major, minor: device.minor, operation: isRead ? "Read" : "Write", value: value))
            }
        }
    }

    /// The numbers of a device as the files write them.
    private struct Device {
        let major: UInt64
        let minor: UInt64

        init?(_ text: ArraySlice<UInt8>) {
            let parts = text.split(separator: UInt8(ascii: ":"))
            guard parts.count == 2, let major = NamedNumber.value(of: parts[0]),
                let minor = NamedNumber.value(of: parts[1])
            else { return nil }
            self.major = major
            self.minor = minor
        }
    }
}
