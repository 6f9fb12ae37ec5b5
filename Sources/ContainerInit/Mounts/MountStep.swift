import ByteStrings
import LinuxKernel

/// Makes one mount of the container, fully resolved: what the child needs and nothing it would have to decide.
package struct MountStep: Equatable, RootfsStep {
    package static let name: StaticString = "mount"

    /// How the mount is made.
    package var kind = Kind.other
    /// What is mounted, as the kernel takes it; for a bind an absolute path of the host.
    package var source = Path()
    /// Where, as an absolute, cleaned path inside the container.
    package var destination = Path()
    /// The name of the file system.
    package var type = ByteString()
    /// The flags that the options set.
    package var flags: MountFlags = []
    /// The flags that the options clear, which matters where the source has them.
    package var cleared: MountFlags = []
    /// The options of the file system itself, joined by commas.
    package var data = ByteString()
    /// The changes of propagation, in order.
    package var propagation: [MountFlags] = []
    /// Attributes that the whole tree gets.
    package var recursivelySet: MountAttributes = []
    /// Attributes that the whole tree loses.
    package var recursivelyCleared: MountAttributes = []
    /// The SELinux context, or empty.
    package var label = ByteString()
    /// Where the parent put the prepared tree of a bind.
    package var tree: Slot?
    /// What can only be decided when the mount is made.
    package var rules: Rules = []
    /// For a mount of kind `cgroup1`: the hierarchies in it.
    package var hierarchies: [CgroupHierarchy] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("kind", &kind)
        try visitor.field("source", &source)
        try visitor.field("destination", &destination)
        try visitor.field("type", &type)
        try visitor.field("flags", &flags)
        try visitor.field("cleared", &cleared)
        try visitor.field("data", &data)
        try visitor.field("propagation", &propagation)
        try visitor.field("recursivelySet", &recursivelySet)
        try visitor.field("recursivelyCleared", &recursivelyCleared)
        try visitor.field("label", &label)
        try visitor.field("tree", &tree, .hidden)
        try visitor.field("rules", &rules)
        try visitor.field("hierarchies", &hierarchies)
    }

    package var detail: String {
        let source = source.isEmpty ? type.text : source.text
        var parts = type.isEmpty || type == "bind" ? [] : ["type=" + type.text]
        if !flags.isEmpty { parts.append(flags.shown) }
        if !cleared.isEmpty { parts.append("without " + cleared.shown) }
        if !data.isEmpty { parts.append(data.text) }
        parts += propagation.map(\.shown)
        if !recursivelySet.isEmpty { parts.append("all below: " + recursivelySet.shown) }
        if !recursivelyCleared.isEmpty { parts.append("nothing below: " + recursivelyCleared.shown) }
        return source + " → " + destination + (parts.isEmpty ? "" : " " + parts.joined(separator: ","))
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        setup.clearMask()
        try setup.make(self)
    }

    /// How a mount is made.
    package enum Kind: UInt8, FieldCode, CaseIterable {
        /// A directory or file of the host, or a tree that the parent prepared.
        case bind
        /// A change of an existing mount.
        case remount
        case proc, sysfs, tmpfs, devpts, mqueue
        /// A tmpfs with the hierarchies of cgroup v1 in it.
        case cgroup1
        /// A new mount of the unified hierarchy, showing the container's cgroup namespace.
        case cgroup2
        /// The host's mount of the unified hierarchy again, which costs less than a new one and keeps its options.
        case cgroup2Bind
        /// Any other file system.
        case other
    }

    /// What is decided when the mount is made.
    package struct Rules: OptionSet, Hashable, FieldCode {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }
        // As in LinuxKernel/OptionSets.swift.
        @inlinable @inline(__always)
        package init(arrayLiteral elements: Rules...) {
            self.init(rawValue: 0)
            for element in elements { formUnion(element) }
        }

        /// Whether all flags of `other` are set.
        @inlinable
        package func contains(_ other: Rules) -> Bool { rawValue & other.rawValue == other.rawValue }
        /// These flags and those of `other`.
        @inlinable
        package func union(_ other: Rules) -> Rules { Rules(rawValue: rawValue | other.rawValue) }
        /// Adds the flags of `other`.
        @inlinable
        package mutating func formUnion(_ other: Rules) { self = union(other) }
        /// The same.
        @inlinable
        package mutating func insert(_ other: Rules) { self = union(other) }

        /// The files that the new tmpfs covers are copied into it.
        package static let copyUp = Rules(rawValue: 0x1)
        /// A link as the source of a bind is bound itself.
        package static let sourceNoFollow = Rules(rawValue: 0x2)
        /// A link at the destination is mounted on itself.
        package static let destinationNoFollow = Rules(rawValue: 0x4)
        /// A link as the source of a bind is made again at the destination instead of a mount.
        package static let copySymbolicLink = Rules(rawValue: 0x8)
        /// The mount stays writable for the set-up; `ReadonlyMountsStep` makes it read-only.
        package static let readOnlyLater = Rules(rawValue: 0x10)
        /// The mount may lie inside of /proc.
        package static let insideProc = Rules(rawValue: 0x20)
        /// The source of the bind must be the root of a procfs.
        package static let sourceIsProc = Rules(rawValue: 0x40)
        /// The container has a user namespace: the kernel may refuse what a fall-back can replace.
        package static let userNamespace = Rules(rawValue: 0x80)
        /// The source lies in the container's root and is looked for there, with the mounts that are made already.
        package static let sourceInRoot = Rules(rawValue: 0x100)

        /// All that concern the source of a bind.
        package static let ofSource = Rules(rawValue: 0x2 | 0x8 | 0x40 | 0x100)

        package var shown: String {
            let names: [(Rules, String)] = [
                (.copyUp, "copyUp"),
                (.sourceNoFollow, "sourceNoFollow"),
                (.destinationNoFollow, "destinationNoFollow"),
                (.copySymbolicLink, "copySymbolicLink"),
                (.readOnlyLater, "readOnlyLater"),
                (.insideProc, "insideProc"),
                (.sourceIsProc, "sourceIsProc"),
                (.userNamespace, "userNamespace"),
                (.sourceInRoot, "sourceInRoot"),
            ]
            return names.filter { contains($0.0) }.map(\.1).joined(separator: ",")
        }
    }

    /// True when something is left to do that needs the finished mount.
    package var needsFinishing: Bool {
        !propagation.isEmpty || !recursivelySet.isEmpty || !recursivelyCleared.isEmpty || coversRoot
    }

    /// True for a mount that becomes the container's root.
    package var coversRoot: Bool { destination == "/" }
}

extension RootfsSetup {
    fileprivate func make(_ step: MountStep) throws(ContainerError) {
        forgetNewDirectory(before: step.destination)
        do throws(ContainerError) {
            switch step.kind {
            case .bind: try bind(step)
            case .remount: try remount(step)
            case .cgroup1: try mountCgroupHierarchies(step)
            case .cgroup2: try mountUnifiedCgroup(step)
            case .cgroup2Bind: try bindUnifiedCgroup(step, from: step.source)
            case .proc, .sysfs, .tmpfs, .devpts, .mqueue, .other: try mountFileSystem(step)
            }
        } catch {
            var failure = error
            failure.isOfMount = true
            failure.operation = "error mounting \"" + step.source + "\" to rootfs at \"" + step.destination + "\""
            failure.subject = ""
            throw failure
        }
    }

    /// Changes the flags or the data of a mount that is there.
    private func remount(_ step: MountStep) throws(ContainerError) {
        let place = try explained("open " + step.destination + " in the root file system") { () throws(Errno) in
            try RootedPath(step.destination).open(in: root.file)
        }
        try explained("remount") { () throws(Errno) in
            try mount(
                step.source, on: place, type: step.type.isEmpty ? nil : step.type, step.flags,
                data: step.data.isEmpty ? nil : step.data)
        }
        try finish(step, place)
    }

    /// Does what is left to do once a mount is in its place: propagation, then the attributes of the whole tree.
    package func finish(_ step: MountStep, _ mount: borrowing FileDescriptor) throws(ContainerError) {
        if step.coversRoot { try adoptRoot(mount) }
        for flags in step.propagation {
            try explained("change the propagation") { () throws(Errno) in try setPropagation(flags, of: mount) }
        }
        guard !step.recursivelySet.isEmpty || !step.recursivelyCleared.isEmpty else { return }
        do throws(Errno) {
            try mount.setMountAttributes(
                MountAttributeChange(set: step.recursivelySet, clear: step.recursivelyCleared),
                recursively: true)
        } catch {
            throw ContainerError(
                errno: error, reason: "mount_setattr",
                remedy: error == .noSuchSystemCall ? "recursive mount options need Linux 5.12" : "")
        }
    }
}
