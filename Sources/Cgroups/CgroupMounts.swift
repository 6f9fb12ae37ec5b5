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
        text.forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
            // number:controllers:path, where only the path may hold more colons.
            guard let first = line.firstIndex(of: UInt8(ascii: ":")),
                let second = line[(first + 1)...].firstIndex(of: UInt8(ascii: ":"))
            else { return }
            let (names, path) = (line[(first + 1)..<second], line[(second + 1)...])
            guard path.first == UInt8(ascii: "/") else { return }
            if names.starts(with: "name=".utf8), !names.elementsEqual("name=systemd".utf8) { return }
            var controllers: [String] = []
            names.forEachPart(separatedBy: UInt8(ascii: ",")) {
                // The kernel's own words.
                if let name = String(valid: $0) { controllers.append(name) }
            }
            lines.append(CgroupMembership(controllers: controllers, path: Path(ByteString(bytes: path))))
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
