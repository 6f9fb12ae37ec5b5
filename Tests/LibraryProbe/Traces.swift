import Glibc

/// What containers could leave behind in this process and on the host.
struct Traces: Equatable {
    private var counts: [String: Int] = [:]

    /// - Parameters:
    ///   - rootfs: the root file system of the containers.
    ///   - state: the directory of the store.
    ///   - cgroup: the cgroup that those of the containers are in.
    init(rootfs: String, state: String, cgroup: String?) {
        counts["descriptors"] = names(in: "/proc/self/fd").count
        counts["children"] = children()
        counts["mounts"] = lines(of: "/proc/self/mountinfo").count { $0.contains(state) || $0.contains(rootfs) }
        counts["files"] = tree(state)
        if let cgroup {
            for line in lines(of: "/proc/self/mountinfo") where line.contains(" - cgroup") {
                let place = String(line.split(separator: " ")[4])
                counts["cgroups of " + place] = tree(place + cgroup, directoriesAlone: true)
            }
        }
    }

    /// What is there once five looks one after another have found the same.
    static func atRest(_ look: () -> Traces) -> Traces {
        var last = look()
        var same = 0
        for _ in 0..<600 where same < 5 {
            usleep(20_000)
            let next = look()
            same = next == last ? same + 1 : 0
            last = next
        }
        return last
    }

    /// What is there more than before.
    func differences(from before: Traces) -> [String] {
        counts.keys.sorted().filter { (counts[$0] ?? 0) > (before.counts[$0] ?? 0) }.map {
            "\($0) \(before.counts[$0] ?? 0) → \(counts[$0] ?? 0)"
        }
    }
}

/// The entries of a directory, without `.` and `..`.
func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var result: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { result.append(name) }
    }
    return result
}

/// The lines of a file of the kernel's.
func lines(of path: String) -> [String] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { break }
        bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
}

/// How many children all threads of this process have, dead ones too.
private func children() -> Int {
    names(in: "/proc/self/task").reduce(0) { sum, thread in
        sum + lines(of: "/proc/self/task/\(thread)/children").reduce(0) { $0 + $1.split(separator: " ").count }
    }
}

/// How many files there are below a directory.
private func tree(_ path: String, directoriesAlone: Bool = false) -> Int {
    names(in: path).reduce(0) { sum, name in
        var information = stat()
        let below = path + "/" + name
        guard lstat(below, &information) == 0 else { return sum }
        let isDirectory = information.st_mode & S_IFMT == S_IFDIR
        return sum + (isDirectory || !directoriesAlone ? 1 : 0)
            + (isDirectory ? tree(below, directoriesAlone: directoriesAlone) : 0)
    }
}
