import ByteStrings
import LinuxKernel

/// Where a D-Bus server listens. See the D-Bus specification, section "Server Addresses".
package struct BusAddress: Hashable, Sendable {
    /// The socket's path; `@` in front marks an abstract name.
    package var path: Path
    /// Whether a bus is there, and not the manager alone.
    package var hasBus: Bool

    package init(path: Path, hasBus: Bool) {
        self.path = path
        self.hasBus = hasBus
    }

    /// Where the system's manager can be reached, in the order in which to try: over the bus, else directly.
    package static func system(_ environment: (StaticString) -> ByteString?) -> [BusAddress] {
        let bus = environment("DBUS_SYSTEM_BUS_ADDRESS").map { parse($0) } ?? []
        return (bus.isEmpty ? ["/run/dbus/system_bus_socket"] : bus).map { BusAddress(path: $0, hasBus: true) }
            + [BusAddress(path: "/run/systemd/private", hasBus: false)]
    }

    /// Where the manager of the user's own units can be reached.
    package static func user(_ environment: (StaticString) -> ByteString?) -> [BusAddress] {
        let runtime = Path(environment("XDG_RUNTIME_DIR") ?? "")
        var bus = environment("DBUS_SESSION_BUS_ADDRESS").map { parse($0) } ?? []
        if bus.isEmpty, !runtime.isEmpty { bus = ["\(runtime)/bus"] }
        var addresses = bus.map { BusAddress(path: $0, hasBus: true) }
        if !runtime.isEmpty { addresses.append(BusAddress(path: "\(runtime)/systemd/private", hasBus: false)) }
        return addresses
    }

    /// The sockets in a list of addresses such as `unix:path=/run/bus,guid=1;unix:abstract=x`; others are left out.
    static func parse(_ text: ByteString) -> [Path] {
        var paths: [Path] = []
        for address in text.split(separator: UInt8(ascii: ";")) {
            guard address.starts(with: "unix:".utf8) else { continue }
            for pair in address.dropFirst(5).split(separator: UInt8(ascii: ",")) {
                guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
                let value = unescaped(pair[pair.index(after: equals)...])
                if pair[..<equals].elementsEqual("path".utf8) { paths.append(Path(value)) }
                if pair[..<equals].elementsEqual("abstract".utf8) { paths.append("@\(value)") }
            }
        }
        return paths
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> ByteString {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let high = digit(rest[rest.startIndex]),
                let low = digit(rest[rest.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return ByteString(bytes: bytes)
    }

    /// The value of a hexadecimal digit.
    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
