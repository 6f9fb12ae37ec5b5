import JSON
import Linux
import RuntimeSpec

/// What `state.json` says of the configuration to programs outside, by the names of runc; the runtime itself reads none of
/// it back.
package struct RecordedConfiguration: Equatable, Sendable {
    /// One mount as it was asked for.
    package struct Mount: Equatable, Sendable {
        package var source: Path
        package var destination: Path
        package var type: ByteString
        package var flags: UInt32
        package var data: ByteString
    }

    package var mounts: [Mount]
    private let isReadonly: Bool
    private let hostname: ByteString
    private let domainname: ByteString
    private let linux: LinuxConfiguration
    private let process: Process?

    /// The limits of the container's cgroup.
    var resources: Resources { linux.resources ?? Resources() }

    /// Takes over what the specification says, and of the mounts what the plan made of it.
    init(_ spec: Spec, _ steps: [ChildStep]) {
        isReadonly = spec.root?.readonly ?? false
        hostname = spec.hostname ?? ""
        domainname = spec.domainname ?? ""
        linux = spec.linux ?? LinuxConfiguration()
        process = spec.process
        mounts = []
        mounts.reserveCapacity(spec.mounts.count)
        for step in steps {
            guard case .rootfs(.mount(let made)) = step.operation, step.origin.property == .mounts,
                let index = step.origin.index, spec.mounts.indices.contains(index)
            else { continue }
            let asked = spec.mounts[index]
            // What lies in the root file system has lost the host's part of its path in the plan.
            let source = made.rules.contains(.sourceInRoot) ? asked.source ?? "" : made.source
            mounts.append(
                Mount(
                    source: made.kind == .bind ? source : asked.source ?? "", destination: asked.destination,
                    type: asked.type ?? "", flags: made.flags.rawValue, data: made.data))
        }
    }

    /// Writes the members; those that say nothing are left out, as runc does.
    func encode(_ writer: inout JSONWriter) {
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
