import CIntegrationSupport
import Foundation

/// One run of this test program: its directory, its cgroup, and the way back from both.
///
/// Everything a test makes on the host lies below `directory` or below the cgroup `/NAME`, so that a later run can remove
/// what a run that was killed left. A lock on a file tells the living runs from the dead.
final class TestRun: Sendable {
    static let shared = TestRun()
    private static let prefix = "apus-tests."

    /// The last component of the directory and the name of the cgroup.
    let name: String
    let directory: String
    private let lock: Int32

    private init() {
        umask(0o022)
        Self.sweep()
        name = Self.prefix + "\(getpid())"
        directory = "/tmp/" + name
        mkdir(directory, 0o755)
        lock = support_lock(directory + "/lock")
        atexit { TestRun.remove(TestRun.shared.name) }
    }

    /// A path in the run's directory that nothing else uses.
    func uniquePath(_ stem: String) -> String { directory + "/" + stem + "." + uniqueName() }

    func uniqueName() -> String { String(UInt64.random(in: 0...UInt64.max), radix: 36) }

    /// The run's cgroup, as a cgroupsPath.
    var cgroup: String { "/" + name }

    private static func sweep() {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] where entry.hasPrefix(prefix)
        {
            let lock = support_lock("/tmp/\(entry)/lock")
            guard lock >= 0 else { continue }
            remove(entry)
            close(lock)
        }
    }

    /// Removes all that a run made.
    private static func remove(_ name: String) {
        HostCgroups.remove("/" + name)
        unmountAll(below: "/tmp/" + name)
        removeTree("/tmp/" + name)
    }
}

/// Unmounts everything at and below a directory, the newest first.
func unmountAll(below path: String) {
    for mount in Mountinfo.host().reversed() where mount.point == path || mount.point.hasPrefix(path + "/") {
        _ = support_umount(mount.point)
    }
}

/// Removes a directory with all in it, but never what is on another file system.
func removeTree(_ path: String) {
    guard path.hasPrefix("/tmp/apus-tests.") else { return }
    try? FileManager.default.removeItem(atPath: path)
}
