import ByteStrings
import Foundation
import LinuxKernel
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

@Suite struct CRIULogTests {
    /// Quotes a log of these lines.
    private func quote(_ lines: [String]) throws -> (reported: [String], message: String) {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try lines.joined(separator: "\n").write(
            to: directory.appendingPathComponent("dump.log"), atomically: false, encoding: .utf8)
        let open = SharedDescriptor(try FileDescriptor.open(Path(directory.path), [.readOnly, .directory]))
        final class Reported { var lines: [String] = [] }
        let reported = Reported()
        let log = CRIULog(directory: open, path: "/img", name: "dump.log")
        let error = log.explain(ContainerError(reason: "criu failed: type DUMP errno 0")) { reported.lines.append($0) }
        return (reported.lines, error.message)
    }

    @Test func linesWithErrorsAndThoseBefore() throws {
        let lines = (1...20).map { $0 == 9 || $0 == 20 ? "(0.\($0)) Error (criu/x.c:\($0)): no \($0)" : "line \($0)" }
        let (reported, message) = try quote(lines)
        #expect(
            reported == ["--- Quoting \"/img/dump.log\""] + (4...8).map { "\($0):line \($0)" }
                + ["9:(0.9) Error (criu/x.c:9): no 9", "..."] + (15...19).map { "\($0):line \($0)" }
                + ["20:(0.20) Error (criu/x.c:20): no 20", "---"])
        #expect(
            message == "criu failed: type DUMP errno 0 (see /img/dump.log: (0.20) Error (criu/x.c:20): no 20)")
    }

    /// What follows the first of several errors only hands it on, and what CRIU undoes then is another matter.
    @Test func theCause() throws {
        let (_, message) = try quote([
            "Error (criu/util.c:642): exited, status=1", "a", "b", "c", "d",
            "Error (criu/files-reg.c:1710): Can't lookup mount=27 for fd=1 path=/tmp/out", "-----",
            "Error (criu/cr-dump.c:1635): Dump files (pid: 611) failed with -1", "Unlock network", "a", "b", "c", "d",
            "Error (criu/util.c:642): exited, status=1", "Error (criu/cr-dump.c:2053): Dumping FAILED.",
        ])
        #expect(message.contains("Can't lookup mount=27"))
    }

    @Test func aLogWithoutErrors() throws {
        let (reported, message) = try quote(["a", "b"])
        #expect(reported == [])
        #expect(message == "criu failed: type DUMP errno 0 (see /img/dump.log)")
    }

    @Test func aHostileLog() throws {
        let lines = (1...5000).map { _ in "Error \u{1b}[2J" + String(repeating: "x", count: 3000) }
        let (reported, message) = try quote(lines)
        #expect(reported.count < 100)
        #expect(reported.allSatisfy { $0.utf8.count < 1300 && !$0.contains("\u{1b}") })
        #expect(message.utf8.count < 1500 && !message.contains("\u{1b}"))
    }
}
