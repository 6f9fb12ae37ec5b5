import Cgroups
import JSON
import RuntimeSpec
import Systemd

/// What a container's state folder remembers of it: the content of `state.json`.
///
/// The names and meanings of the members that programs outside read are runc's; those of the object `apus` are our own.
package struct StateRecord: Equatable, Sendable {
    package var id: String
    /// The container's first process; nil while it is being made.
    package var pid: Int32?
    /// When that process started, in clock ticks since boot: field 22 of proc_pid_stat(5).
    package var startTime: UInt64 = 0
    /// When the container was made, after RFC 3339.
    package var created: String
    package var bundle: Path
    package var rootfs: Path
    package var annotations: OrderedPairs<ByteString, ByteString> = [:]
    /// The container's folder in each cgroup hierarchy; the unified one has an empty name.
    package var cgroupPaths: [CgroupRecord] = []
    package var cgroupsPath: Path?
    /// What the container's cgroups bear; nil for a container of an earlier version.
    package var cgroupMark: CgroupMark?
    /// The inodes of cgroups that no mark says enough about.
    package var cgroupInodes: [CgroupInode] = []
    /// The unit of systemd that the cgroup belongs to.
    package var unit: UnitRecord?
    package var namespaces: [NamespaceRecord] = []
    package var isRootless = false
    /// The mount of the root file system, where it lies in the runtime's own mount namespace and stays there.
    package var rootMount: UInt64?
    /// Whether the container stays in the session keyring of its creator.
    package var keepsKeyring = false
    /// False for a container that can be made but not started.
    package var hasProcess = true
    package var hasPoststart = false
    /// Whether the program is started behind a seccomp filter.
    package var hasFilter = false
    package var hasPoststop = false
    /// The container's class of service in resctrl, and its monitoring group.
    package var intelRdtPath: Path?
    package var intelRdtMonitoringPath: Path?
    /// Whether the class was made for this container, and goes away with it.
    package var ownsIntelRdtGroup = false
    /// The configuration for programs outside; nil in a record that was read.
    package var configuration: RecordedConfiguration?
    /// What the standard streams of the container were connected to.
    package var externalDescriptors: [String] = []

    package init(id: String, created: String, bundle: Path, rootfs: Path) {
        self.id = id
        self.created = created
        self.bundle = bundle
        self.rootfs = rootfs
    }

    /// Whether the first process is the pid 1 of a namespace of its own, whose end is the end of all.
    package var hasPrivatePIDNamespace: Bool { namespaces.contains { $0.type == .pid && $0.path.isEmpty } }

    /// The container's cgroup, of which only what bears its mark is touched.
    package var cgroup: Cgroup {
        Cgroup(
            recorded: cgroupPaths.map { ($0.controller, $0.path) }, mark: cgroupMark,
            inodes: cgroupInodes.map { ($0.controller, $0.inode) })
    }

    package var hasUserNamespace: Bool { namespaces.contains { $0.type == .user } }
}

/// A cgroup folder by the controller that it belongs to.
package struct CgroupRecord: Equatable, Sendable {
    package var controller: String
    package var path: Path

    package init(controller: String, path: Path) {
        self.controller = controller
        self.path = path
    }
}

/// A cgroup folder's inode by the controller that it belongs to.
package struct CgroupInode: Equatable, Sendable {
    package var controller: String
    package var inode: UInt64

    package init(controller: String, inode: UInt64) {
        self.controller = controller
        self.inode = inode
    }
}

/// The unit of systemd that a container's cgroup belongs to.
package struct UnitRecord: Equatable, Sendable {
    package var name: String
    package var slice: String
    /// Whether the user's own manager has it.
    package var isUser: Bool

    package init(name: String, slice: String, isUser: Bool) {
        self.name = name
        self.slice = slice
        self.isUser = isUser
    }

    package init(_ unit: ContainerUnit) {
        self.init(name: unit.name, slice: unit.slice.name, isUser: unit.isUser)
    }
}

/// A namespace that the container has to itself or joined: then with the path it was joined by.
package struct NamespaceRecord: Equatable, Sendable {
    package var type: NamespaceType
    package var path: Path

    package init(type: NamespaceType, path: Path) {
        self.type = type
        self.path = path
    }
}

extension NamespaceType {
    /// The name in runc's state file.
    var recordName: StaticString {
        switch self {
        case .pid: "NEWPID"
        case .network: "NEWNET"
        case .mount: "NEWNS"
        case .ipc: "NEWIPC"
        case .uts: "NEWUTS"
        case .user: "NEWUSER"
        case .cgroup: "NEWCGROUP"
        case .time: "NEWTIME"
        }
    }

    /// The name of the file in /proc/PID/ns. See namespaces(7).
    var fileName: StaticString {
        switch self {
        case .pid: "pid"
        case .network: "net"
        case .mount: "mnt"
        case .ipc: "ipc"
        case .uts: "uts"
        case .user: "user"
        case .cgroup: "cgroup"
        case .time: "time"
        }
    }
}

// MARK: - Writing

extension StateRecord {
    /// The content of `state.json`.
    package var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("id")
        writer.string(id)
        writer.key("init_process_pid")
        writer.integer(pid ?? 0)
        writer.key("init_process_start")
        writer.integer(startTime)
        writer.key("created")
        writer.string(created)
        encodeConfiguration(&writer)
        if isRootless {
            writer.key("rootless")
            writer.boolean(true)
        }
        writer.key("cgroup_paths")
        writer.beginObject()
        for entry in cgroupPaths {
            writer.key(entry.controller)
            writer.string(entry.path.bytes)
        }
        writer.endObject()
        writer.key("namespace_paths")
        writer.beginObject()
        if let pid {
            for type in NamespaceType.allCases {
                writer.key(type.recordName)
                writer.string("/proc/\(pid)/ns/\(type.fileName)")
            }
        }
        writer.endObject()
        writer.key("external_descriptors")
        writer.beginArray()
        for name in externalDescriptors { writer.string(name) }
        writer.endArray()
        if let intelRdtPath {
            writer.key("intel_rdt_path")
            writer.string(intelRdtPath.bytes)
        }
        if let intelRdtMonitoringPath {
            writer.key("intel_rdt_mon_path")
            writer.string(intelRdtMonitoringPath.bytes)
        }
        encodeOwn(&writer)
        writer.endObject()
        return writer.bytes
    }

    private func encodeConfiguration(_ writer: inout JSONWriter) {
        writer.key("config")
        writer.beginObject()
        writer.key("rootfs")
        writer.string(rootfs.bytes)
        configuration?.encode(&writer)
        writer.key("namespaces")
        writer.beginArray()
        for namespace in namespaces {
            writer.beginObject()
            writer.key("type")
            writer.string(namespace.type.recordName.description)
            if !namespace.path.isEmpty {
                writer.key("path")
                writer.string(namespace.path.bytes)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.key("cgroups")
        encodeCgroups(configuration?.resources ?? Resources(), &writer)
        writer.key("labels")
        writer.beginArray()
        for entry in annotations { writer.string("\(entry.key)=\(entry.value)" as ByteString) }
        writer.string("bundle=\(bundle)" as ByteString)
        writer.endArray()
        writer.key("version")
        writer.string(Spec.currentVersion)
        if keepsKeyring {
            writer.key("no_new_keyring")
            writer.boolean(true)
        }
        writer.endObject()
    }

    private func encodeOwn(_ writer: inout JSONWriter) {
        writer.key("apus")
        writer.beginObject()
        writer.key("bundle")
        writer.string(bundle.bytes)
        // JSON knows only text: a path that is none has its bytes here, too.
        if bundle.bytes.validText == nil {
            writer.key("bundleBytes")
            writer.string(bundle.bytes.hexadecimal)
            writer.key("rootfsBytes")
            writer.string(rootfs.bytes.hexadecimal)
        }
        writer.key("annotations")
        writer.beginObject()
        for entry in annotations {
            writer.key(entry.key)
            writer.string(entry.value)
        }
        writer.endObject()
        if let unit {
            writer.key("unit")
            writer.string(unit.name)
            writer.key("unitSlice")
            writer.string(unit.slice)
            writer.key("unitIsUser")
            writer.boolean(unit.isUser)
        }
        if let cgroupMark {
            writer.key("cgroupMark")
            writer.string(cgroupMark.text)
        }
        if !cgroupInodes.isEmpty {
            writer.key("cgroupInodes")
            writer.beginObject()
            for entry in cgroupInodes {
                writer.key(entry.controller)
                writer.integer(entry.inode)
            }
            writer.endObject()
        }
        writer.key("keepsKeyring")
        writer.boolean(keepsKeyring)
        writer.key("hasFilter")
        writer.boolean(hasFilter)
        writer.key("hasPoststart")
        writer.boolean(hasPoststart)
        writer.key("hasPoststop")
        writer.boolean(hasPoststop)
        if !hasProcess {
            writer.key("hasProcess")
            writer.boolean(false)
        }
        if let rootMount {
            writer.key("rootMount")
            writer.integer(rootMount)
        }
        if ownsIntelRdtGroup {
            writer.key("ownsIntelRdtGroup")
            writer.boolean(true)
        }
        writer.endObject()
    }
}
