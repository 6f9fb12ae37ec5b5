import Foundation
import Testing

/// The commit that Scripts/stamp-commit writes into a linked executable.
@Suite(.enabled(if: runtimeIsApus, "the executable under test is not apus"))
struct CommitStampTests {
    private static let script =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/Scripts/stamp-commit"

    @Test func theVersionNamesTheStampedCommit() throws {
        let copy = TestRun.shared.uniquePath("apus")
        defer { unlink(copy) }
        try FileManager.default.copyItem(atPath: Runtime.path, toPath: copy)

        #expect(try commit(of: copy, stampedWith: "0123abcd-dirty") == "commit: 0123abcd-dirty")
        #expect(try commit(of: copy, stampedWith: "f00") == "commit: f00")
        #expect(try commit(of: copy, stampedWith: "") == nil)
    }

    @Test func refusesWhatIsNoCommit() throws {
        let copy = TestRun.shared.uniquePath("apus")
        defer { unlink(copy) }
        try FileManager.default.copyItem(atPath: Runtime.path, toPath: copy)
        let before = try Data(contentsOf: URL(fileURLWithPath: copy))

        #expect(try Command.run("env", "COMMIT=two words", Self.script, copy).status == 1)
        #expect(try Command.run("env", "COMMIT=" + String(repeating: "f", count: 52), Self.script, copy).status == 1)
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == before)
    }

    private func commit(of executable: String, stampedWith commit: String) throws -> String? {
        try Command.run("env", "COMMIT=" + commit, Self.script, executable).succeeded()
        return try Command.run(executable, "--version").succeeded().lines.first { $0.hasPrefix("commit") }
    }
}

/// Other runtimes, which can be named to try the tests, have no place for a commit.
private let runtimeIsApus = (try? Command.run(Runtime.path, "--version"))?.stdout.hasPrefix("apus ") ?? false
