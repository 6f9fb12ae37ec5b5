import ByteStrings
import Cgroups
import ContainerInit
import RuntimeSpec
import StrictJSON

/// What a container's state directory remembers of it: the content of `state.json`.
///
/// The names and meanings of the members that programs outside read are runc's; those of the object `apus` are our own.
package struct StateRecord: StateObject {
    package var id = ""
    /// The container's first process; nil while it is being made.
    package var pid: Int32?
    /// When that process started, in clock ticks since boot: field 22 of proc_pid_stat(5).
    package var startTime: UInt64 = 0
    /// When the container was made, after RFC 3339.
    package var created = ByteString()
    package var configuration = RecordedConfiguration()
    package var isRootless = false
    /// The container's directory in each cgroup hierarchy; the unified one has an empty name.
    package var cgroupPaths = OrderedPairs<ByteString, Path>()
    /// What the standard streams of the container were connected to.
    package var externalDescriptors: [ByteString] = []
    /// The container's class of service in resctrl, and its monitoring group.
    package var intelRdtPath: Path?
    package var intelRdtMonitoringPath: Path?
    /// What no program outside reads.
    package var own = Own()

    package init() {}

    package init(id: String, created: ByteString, bundle: Path, rootfs: Path) {
        self.id = id
        self.created = created
        self.bundle = bundle
        self.rootfs = rootfs
    }

    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("id", &id, .always)
        var number = pid ?? 0
        try visitor.member("init_process_pid", &number, .always)
        pid = number > 0 ? number : nil
        try visitor.member("init_process_start", &startTime, .always)
        try visitor.member("created", &created, .always)
        // First what `StateSummary` wants, which reads no further.
        try visitor.member("cgroup_paths", &cgroupPaths, .always)
        try visitor.member("apus", &own, .always)
        try visitor.member("config", &configuration, .always)
        try visitor.member("rootless", &isRootless)
        try visitor.exported { [pid] writer in Self.write(namespacesOf: pid, &writer) }
        try visitor.member("external_descriptors", &externalDescriptors, .always)
        try visitor.member("intel_rdt_path", &intelRdtPath)
        try visitor.member("intel_rdt_mon_path", &intelRdtMonitoringPath)
    }

    private static func write(namespacesOf pid: Int32?, _ writer: inout JSONWriter) {
        writer.key("namespace_paths")
        writer.beginObject()
        if let pid {
            for type in NamespaceType.allCases {
                writer.key(type.recordName)
                writer.string("/proc/\(pid)/ns/\(type.fileName)" as ByteString)
            }
        }
        writer.endObject()
    }

    /// The members of the object `apus`.
    package struct Own: StateObject {
        package var bundle = Path()
        package var rootfs = Path()
        /// JSON knows only text: paths that are none have their bytes here, too.
        package var bundleBytes = ""
        package var rootfsBytes = ""
        package var annotations = OrderedPairs<ByteString, ByteString>()
        /// The unit of systemd that the cgroup belongs to.
        package var unit: UnitRecord?
        /// What the container's cgroups bear; nil for a container of an earlier version.
        package var cgroupMark: CgroupMark?
        /// The inodes of cgroups that no mark says enough about, by controller.
        package var cgroupInodes = OrderedPairs<ByteString, UInt64>()
        /// Whether the program is started behind a seccomp filter.
        package var hasFilter = false
        package var hasPoststart = false
        package var hasPoststop = false
        /// True for a container that can be made but not started.
        package var lacksProcess = false
        /// What takes back what was done, in the order in which it was done.
        package var undo: [Undo] = []

        package init() {}

        package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor
            .Failure)
        {
            try visitor.member("bundle", &bundle, .always)
            try visitor.member("rootfs", &rootfs, .always)
            try visitor.member("bundleBytes", &bundleBytes)
            try visitor.member("rootfsBytes", &rootfsBytes)
            try visitor.member("annotations", &annotations, .always)
            try visitor.member("unit", &unit)
            try visitor.member("cgroupMark", &cgroupMark)
            try visitor.member("cgroupInodes", &cgroupInodes)
            try visitor.member("hasFilter", &hasFilter)
            try visitor.member("hasPoststart", &hasPoststart)
            try visitor.member("hasPoststop", &hasPoststop)
            try visitor.member("lacksProcess", &lacksProcess)
            try visitor.member("undo", &undo)
        }
    }
}

extension StateRecord {
    /// Reads the content of a `state.json`; members that are not known are passed over.
    package init(decoding bytes: [UInt8]) throws(ContainerError) {
        do throws(JSONSyntaxError) {
            var reader = try StateReader(bytes)
            self = try Self.read(&reader) ?? StateRecord()
        } catch {
            throw ContainerError(reason: error.message)
        }
    }

    /// The content of `state.json`.
    package var encoded: [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        return writer.bytes
    }
}

// MARK: - What the members say

extension StateRecord {
    /// The bundle, an absolute path.
    package var bundle: Path {
        get { Self.path(own.bundle, own.bundleBytes) }
        set { (own.bundle, own.bundleBytes) = (newValue, Self.bytes(of: newValue)) }
    }

    /// The root file system, an absolute path.
    package var rootfs: Path {
        get { Self.path(configuration.rootfs, own.rootfsBytes) }
        set {
            configuration.rootfs = newValue
            (own.rootfs, own.rootfsBytes) = (newValue, Self.bytes(of: newValue))
        }
    }

    static func path(_ text: Path, _ bytes: String) -> Path {
        bytes.isEmpty ? text : ByteString(hexadecimal: ByteString(bytes)).map { Path($0) } ?? text
    }

    private static func bytes(of path: Path) -> String { path.bytes.isText ? "" : path.bytes.hexadecimal }

    package var annotations: OrderedPairs<ByteString, ByteString> {
        get { own.annotations }
        set {
            own.annotations = newValue
            configuration.labels = newValue.map { "\($0.key)=\($0.value)" } + ["bundle=\(bundle)"]
        }
    }

    /// Whether the first process is the pid 1 of a namespace of its own, whose end is the end of all.
    package var hasPrivatePIDNamespace: Bool {
        configuration.namespaces.contains { $0.type == .pid && $0.path.isEmpty }
    }

    /// The container's cgroup, of which only what bears its mark is touched.
    package var cgroup: Cgroup {
        Cgroup(recorded: cgroupPaths, mark: own.cgroupMark, inodes: own.cgroupInodes)
    }
}
