import RuntimeSpec

/// Which group of resctrl the container's process goes to, and what is written for it. See config-linux.md, "IntelRdt".
package struct IntelRdtStep: Equatable, Sendable {
    /// Where resctrl is mounted.
    package var root: Path
    /// The folder of the class of service below it; empty for the default class, which is `root` itself.
    package var group: Path
    /// Whether the class exists for this container alone, and goes away with it.
    package var isOwn: Bool
    /// Whether a class that is missing is made.
    package var makesMissing: Bool
    /// The schemata of cache and memory bandwidth: an existing class of another owner must have them already.
    package var limits: [ByteString]
    /// Further lines for the file `schemata`, which come last.
    package var schemata: [ByteString]
    /// The name of the monitoring group.
    package var monitoring: Path?

    /// The folder of the class.
    package var path: Path { root.appending(group) }
    /// The folder of the monitoring group.
    package var monitoringPath: Path? { monitoring.map { "\(path)/mon_groups/\($0)" } }

    /// Decides what the configuration asks for.
    ///
    /// - Parameters:
    ///   - id: the container's id, which names the class when the configuration does not.
    ///   - resctrl: what the host has, nil if nothing.
    package init(_ rdt: IntelRdt, id: String, on resctrl: ResctrlFacts?) throws(ContainerError) {
        guard let resctrl else {
            throw Self.error(
                "intelRdt is specified in config, but Intel RDT is not enabled",
                remedy: "resctrl must be mounted: mount -t resctrl resctrl /sys/fs/resctrl")
        }
        if let schema = rdt.l3CacheSchema, !resctrl.hasCache {
            throw Self.error(
                "intelRdt.l3CacheSchema is specified in config, but Intel RDT/CAT is not enabled", subject: schema.text)
        }
        if let schema = rdt.memBwSchema, !resctrl.hasMemoryBandwidth {
            throw Self.error(
                "intelRdt.memBwSchema is specified in config, but Intel RDT/MBA is not enabled", subject: schema.text)
        }
        if rdt.enableMonitoring, !resctrl.hasMonitoring {
            throw Self.error(
                "intelRdt.enableMonitoring is specified in config, but Intel RDT monitoring is not enabled")
        }
        root = resctrl.path
        switch rdt.closID {
        case .none: group = Path(id)
        case .some("/"): group = ""
        case .some(let name): group = Path(name)
        }
        // Folders of the file system's own, which are no classes.
        if ["info", "mon_groups", "mon_data"].contains(group) {
            throw Self.error("invalid intelRdt.ClosID " + quoted(group))
        }
        isOwn = rdt.closID == nil
        limits = [rdt.l3CacheSchema, rdt.memBwSchema].compactMap { $0 }
        schemata = rdt.schemata
        makesMissing = isOwn || !limits.isEmpty || !schemata.isEmpty
        monitoring = rdt.enableMonitoring ? Path(id) : nil
    }

    private static func error(_ reason: String, subject: String = "", remedy: String = "") -> ContainerError {
        ContainerError(
            .invalidConfiguration, origin: Origin(.intelRdt), subject: subject.isEmpty ? "" : quoted(subject),
            reason: reason, remedy: remedy)
    }
}
