/// Paths inside a container, handled as text: what can be decided before anything is opened.
enum ContainerPath {
    /// An absolute path without `.`, `..`, doubled and trailing slashes. A relative one counts from `/`.
    static func cleaned(_ path: String) -> String {
        if isClean(path) { return path }
        var components: [Substring] = []
        for component in path.split(separator: "/") {
            switch component {
            case ".": continue
            case "..": _ = components.popLast()
            default: components.append(component)
            }
        }
        return components.isEmpty ? "/" : components.reduce(into: "") { $0 += "/" + $1 }
    }

    /// True for nearly every path of a configuration, which needs no second look.
    private static func isClean(_ path: String) -> Bool {
        var previous: UInt8 = 0
        var isFirst = true
        for byte in path.utf8 {
            if isFirst {
                if byte != UInt8(ascii: "/") { return false }
                isFirst = false
            } else if previous == UInt8(ascii: "/"), byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") {
                return false
            }
            previous = byte
        }
        return !isFirst && (previous != UInt8(ascii: "/") || path.utf8.count == 1)
    }

    /// True when `path` lies below `folder`.
    static func isBelow(_ path: String, _ folder: String) -> Bool {
        path.utf8.count > folder.utf8.count + 1 && path.hasPrefix(folder)
            && path.utf8[path.utf8.index(path.utf8.startIndex, offsetBy: folder.utf8.count)] == UInt8(ascii: "/")
    }

    /// The files below /proc that may be replaced, which programs such as lxcfs do.
    static let replaceableInProc: [String] = [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime",
        "/proc/loadavg", "/proc/slabinfo", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ]
}
