import CIntegrationSupport
import Foundation
import Testing

/// How many times longer than on an ordinary host a test waits before it fails: `APUS_TESTS_PATIENCE`, for emulated machines.
let patience = ProcessInfo.processInfo.environment["APUS_TESTS_PATIENCE"].flatMap { Int32($0) } ?? 1

/// Waits until `condition` holds, by asking again every few milliseconds; the test fails when it does not in time.
@discardableResult
func eventually(
    _ what: Comment, seconds: Double = 10, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds * Double(patience))
    while true {
        if try condition() { return true }
        if Date() > end { break }
        usleep(3000)
    }
    Issue.record("not within \(seconds * Double(patience)) s: \(what)", sourceLocation: sourceLocation)
    return false
}

/// Waits for the end of any process, by a pidfd; one that is gone already is fine.
@discardableResult
func waitForEnd(of pid: pid_t, seconds: Int = 10, sourceLocation: SourceLocation = #_sourceLocation) -> Bool {
    let pidfd = support_pidfd_open(pid)
    guard pidfd >= 0 else { return true }
    defer { close(pidfd) }
    if readable(pidfd, milliseconds: Int32(seconds * 1000) * patience) { return true }
    Issue.record("process \(pid) still runs after \(seconds) s", sourceLocation: sourceLocation)
    return false
}

/// Whether a process exists and is not a zombie.
func isAlive(_ pid: pid_t) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let close = stat.lastIndex(of: ")")
    else { return false }
    let state = stat[stat.index(close, offsetBy: 2)]
    return state != "Z" && state != "X"
}

/// The text of a file, read to its end: Foundation reads no more than 16 KB of one whose size is not known, as in procfs.
func contents(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 { return nil }
        if count == 0 { return String(bytes: bytes, encoding: .utf8) }
        bytes += buffer.prefix(count)
    }
}

func exists(_ path: String) -> Bool {
    var information = stat()
    return lstat(path, &information) == 0
}

extension Command {
    /// Whether the command holds a process by a descriptor, as those do that wait for its end.
    var watchesAProcess: Bool {
        let directory = "/proc/\(pid)/fd"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let links = files.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: directory + "/" + $0)
        }
        return links.contains { $0.contains("pidfd") }
    }
}
