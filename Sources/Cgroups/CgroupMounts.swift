import ByteStrings
import LinuxKernel

/// One line of /proc/PID/cgroup: a hierarchy and the process's place in it. See cgroups(7).
package struct CgroupMembership: Hashable, Sendable {
    /// The controllers, or the name such as `name=systemd`; empty for cgroup2.
    package let controllers: [String]
    /// The process's cgroup, from the top of the hierarchy that its cgroup namespace shows.
    package let path: Path

    /// Makes a line.
    package init(controllers: [String], path: Path) {
        self.controllers = controllers
        self.path = path
    }

    /// The lines of the file, without hierarchies that the runtime does not use.
    package static func parse(_ text: ByteString) -> [CgroupMembership] {
        var lines: [CgroupMembership] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            // number:controllers:path, where only the path may hold more colons.
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[2].first == UInt8(ascii: "/") else { continue }
            let names = parts[1].split(separator: UInt8(ascii: ","))
            if let name = names.first, name.starts(with: "name=".utf8), !name.elementsEqual("name=systemd".utf8) {
                continue
            }
            // The kernel's own words from here on.
            let controllers = names.compactMap { String(valid: $0) }
            lines.append(CgroupMembership(controllers: controllers, path: Path(ByteString(bytes: parts[2]))))
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
    let options: [ByteString]
    /// The cgroup that the mount shows at its top.
    let root: Path
    /// Where it is mounted.
    let mountPoint: Path

    /// The cgroup mounts in the table.
    static func parse(_ text: ByteString) -> [CgroupMount] {
        MountTable.entries(text.bytes).compactMap { entry in
            let isUnified = entry.type == "cgroup2"
            guard isUnified || entry.type == "cgroup" else { return nil }
            return CgroupMount(
                isUnified: isUnified, options: entry.options.parts(separatedBy: UInt8(ascii: ",")), root: entry.root,
                mountPoint: entry.point)
        }
    }

    /// Whether this is a mount of the hierarchy.
    func shows(_ line: CgroupMembership) -> Bool {
        if line.controllers.isEmpty { return isUnified }
        return !isUnified && line.controllers.allSatisfy { options.contains(ByteString($0)) }
    }

    /// How well the mount serves: one that shows the own cgroup before another, the usual place before others.
    func rank(for line: CgroupMembership) -> Int {
        let showsOwn = line.path.isAtOrBelow(root)
        return (showsOwn ? 2 : 0) + (mountPoint.isAtOrBelow(CgroupLayout.usualPlace) ? 1 : 0)
    }
}
