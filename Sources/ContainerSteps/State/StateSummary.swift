import ByteStrings
import Cgroups
import ContainerInit
import LinuxKernel
import RuntimeSpec
import StrictJSON

/// What tells the status of a container and describes it: the few members of `state.json` that `list` and `state` want. They
/// stand before the others, which are not read.
package struct StateSummary: Sendable {
    package private(set) var id = ""
    /// The container's first process; nil while it is being made.
    package private(set) var pid: Int32?
    /// When that process started, in clock ticks since boot.
    package private(set) var startTime: UInt64 = 0
    package private(set) var created = ""
    package private(set) var annotations = OrderedPairs<ByteString, ByteString>()
    private var bundleText = Path()
    private var bundleBytes = ""
    private var rootfsText = Path()
    private var rootfsBytes = ""
    private var mark: CgroupMark?
    /// The mark as it stands in the file, of which none is made before somebody asks for the cgroup.
    private var markText = ByteString()
    private var inodes = OrderedPairs<ByteString, UInt64>()
    private var freezer: Path?
    private var unified: Path?
    private var hasLegacy = false
    private var hasPaths = false
    private var hasOwn = false
    private var hasPID = false
    private var hasStart = false

    package var bundle: Path { StateRecord.path(bundleText, bundleBytes) }
    package var rootfs: Path { StateRecord.path(rootfsText, rootfsBytes) }

    /// The container's cgroup in the hierarchy that freezes: version 1 where any of its controllers is, else cgroup2.
    package var freezingCgroup: Cgroup {
        let name: ByteString = hasLegacy ? "freezer" : ""
        guard let path = hasLegacy ? freezer : unified else { return Cgroup(recorded: OrderedPairs()) }
        return Cgroup(
            recorded: OrderedPairs(distinct: [.init(key: name, value: path)]),
            mark: mark ?? CgroupMark(recorded: markText), inodes: inodes)
    }

    /// Whether that hierarchy leaves no doubt that the container is not frozen.
    package func isThawed(near cgroups: inout NearbyDirectory) -> Bool {
        guard let path = hasLegacy ? freezer : unified else { return true }
        return Cgroup.isThawed(at: path, isUnified: !hasLegacy, near: &cgroups)
    }

    /// Takes what is wanted out of a whole record.
    package init(_ record: StateRecord) {
        id = record.id
        pid = record.pid
        startTime = record.startTime
        created = record.created.text
        annotations = record.annotations
        bundleText = record.bundle
        rootfsText = record.rootfs
        mark = record.own.cgroupMark
        inodes = record.own.cgroupInodes
        for pair in record.cgroupPaths { note(pair.value, of: pair.key) }
    }

    /// Reads the beginning of a `state.json`; of a file with another order of its members, as much as it takes.
    package init(decoding bytes: [UInt8]) throws(ContainerError) {
        do throws(JSONSyntaxError) {
            var reader = try StateReader(bytes)
            guard try reader.expect(.object) else { return }
            try reader.readMembers { (reader) throws(JSONSyntaxError) in try takeMembers(&reader) }
        } catch {
            throw ContainerError(reason: error.message)
        }
    }

    /// Whether the beginning of a file has everything.
    package static func isComplete(in bytes: [UInt8]) -> Bool {
        do throws(ContainerError) {
            return try StateSummary(decoding: bytes).isComplete
        } catch {
            return false
        }
    }

    private var isComplete: Bool {
        hasPaths && hasOwn && hasPID && hasStart && !rootfsText.isEmpty && !id.isEmpty && !created.isEmpty
    }

    private mutating func note(_ path: Path, of controller: ByteString) {
        if controller.isEmpty {
            unified = path
        } else {
            hasLegacy = true
            if controller == "freezer" { freezer = path }
        }
    }

    private mutating func takeMembers(_ reader: inout StateReader) throws(JSONSyntaxError) -> Bool {
        if reader.takes("id") { id = try String.read(&reader) ?? "" }
        if reader.takes("init_process_pid") {
            pid = try Int32.read(&reader).flatMap { $0 > 0 ? $0 : nil }
            hasPID = true
        }
        if reader.takes("init_process_start") {
            startTime = try UInt64.read(&reader) ?? 0
            hasStart = true
        }
        if reader.takes("created") { created = try String.read(&reader) ?? "" }
        if reader.takes("cgroup_paths") { try readPaths(&reader) }
        if reader.takes("apus") { try readOwn(&reader) }
        if isComplete { return false }
        if reader.takes("config") { try readRootfs(&reader) }
        return !isComplete
    }

    private mutating func readPaths(_ reader: inout StateReader) throws(JSONSyntaxError) {
        guard try reader.expect(.object) else { return }
        try reader.json.beginObject()
        while try reader.json.nextMember() {
            if reader.json.isKey("freezer") {
                freezer = try Path.read(&reader)
                hasLegacy = true
            } else if reader.json.isKey("") {
                unified = try Path.read(&reader)
            } else {
                hasLegacy = true
                try reader.json.skipValue()
            }
        }
        hasPaths = true
    }

    private mutating func readOwn(_ reader: inout StateReader) throws(JSONSyntaxError) {
        guard try reader.expect(.object) else { return }
        hasOwn = true
        try reader.readMembers { (reader) throws(JSONSyntaxError) in
            if reader.takes("bundle") { bundleText = try Path.read(&reader) ?? Path() }
            if reader.takes("rootfs") { rootfsText = try Path.read(&reader) ?? Path() }
            if reader.takes("bundleBytes") { bundleBytes = try String.read(&reader) ?? "" }
            if reader.takes("rootfsBytes") { rootfsBytes = try String.read(&reader) ?? "" }
            if reader.takes("annotations") { annotations = try OrderedPairs.read(&reader) ?? OrderedPairs() }
            if reader.takes("cgroupMark") { markText = try ByteString.read(&reader) ?? ByteString() }
            if reader.takes("cgroupInodes") { inodes = try OrderedPairs.read(&reader) ?? OrderedPairs() }
            return true
        }
    }

    /// The root, where a record of an earlier version has it alone.
    private mutating func readRootfs(_ reader: inout StateReader) throws(JSONSyntaxError) {
        guard try reader.expect(.object) else { return }
        try reader.readMembers { (reader) throws(JSONSyntaxError) in
            if reader.takes("rootfs") { rootfsText = try Path.read(&reader) ?? Path() }
            return true
        }
    }
}
