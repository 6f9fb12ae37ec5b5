import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// What a container has of the processor's cache and memory bandwidth. See the kernel's Documentation/filesystems/resctrl.rst.
package struct IntelRdtStatistics: Equatable, Sendable {
    /// The share of a resource, and what there is to share.
    package struct Resource: Equatable, Sendable {
        /// What the directory `info` says, by the names of its files.
        package var facts: [(name: StaticString, value: ByteString)] = []
        /// The line of the host's own class, and that of the container's.
        package var rootSchema: ByteString = ""
        package var schema: ByteString = ""

        package init() {}

        /// What a file of the directory `info` says.
        package func fact(_ name: StaticString) -> ByteString? {
            facts.first { $0.name.description == name.description }?.value
        }

        package static func == (a: Resource, b: Resource) -> Bool {
            a.rootSchema == b.rootSchema && a.schema == b.schema && a.facts.map(\.value) == b.facts.map(\.value)
        }
    }

    /// What one domain, such as a socket, has counted.
    package struct Domain: Equatable, Sendable {
        /// The name of its directory, such as `mon_L3_00`.
        package var name: ByteString
        /// Bytes moved to and from all memory, and the domain's own; nil where that is not monitored.
        package var totalBytes: UInt64?
        package var localBytes: UInt64?
        /// Bytes of the cache that are in use; nil where that is not monitored.
        package var occupancy: UInt64?
    }

    package var cache: Resource?
    package var bandwidth: Resource?
    /// All lines of the container's class.
    package var schemata: [ByteString] = []
    package var domains: [Domain] = []
    package var monitorsBandwidth = false
    package var monitorsOccupancy = false

    package init() {}

    /// Reads a tree of resctrl.
    ///
    /// - Parameters:
    ///   - root: the open top of the tree.
    ///   - group: the container's class below it; empty for the host's own.
    ///   - monitoring: where its monitoring data is, below the top.
    package init(root: borrowing FileDescriptor, group: Path, monitoring: Path) throws(Errno) {
        let rootLines = try Self.lines("schemata", root)
        schemata = try Self.lines(group.appending("schemata"), root)
        if fileExists("info/L3", at: root) {
            cache = try Resource(
                "L3", ["cbm_mask", "min_cbm_bits", "num_closids"], root, rootLines: rootLines, lines: schemata)
        }
        if fileExists("info/MB", at: root) {
            bandwidth = try Resource(
                "MB", ["bandwidth_gran", "delay_linear", "min_bandwidth", "num_closids"], root, rootLines: rootLines,
                lines: schemata)
        }
        guard fileExists("info/L3_MON/mon_features", at: root) else { return }
        let features = try Self.lines("info/L3_MON/mon_features", root)
        monitorsBandwidth = features.contains("mbm_total_bytes") || features.contains("mbm_local_bytes")
        monitorsOccupancy = features.contains("llc_occupancy")
        guard monitorsBandwidth || monitorsOccupancy else { return }
        let data = try FileDescriptor.open(monitoring.appending("mon_data"), at: root, [.readOnly, .directory])
        for name in try data.directoryEntries().sorted(by: { $0.bytes < $1.bytes }) {
            var domain = Domain(name: name.bytes)
            if features.contains("mbm_total_bytes") {
                domain.totalBytes = try Self.count(Path(name).appending("mbm_total_bytes"), data)
            }
            if features.contains("mbm_local_bytes") {
                domain.localBytes = try Self.count(Path(name).appending("mbm_local_bytes"), data)
            }
            if monitorsOccupancy {
                domain.occupancy = try Self.count(Path(name).appending("llc_occupancy"), data)
            }
            domains.append(domain)
        }
    }

    /// The lines of a file, without the blanks around them.
    fileprivate static func lines(_ path: Path, _ directory: borrowing FileDescriptor) throws(Errno) -> [ByteString] {
        try readKernelFile(path, at: directory).split(separator: UInt8(ascii: "\n")).map { line in
            let trimmed = line.drop { $0 == UInt8(ascii: " ") }
            return ByteString(
                bytes: trimmed[..<(trimmed.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? trimmed.startIndex)])
        }
    }

    /// A counter; nil where the hardware has no value just now and the file says so in words.
    private static func count(_ path: Path, _ directory: borrowing FileDescriptor) throws(Errno) -> UInt64? {
        UInt64(try readKernelFile(path, at: directory).text)
    }
}

extension IntelRdtStatistics.Resource {
    fileprivate init(
        _ resource: StaticString, _ names: [StaticString], _ root: borrowing FileDescriptor, rootLines: [ByteString],
        lines: [ByteString]
    ) throws(Errno) {
        for name in names {
            let path: Path = "info/\(resource)/\(name)"
            if fileExists(path, at: root) { facts.append((name, try readKernelFile(path, at: root))) }
        }
        // A class may have a line for code and one for data: the last one counts, as in runc.
        rootSchema = rootLines.last { $0.hasPrefix("\(resource)") } ?? ""
        schema = lines.last { $0.hasPrefix("\(resource)") } ?? ""
    }
}

extension Container {
    /// What the container has of cache and bandwidth; nil for one that was made without.
    func intelRdtStatistics() throws(ContainerError) -> IntelRdtStatistics? {
        guard let group = record.intelRdtPath, fileExists(group) else { return nil }
        // The class is a directory at the top of the tree, unless it is the top.
        let isTop = fileExists(group.appending("info"))
        guard let (above, name) = group.parentAndName else { return nil }
        let top = isTop ? group : above
        return try attempt("read", group) { () throws(Errno) in
            let root = try FileDescriptor.open(top, [.readOnly, .directory])
            guard try root.fileSystemKind() == .resctrl else { throw .noSuchDevice }
            let own: Path = isTop ? "" : Path(name)
            var monitoring = own
            if let path = record.intelRdtMonitoringPath, path.isBelow(top) {
                monitoring = Path(path.bytes.dropping(first: top.bytes.count + 1))
            }
            return try IntelRdtStatistics(root: root, group: own, monitoring: monitoring)
        }
    }
}
