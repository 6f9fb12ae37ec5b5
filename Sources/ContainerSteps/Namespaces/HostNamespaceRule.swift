import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// What a configuration sets of a namespace that the container joins by its path: a name or a kernel parameter, which must
/// not be the host's.
package struct HostNamespaceRule: Equatable, FieldRecord {
    /// The property that sets it.
    package var origin = Origin(.namespaces)
    /// The name, or the key of the parameter.
    package var subject = ByteString()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("property", &origin)
        try visitor.field("subject", &subject)
    }

    /// The rule for a namespace of a kind; nil where the configuration sets nothing of it.
    package init?(_ kind: NamespaceType, in spec: Spec) {
        self.init()
        switch kind {
        case .uts:
            if let hostname = spec.hostname, !hostname.isEmpty {
                (origin, subject) = (Origin(.hostname), hostname)
            } else if let domainname = spec.domainname, !domainname.isEmpty {
                (origin, subject) = (Origin(.domainname), domainname)
            } else {
                return nil
            }
        case .network:
            guard let index = Self.index(in: spec, where: { Self.isBelow($0, ["net"]) }) else { return nil }
            take(index, spec)
        case .ipc:
            let isOfIPC = { (key: ByteString) in
                Self.isBelow(key, ["kernel", "fs"]) && !key.hasSuffix("domainname")
            }
            guard let index = Self.index(in: spec, where: isOfIPC) else { return nil }
            take(index, spec)
        case .pid, .mount, .user, .cgroup, .time: return nil
        }
    }

    private mutating func take(_ index: Int, _ spec: Spec) {
        origin = Origin(.sysctl, index)
        subject = spec.linux?.sysctl.keys[index] ?? ByteString()
    }

    private static func index(in spec: Spec, where isMeant: (ByteString) -> Bool) -> Int? {
        (spec.linux?.sysctl.keys ?? []).firstIndex(where: isMeant)
    }

    private static func isBelow(_ key: ByteString, _ roots: [ByteString]) -> Bool {
        roots.contains { key.hasPrefix("\($0).") || key.hasPrefix("\($0)/") }
    }

    /// Fails when the namespace is the runtime's own: what belongs to it is the host's.
    package func check(_ namespace: borrowing FileDescriptor, _ kind: CloneFlags) throws(ContainerError) {
        let file = kind == .newUTS ? "uts" : kind == .newNetwork ? "net" : "ipc"
        let path: Path = "/proc/\(ThisProcess.entry)/ns/\(file)"
        let isOwn = try attempt("stat", path) { () throws(Errno) in
            let (own, other) = (try fileStatus(path), try namespace.status())
            return own.inode == other.inode && own.device == other.device
        }
        guard isOwn else { return }
        if kind == .newUTS {
            throw ContainerError(
                .invalidConfiguration, origin: origin, value: quoted(subject),
                reason: "unable to set \(origin.property.name) without a private UTS namespace",
                remedy: "the path of the uts entry in linux.namespaces is the host's")
        }
        throw ContainerError(
            .invalidConfiguration, origin: origin,
            reason: "sysctl " + quoted(subject)
                + (kind == .newNetwork
                    ? " not allowed in host network namespace" : " is not allowed in the hosts ipc namespace"))
    }
}
