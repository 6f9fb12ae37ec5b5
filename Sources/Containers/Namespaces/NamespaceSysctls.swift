import Linux
import RuntimeSpec

/// The kernel parameters of a configuration that belong to a namespace which the container joins by its path.
struct NamespaceSysctls {
    private let keys: [String]

    init(_ sysctl: OrderedPairs<String, String>) { keys = sysctl.keys }

    /// Fails when the namespace turns out to be the runtime's own: its parameters are the host's.
    func check(_ namespace: Int32, _ flags: CloneFlags) throws(ContainerError) {
        let file: String
        let key: String?
        let reason: String
        switch flags {
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
        let path = "/proc/thread-self/ns/" + file
        let isOwn = try attempt("stat", path) { () throws(Errno) in
            let (own, other) = (try fileStatus(path), try fileStatus(of: namespace))
            return own.inode == other.inode && own.device == other.device
        }
        guard isOwn else { return }
        throw ContainerError(
            .invalidConfiguration, origin: Origin(.sysctl), reason: "sysctl " + quoted(key) + " " + reason)
    }

    private static func isBelow(_ key: String, _ roots: [String]) -> Bool {
        roots.contains { key.hasPrefix($0 + ".") || key.hasPrefix($0 + "/") }
    }
}
