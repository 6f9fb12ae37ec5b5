import Foundation
import Testing

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

    /// A copy that every user can reach, wherever the checkout lies.
    static let sharedPath: String = {
        let copy = TestRun.shared.directory + "/apus"
        try? copyProgram(to: copy)
        return copy
    }()

    /// Makes a copy that can be executed.
    ///
    /// Another process writes it: a child of another test that came into being meanwhile would hold a descriptor of our own,
    /// and a file that is open for writing cannot be executed.
    static func copyProgram(to copy: String) throws {
        try Command.run("cp", path, copy).succeeded()
        chmod(copy, 0o755)
    }

    /// Writes a script that can be executed, through another process for the same reason.
    static func writeProgram(_ text: String, to path: String, mode: mode_t = 0o755) throws {
        let written = path + ".written"
        try text.write(toFile: written, atomically: false, encoding: .utf8)
        try Command.run("cp", written, path).succeeded()
        unlink(written)
        chmod(path, mode)
    }

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
    /// An ordinary user, who may make user namespaces and no cgroup.
    case ordinaryUser
    /// An ordinary user who is root in a user namespace of an engine's making.
    case engineUser
    /// The user `user` of a host with systemd, in a session of logind's: in a cgroup that belongs to root.
    case session

    /// The user of the rootless views that need none with a name.
    static let user = 4242

    /// The user of a rootless view.
    var user: Int { self == .session ? Int(getpwnam("user")?.pointee.pw_uid ?? 0) : Self.user }
    var isRootless: Bool { self == .ordinaryUser || self == .engineUser || self == .session }

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
        case .ordinaryUser: return Self.asUser
        case .engineUser: return Self.asUser + ["unshare", "--user", "--map-root-user", "--mount"]
        case .session: return ["su", "--login", "--command", "exec \"$0\" \"$@\"", "--", "user"]
        }
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script + " && exec \"$0\" \"$@\""]
    }

    private static let asUser = ["setpriv", "--reuid", "\(user)", "--regid", "\(user)", "--clear-groups"]
}
