import Foundation
import Testing

/// A tree of cgroups as a process makes it that goes from one to the next: no path reaches its end, and its names are
/// bytes.
enum CgroupTree {
    /// Makes `depth` cgroups, each below the one before, and gives the last one's open directory.
    static func makeChain(_ depth: Int, named name: [UInt8], below directory: String) throws -> Int32 {
        var current = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try #require(current >= 0, "no directory \(directory)")
        let name = name.map { CChar(bitPattern: $0) } + [0]
        for _ in 0..<depth {
            try #require(mkdirat(current, name, 0o755) == 0, "mkdir: \(String(cString: strerror(errno)))")
            let next = openat(current, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            try #require(next >= 0)
            close(current)
            current = next
        }
        return current
    }

    /// Removes what `makeChain` made and nobody else has removed.
    static func removeChain(named name: [UInt8], below directory: String) {
        var current = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard current >= 0 else { return }
        let name = name.map { CChar(bitPattern: $0) } + [0]
        var depth = 0
        while true {
            let next = openat(current, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard next >= 0 else { break }
            close(current)
            current = next
            depth += 1
        }
        for _ in 0..<depth {
            let above = openat(current, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            unlinkat(above, name, AT_REMOVEDIR)
            close(current)
            current = above
        }
        close(current)
    }

    /// Puts a process into an open cgroup.
    static func join(_ pid: pid_t, _ directory: Int32) throws {
        let file = openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        let text = Array("\(pid)".utf8)
        try #require(write(file, text, text.count) == text.count, "join: \(String(cString: strerror(errno)))")
    }
}
