import Foundation
import Testing

/// The source file with the commit that a build writes.
@Suite struct BuildCommitTests {
    private static let script =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/Scripts/build-commit"

    /// Runs the script for a directory that is no checkout, and gives the last line of the file.
    private func line(_ commit: String?, in directory: String) throws -> String? {
        let environment = commit.map { "APUS_COMMIT=" + $0 } ?? "LC_ALL=C"
        let run = try Command.run("env", environment, Self.script, "/nowhere", directory)
        guard run.status == 0 else { return nil }
        return try String(contentsOfFile: directory + "/BuildCommit.swift", encoding: .utf8)
            .split(separator: "\n").last.map(String.init)
    }

    @Test func namesTheCommit() throws {
        let directory = TestRun.shared.uniquePath("commit")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(try line("0123abcd-dirty", in: directory) == "let buildCommit: String? = \"0123abcd-dirty\"")
        #expect(try line("", in: directory) == "let buildCommit: String? = nil")
        #expect(try line(nil, in: directory) == "let buildCommit: String? = nil")
    }

    @Test func theSameCommitTouchesNothing() throws {
        let directory = TestRun.shared.uniquePath("commit")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try line("f00", in: directory)
        let past = Date(timeIntervalSince1970: 1000)
        try FileManager.default.setAttributes(
            [.modificationDate: past], ofItemAtPath: directory + "/BuildCommit.swift")
        _ = try line("f00", in: directory)
        let kept = try FileManager.default.attributesOfItem(atPath: directory + "/BuildCommit.swift")
        #expect(kept[.modificationDate] as? Date == past)
    }

    @Test(arguments: ["two words", "\"", "a\nb", "$(id)", "a;b"])
    func refusesWhatIsNoCommit(_ commit: String) throws {
        let directory = TestRun.shared.uniquePath("commit")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(try line(commit, in: directory) == nil)
        #expect(!FileManager.default.fileExists(atPath: directory))
    }
}
