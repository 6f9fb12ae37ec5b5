import ByteStrings
import Cgroups
import ContainerInit
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
    package private(set) var annotations: OrderedPairs<ByteString, ByteString> = [:]
    private var bundleText = Path()
    private var bundleBytes = ""
    private var rootfsText = Path()
    private var rootfsBytes = ""
    private var mark: CgroupMark?
    private var inodes: OrderedPairs<ByteString, UInt64> = [:]
    private var freezer: Path?
    private var unified: Path?
    private var hasLegacy = false
    private var hasPaths = false
    private var hasOwn = false

    package var bundle: Path { StateRecord.path(bundleText, bundleBytes) }
    package var rootfs: Path { StateRecord.path(rootfsText, rootfsBytes) }

    /// The container's cgroup in the hierarchy that freezes: version 1 where any of its controllers is, else cgroup2.
    package var freezingCgroup: Cgroup {
        let name = hasLegacy ? "freezer" : ""
        guard let path = hasLegacy ? freezer : unified else { return Cgroup(recorded: []) }
        return Cgroup(
            recorded: [(name, path)], mark: mark, inodes: inodes.map { (controller: $0.key.text, inode: $0.value) })
    }

    /// Takes what is wanted out of a whole record.
    package init(_ record: StateRecord) {
        id = record.id
        pid = record.pid
        startTime = record.startTime
        created = record.created
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
            try reader.json.beginObject()
            while !isComplete, try reader.json.nextMember() { try readMember(&reader) }
        } catch {
            throw ContainerError(reason: error.message)
        }
    }

    private var isComplete: Bool { hasPaths && hasOwn && !rootfsText.isEmpty }

    private mutating func note(_ path: Path, of controller: ByteString) {
        if controller.isEmpty {
            unified = path
        } else {
            hasLegacy = true
            if controller == "freezer" { freezer = path }
        }
    }

    private mutating func readMember(_ reader: inout StateReader) throws(JSONSyntaxError) {
        if reader.json.isKey("id") {
            id = try String.read(&reader) ?? ""
        } else if reader.json.isKey("init_process_pid") {
            pid = try Int32.read(&reader)
            if let number = pid, number <= 0 { pid = nil }
        } else if reader.json.isKey("init_process_start") {
            startTime = try UInt64.read(&reader) ?? 0
        } else if reader.json.isKey("created") {
            created = try String.read(&reader) ?? ""
        } else if reader.json.isKey("cgroup_paths") {
            try readPaths(&reader)
        } else if reader.json.isKey("apus") {
            try readOwn(&reader)
        } else if reader.json.isKey("config") {
            try readRootfs(&reader)
        } else {
            try reader.json.skipValue()
        }
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
        try reader.json.beginObject()
        while try reader.json.nextMember() {
            if reader.json.isKey("bundle") {
                bundleText = try Path.read(&reader) ?? Path()
            } else if reader.json.isKey("bundleBytes") {
                bundleBytes = try String.read(&reader) ?? ""
            } else if reader.json.isKey("rootfs") {
                rootfsText = try Path.read(&reader) ?? Path()
            } else if reader.json.isKey("rootfsBytes") {
                rootfsBytes = try String.read(&reader) ?? ""
            } else if reader.json.isKey("annotations") {
                annotations = try OrderedPairs.read(&reader) ?? [:]
            } else if reader.json.isKey("cgroupMark") {
                mark = try CgroupMark.read(&reader)
            } else if reader.json.isKey("cgroupInodes") {
                inodes = try OrderedPairs.read(&reader) ?? [:]
            } else {
                try reader.json.skipValue()
            }
        }
    }

    /// The root, where a record of an earlier version has it alone.
    private mutating func readRootfs(_ reader: inout StateReader) throws(JSONSyntaxError) {
        guard try reader.expect(.object) else { return }
        try reader.json.beginObject()
        while try reader.json.nextMember() {
            if reader.json.isKey("rootfs") {
                rootfsText = try Path.read(&reader) ?? Path()
            } else {
                try reader.json.skipValue()
            }
        }
    }
}
