import Linux

/// One line of /proc/PID/cgroup: a hierarchy and the process's place in it. See cgroups(7).
package struct CgroupMembership: Hashable, Sendable {
    /// The controllers, or the name such as `name=systemd`; empty for cgroup2.
    package let controllers: [String]
    /// The process's cgroup, from the top of the hierarchy that its cgroup namespace shows.
    package let path: String

    /// Makes a line.
    package init(controllers: [String], path: String) {
        self.controllers = controllers
        self.path = path
    }

    /// The lines of the file, without hierarchies that the runtime does not use.
    package static func parse(_ text: String) -> [CgroupMembership] {
        var lines: [CgroupMembership] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            // number:controllers:path, where only the path may hold more colons.
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[2].first == UInt8(ascii: "/"),
                let path = String(parts[2])
            else { continue }
            let controllers = parts[1].split(separator: UInt8(ascii: ",")).compactMap { String($0) }
            if let name = controllers.first, name.hasPrefix("name="), name != "name=systemd" { continue }
            lines.append(CgroupMembership(controllers: controllers, path: path))
        }
        return lines
    }

    /// The cgroup2 path among the lines.
    static func unifiedPath(in text: ByteString) -> Path? {
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: "0::/".utf8) {
            return Path(ByteString(bytes: line.dropFirst(3)))
        }
        return nil
    }
}

/// One mount of a cgroup hierarchy, as /proc/self/mountinfo has it. See proc_pid_mountinfo(5).
struct CgroupMount: Hashable, Sendable {
    /// Whether it is a cgroup2.
    let isUnified: Bool
    /// The options of the file system, among them the controllers.
    let options: [String]
    /// The cgroup that the mount shows at its top.
    let root: String
    /// Where it is mounted.
    let mountPoint: String

    /// The cgroup mounts in the table.
    static func parse(_ text: String) -> [CgroupMount] {
        var mounts: [CgroupMount] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            // The optional fields end with a lone hyphen; after it come type, source and options.
            guard words.count > 6, let end = words.firstIndex(where: { $0.elementsEqual("-".utf8) }),
                end + 3 < words.count
            else { continue }
            let isUnified = words[end + 1].elementsEqual("cgroup2".utf8)
            guard isUnified || words[end + 1].elementsEqual("cgroup".utf8) else { continue }
            mounts.append(
                CgroupMount(
                    isUnified: isUnified,
                    options: words[end + 3].split(separator: UInt8(ascii: ",")).compactMap { String($0) },
                    root: unescaped(words[3]), mountPoint: unescaped(words[4])))
        }
        return mounts
    }

    /// Whether this is a mount of the hierarchy.
    func shows(_ line: CgroupMembership) -> Bool {
        if line.controllers.isEmpty { return isUnified }
        return !isUnified && line.controllers.allSatisfy { options.contains($0) }
    }

    /// How well the mount serves: one that shows the own cgroup before another, the usual place before others.
    func rank(for line: CgroupMembership) -> Int {
        let showsOwn = Path(line.path).isAtOrBelow(Path(root))
        return (showsOwn ? 2 : 0) + (Path(mountPoint).isAtOrBelow(Path(CgroupLayout.usualPlace)) ? 1 : 0)
    }

    /// A field without its octal escapes, which stand for blank, tab, newline and backslash.
    private static func unescaped(_ field: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(field.count)
        let source = Array(field)
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "\\"), index + 3 < source.count {
                var value = 0
                for digit in source[(index + 1)...(index + 3)] { value = value * 8 + Int(digit & 7) }
                bytes.append(UInt8(truncatingIfNeeded: value))
                index += 4
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
