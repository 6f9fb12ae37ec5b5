import Linux
import RuntimeSpec

/// What a configuration sets of a namespace that the container joins by its path: names and kernel parameters.
struct HostNamespaceRule {
    private let spec: Spec
    private var keys: [ByteString] { spec.linux?.sysctl.keys ?? [] }

    init(_ spec: Spec) { self.spec = spec }

    /// Fails when the namespace turns out to be the runtime's own: what belongs to it is the host's.
    func check(_ namespace: Int32, _ flags: CloneFlags) throws(ContainerError) {
        let file: String
        let key: ByteString?
        let reason: String
        switch flags {
        case .newUTS:
            return try checkNames(namespace)
        case .newNetwork:
            file = "net"
            key = keys.first { Self.isBelow($0, ["net"]) }
            reason = "not allowed in host network namespace"
        case .newIPC:
            file = "ipc"
            key = keys.first { Self.isBelow($0, ["kernel", "fs"]) && !$0.hasSuffix("domainname") }
            reason = "is not allowed in the hosts ipc namespace"
        default: return
        }
        guard let key else { return }
        guard try isOwn(namespace, file) else { return }
        throw ContainerError(
            .invalidConfiguration, origin: Origin(.sysctl, keys.firstIndex(of: key)),
            reason: "sysctl " + quoted(key) + " " + reason)
    }

    /// The names of the host stay what they are, even for a container that shares them.
    private func checkNames(_ namespace: Int32) throws(ContainerError) {
        let property: Origin.Property
        let name: ByteString
        if let hostname = spec.hostname, !hostname.isEmpty {
            (property, name) = (.hostname, hostname)
        } else if let domainname = spec.domainname, !domainname.isEmpty {
            (property, name) = (.domainname, domainname)
        } else {
            return
        }
        guard try isOwn(namespace, "uts") else { return }
        throw ContainerError(
            .invalidConfiguration, origin: Origin(property), value: quoted(name),
            reason: "unable to set \(property.name) without a private UTS namespace",
            remedy: "the path of the uts entry in linux.namespaces is the host's")
    }

    private func isOwn(_ namespace: Int32, _ file: String) throws(ContainerError) -> Bool {
        let path: Path = "/proc/thread-self/ns/\(file)"
        return try attempt("stat", path) { () throws(Errno) in
            let (own, other) = (try fileStatus(path), try fileStatus(of: namespace))
            return own.inode == other.inode && own.device == other.device
        }
    }

    private static func isBelow(_ key: ByteString, _ roots: [ByteString]) -> Bool {
        roots.contains { key.hasPrefix("\($0).") || key.hasPrefix("\($0)/") }
    }
}
