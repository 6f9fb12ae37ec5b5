import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// Puts the child into a class of service of resctrl, and into a monitoring group. See config-linux.md, "IntelRdt".
package struct IntelRdtStep: Equatable, ParentStep {
    package static let name: StaticString = "join-resctrl"

    /// Where resctrl is mounted.
    package var root = Path()
    /// The directory of the class of service below it; empty for the default class, which is `root` itself.
    package var group = Path()
    /// Whether the class exists for this container alone, and goes away with it.
    package var isOwn = false
    /// Whether a class that is missing is made.
    package var makesMissing = false
    /// The schemata of cache and memory bandwidth: an existing class of another owner must have them already.
    package var limits: [ByteString] = []
    /// Further lines for the file `schemata`, which come last.
    package var schemata: [ByteString] = []
    /// The name of the monitoring group.
    package var monitoring: Path?

    /// The directory of the class.
    package var path: Path { root.appending(group) }
    /// The directory of the monitoring group.
    package var monitoringPath: Path? { monitoring.map { "\(path)/mon_groups/\($0)" } }

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("root", &root)
        try visitor.field("group", &group)
        try visitor.field("own", &isOwn)
        try visitor.field("makesMissing", &makesMissing)
        try visitor.field("limits", &limits)
        try visitor.field("schemata", &schemata)
        try visitor.field("monitoring", &monitoring)
    }

    package var detail: String {
        ([path.bytes] + limits + schemata).map(\.text).joined(separator: " ") + (monitoring == nil ? "" : ", monitored")
    }

    package var undo: [Undo] {
        // A directory that is there already belongs to somebody else, and stays.
        let isMade = isOwn && !fileExists(path)
        return [Undo(RemoveResctrlGroups(class: isMade ? path : nil, monitoring: monitoringPath))]
    }

    package func note(in record: inout StateRecord) {
        record.intelRdtPath = path
        record.intelRdtMonitoringPath = monitoringPath
    }

    package func perform(in making: Making) throws(ContainerError) {
        guard let pid = making.conversation.childPID else { return }
        var tree = try ResctrlTree(mountedAt: root)
        var failure: ContainerError?
        do throws(ContainerError) {
            try tree.join(self, pid)
        } catch {
            failure = error
        }
        making.resctrl = consume tree
        if let failure { throw failure }
    }

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
        // Directories of the file system's own, which are no classes.
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

/// Removes the groups of resctrl that were made for the container alone.
package struct RemoveResctrlGroups: UndoAction {
    package static let name: StaticString = "removeResctrlGroups"

    /// The class of service; empty where it stays.
    package var classPath = Path()
    package var monitoring = Path()

    package init() {}

    package init(class path: Path?, monitoring: Path?) {
        classPath = path ?? Path()
        self.monitoring = monitoring ?? Path()
    }

    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("class", &classPath)
        try visitor.member("monitoring", &monitoring)
    }

    package func perform(in undoing: Undoing) throws(ContainerError) {
        // What a failed making has made itself is known better.
        if undoing.making != nil {
            undoing.making?.resctrl?.undo(undoing.report)
            return
        }
        for path in [monitoring, classPath] where !path.isEmpty { try ResctrlTree.remove(path) }
    }
}
