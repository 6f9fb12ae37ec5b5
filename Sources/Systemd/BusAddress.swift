import Linux

/// Where a D-Bus server listens. See the D-Bus specification, section "Server Addresses".
package struct BusAddress: Hashable, Sendable {
    /// The socket's path; `@` in front marks an abstract name.
    package var path: String
    /// Whether a bus is there, and not the manager alone.
    package var hasBus: Bool

    package init(path: String, hasBus: Bool) {
        self.path = path
        self.hasBus = hasBus
    }

    /// Where the system's manager can be reached, in the order in which to try: over the bus, else directly.
    package static func system(_ environment: (String) -> String?) -> [BusAddress] {
        let bus = environment("DBUS_SYSTEM_BUS_ADDRESS").map { parse($0) } ?? []
        return (bus.isEmpty ? ["/run/dbus/system_bus_socket"] : bus).map { BusAddress(path: $0, hasBus: true) }
            + [BusAddress(path: "/run/systemd/private", hasBus: false)]
    }

    /// Where the manager of the user's own units can be reached.
    package static func user(_ environment: (String) -> String?) -> [BusAddress] {
        let runtime = environment("XDG_RUNTIME_DIR") ?? ""
        var bus = environment("DBUS_SESSION_BUS_ADDRESS").map { parse($0) } ?? []
        if bus.isEmpty, !runtime.isEmpty { bus = [runtime + "/bus"] }
        var addresses = bus.map { BusAddress(path: $0, hasBus: true) }
        if !runtime.isEmpty { addresses.append(BusAddress(path: runtime + "/systemd/private", hasBus: false)) }
        return addresses
    }

    /// The sockets in a list of addresses such as `unix:path=/run/bus,guid=1;unix:abstract=x`; others are left out.
    static func parse(_ text: String) -> [String] {
        var paths: [String] = []
        for address in text.utf8.split(separator: UInt8(ascii: ";")) {
            guard Substring(address).hasPrefix("unix:") else { continue }
            for pair in address.dropFirst(5).split(separator: UInt8(ascii: ",")) {
                guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
                let value = unescaped(pair[pair.index(after: equals)...])
                switch String(Substring(pair[..<equals])) {
                case "path": paths.append(value)
                case "abstract": paths.append("@" + value)
                default: break
                }
            }
        }
        return paths
    }

    private static func unescaped(_ text: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let code = UInt8(Substring(rest.prefix(2)), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
