import Foundation

/// The binary under test.
enum Runtime {
    /// `APUS_BINARY`, else the newest of the release and the debug build.
    static let path: String = {
        if let given = ProcessInfo.processInfo.environment["APUS_BINARY"] { return given }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let builds = ["release", "debug"].map { package + "/.build/\($0)/apus" }.filter(exists)
        return builds.max { modified($0) < modified($1) } ?? package + "/.build/debug/apus"
    }()

    /// Whether another runtime was named, to try the tests themselves.
    static let isGiven = ProcessInfo.processInfo.environment["APUS_BINARY"] != nil

    /// Whether the binary has the commands that the tests need.
    static let works: Bool = {
        if isGiven { return true }
        guard let version = try? Command.run(path, "--version"), version.stdout.hasPrefix("apus version ") else {
            return false
        }
        return (try? Command.run(path, "create", "--help"))?.status == 0
    }()

    private static func modified(_ path: String) -> Int {
        var information = stat()
        return stat(path, &information) == 0 ? information.st_mtim.tv_sec : 0
    }
}

/// What a command of the runtime sees of the host.
enum HostView {
    case host
    /// The host's file system is read-only but for /tmp: for tests that a broken runtime must not make it pay for.
    case guarded
    /// The v1 hierarchies alone, without the unified one beside them.
    case v1
    /// The unified hierarchy alone.
    case v2

    /// What to put before a command so that it runs in the view: a mount namespace of its own, in the same process.
    var prefix: [String] {
        let script: String
        switch self {
        case .host: return []
        case .guarded: script = "mount --bind /tmp /tmp && mount -o remount,bind,ro /"
        case .v1:
            guard let unified = HostCgroups.hierarchies[""] else { return [] }
            script = "umount \(unified)"
        case .v2:
            if HostCgroups.hierarchies[""] == "/sys/fs/cgroup" { return [] }
            script = "mount -t cgroup2 cgroup2 /sys/fs/cgroup"
        }
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script + " && exec \"$0\" \"$@\""]
    }
}
