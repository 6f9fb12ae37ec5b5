import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec
import StrictJSON

/// What `state.json` says of the configuration to programs outside, by the names of runc. The runtime itself reads little of
/// it back: the root, the namespaces, the keyring and the cgroup's path.
package struct RecordedConfiguration: StateObject {
    package var rootfs = Path()
    package var namespaces: [NamespaceRecord] = []
    package var cgroups = CgroupSettings()
    package var labels: [ByteString] = []
    /// Whether the container stays in the session keyring of its creator.
    package var keepsKeyring = false
    /// What the specification says; nil in a record that was read.
    package var specification: RecordedSpecification?

    package init() {}

    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("rootfs", &rootfs, .always)
        try visitor.exported { [specification] writer in specification?.write(&writer) }
        try visitor.member("namespaces", &namespaces, .always)
        try visitor.member("cgroups", &cgroups, .always)
        try visitor.exported { [labels] writer in
            writer.key("labels")
            labels.write(&writer)
            writer.key("version")
            writer.string(Spec.currentVersion)
        }
        try visitor.member("no_new_keyring", &keepsKeyring)
    }

    /// What the runtime was told of the cgroup.
    package struct CgroupSettings: StateObject {
        /// The container's id, with the cgroupfs driver.
        package var name = ""
        /// `linux.cgroupsPath`, with the cgroupfs driver.
        package var path: Path?
        /// The slice, with systemd's driver.
        package var parent = ""
        package var isSystemd = false
        /// The limits, for programs outside.
        package var limits: Resources?

        package init() {}

        package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor
            .Failure)
        {
            try visitor.member("name", &name)
            try visitor.member("path", &path)
            try visitor.member("parent", &parent)
            try visitor.exported { [limits] writer in limits?.writeRecorded(&writer) }
            try visitor.member("systemd", &isSystemd)
        }
    }
}

/// The parts of a specification that `state.json` repeats.
package final class RecordedSpecification: Equatable, Sendable {
    /// One mount as it was asked for.
    package struct Mount: Equatable, Sendable {
        package var source: Path
        package var destination: Path
        package var type: ByteString
        package var flags: UInt32
        package var data: ByteString
    }

    private let mounts: [Mount]
    private let isReadonly: Bool
    private let hostname: ByteString
    private let domainname: ByteString
    private let linux: LinuxConfiguration
    private let process: Process?

    /// Takes over what the specification says, and of the mounts what the plan made of it.
    package init(_ spec: Spec, _ steps: [Planned<any ChildStep>]) {
        isReadonly = spec.root?.readonly ?? false
        hostname = spec.hostname ?? ""
        domainname = spec.domainname ?? ""
        linux = spec.linux ?? LinuxConfiguration()
        process = spec.process
        var mounts: [Mount] = []
        mounts.reserveCapacity(spec.mounts.count)
        for planned in steps {
            guard planned.origin.property == .mounts, let made = planned.step as? MountStep,
                let index = planned.origin.index, spec.mounts.indices.contains(index)
            else { continue }
            let asked = spec.mounts[index]
            // What lies in the root file system has lost the host's part of its path in the plan.
            let source = made.rules.contains(.sourceInRoot) ? asked.source ?? "" : made.source
            mounts.append(
                Mount(
                    source: made.kind == .bind ? source : asked.source ?? "", destination: asked.destination,
                    type: asked.type ?? "", flags: made.flags.rawValue, data: made.data))
        }
        self.mounts = mounts
    }

    package static func == (a: RecordedSpecification, b: RecordedSpecification) -> Bool {
        a.mounts == b.mounts && a.isReadonly == b.isReadonly && a.hostname == b.hostname
            && a.domainname == b.domainname && a.linux == b.linux && a.process == b.process
    }

    /// Writes what nobody reads back; members that say nothing are left out, as runc does.
    fileprivate func write(_ writer: inout JSONWriter) {
        if isReadonly {
            writer.key("readonlyfs")
            writer.boolean(true)
        }
        encodeMounts(&writer)
        text("mount_label", linux.mountLabel ?? "", &writer)
        text("hostname", hostname, &writer)
        text("domainname", domainname, &writer)
        mappings("uid_mappings", linux.uidMappings, &writer)
        mappings("gid_mappings", linux.gidMappings, &writer)
        list("mask_paths", linux.maskedPaths, &writer)
        list("readonly_paths", linux.readonlyPaths, &writer)
        guard let process else { return }
        text("apparmor_profile", process.apparmorProfile ?? "", &writer)
        text("process_label", process.selinuxLabel ?? "", &writer)
        if let score = process.oomScoreAdj {
            writer.key("oom_score_adj")
            writer.integer(Int64(score))
        }
        if process.noNewPrivileges {
            writer.key("no_new_privileges")
            writer.boolean(true)
        }
    }

    private func encodeMounts(_ writer: inout JSONWriter) {
        writer.key("mounts")
        writer.beginArray()
        for mount in mounts {
            writer.beginObject()
            text("source", mount.source.bytes, &writer)
            text("destination", mount.destination.bytes, &writer)
            text("device", mount.type, &writer)
            if mount.flags != 0 {
                writer.key("flags")
                writer.integer(mount.flags)
            }
            text("data", mount.data, &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private func text(_ name: StaticString, _ value: ByteString, _ writer: inout JSONWriter) {
        guard !value.isEmpty else { return }
        writer.key(name)
        writer.string(value)
    }

    private func list(_ name: StaticString, _ values: [Path], _ writer: inout JSONWriter) {
        guard !values.isEmpty else { return }
        writer.key(name)
        writer.beginArray()
        for value in values { writer.string(value.bytes) }
        writer.endArray()
    }

    private func mappings(_ name: StaticString, _ values: [IDMapping], _ writer: inout JSONWriter) {
        guard !values.isEmpty else { return }
        writer.key(name)
        writer.beginArray()
        for mapping in values {
            writer.beginObject()
            writer.key("container_id")
            writer.integer(mapping.containerID)
            writer.key("host_id")
            writer.integer(mapping.hostID)
            writer.key("size")
            writer.integer(mapping.size)
            writer.endObject()
        }
        writer.endArray()
    }
}
