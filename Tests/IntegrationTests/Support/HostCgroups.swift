import Foundation

/// The cgroup hierarchies of the host, as this process sees them.
enum HostCgroups {
    /// The mount point of each hierarchy: a v1 controller's name, `name=NAME`, or `""` for the unified one.
    static let hierarchies: [String: String] = {
        var result: [String: String] = [:]
        for mount in Mountinfo.host() where mount.root == "/" {
            if mount.type == "cgroup2" { result[""] = mount.point }
            guard mount.type == "cgroup" else { continue }
            for option in mount.superOptions where option != "rw" && option != "ro" {
                result[option] = mount.point
            }
        }
        return result
    }()

    static var hasUnified: Bool { hierarchies[""] != nil }
    static var hasV1: Bool { hierarchies.keys.contains { !$0.isEmpty && !$0.hasPrefix("name=") } }
    static let unifiedControllers: [String] = {
        guard let unified = hierarchies[""] else { return [] }
        return (contents(unified + "/cgroup.controllers") ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
    }()

    /// Where systemd has the cgroups of its units.
    static let systemd = hierarchies["name=systemd"] ?? hierarchies[""] ?? "/sys/fs/cgroup"

    /// Those of the controllers that have a hierarchy; `""` stands for the unified one.
    static func mounted(_ controllers: String...) -> [String] { controllers.filter { hierarchies[$0] != nil } }

    /// Makes a cgroup in each hierarchy that a process can be put into, and gives its directories.
    static func make(_ path: String) throws -> [String] {
        for (controller, top) in hierarchies {
            try FileManager.default.createDirectory(atPath: top + path, withIntermediateDirectories: true)
            if controller == "cpuset" { try fillCpuset(top + path) }
        }
        return directories(path)
    }

    /// Gives each cpuset on the way down to `directory` what its parent has.
    static func fillCpuset(_ directory: String) throws {
        let parent = URL(fileURLWithPath: directory).deletingLastPathComponent().path
        if contents(parent + "/cpuset.cpus") == "\n" { try fillCpuset(parent) }
        for file in ["/cpuset.cpus", "/cpuset.mems"] {
            try (contents(parent + file) ?? "").write(toFile: directory + file, atomically: false, encoding: .utf8)
        }
    }

    /// The directory of a cgroup in the hierarchy of `controller`, whether it exists or not.
    static func directory(_ path: String, controller: String) -> String? { hierarchies[controller].map { $0 + path } }

    /// The directories of a cgroup that exist.
    static func directories(_ path: String) -> [String] {
        Set(hierarchies.values).map { $0 + path }.filter(exists).sorted()
    }

    /// The processes in a cgroup and below.
    static func processes(_ path: String) -> Set<pid_t> {
        var result: Set<pid_t> = []
        for directory in directories(path) { for child in tree(directory) { result.formUnion(members(child)) } }
        return result
    }

    /// Kills what is in a cgroup and below, and removes it from all hierarchies.
    static func remove(_ path: String) {
        guard path.hasPrefix("/apus-tests.") else { return }
        for _ in 0..<400 {
            let directories = directories(path)
            if directories.isEmpty { return }
            for directory in directories {
                let tree = tree(directory)
                for child in tree {
                    for (file, text) in [("cgroup.freeze", "0"), ("freezer.state", "THAWED")]
                    where exists("\(child)/\(file)") {
                        try? Data(text.utf8).write(to: URL(fileURLWithPath: "\(child)/\(file)"))
                    }
                    for pid in members(child) where pid > 1 { kill(pid, SIGKILL) }
                }
                for child in tree { rmdir(child) }
            }
            usleep(5000)
        }
    }

    private static func members(_ directory: String) -> [pid_t] {
        (contents(directory + "/cgroup.procs") ?? "").split(separator: "\n").compactMap { pid_t($0) }
    }

    /// A directory with all below it, children first.
    private static func tree(_ directory: String) -> [String] {
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return [] }
        var result: [String] = []
        for entry in entries {
            var information = stat()
            let path = directory + "/" + entry
            if lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR { result += tree(path) }
        }
        return result + [directory]
    }
}
