import Foundation
import Testing

/// The source file with the commit that a build writes.
@Suite struct BuildCommitTests {
    private static let script =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/Scripts/build-commit"

    /// Runs the script for a folder that is no checkout, and gives the last line of the file.
    private func line(_ commit: String?, in folder: String) throws -> String? {
        let environment = commit.map { "APUS_COMMIT=" + $0 } ?? "LC_ALL=C"
        let run = try Command.run("env", environment, Self.script, "/nowhere", folder)
        guard run.status == 0 else { return nil }
        return try String(contentsOfFile: folder + "/BuildCommit.swift", encoding: .utf8)
            .split(separator: "\n").last.map(String.init)
    }

    @Test func namesTheCommit() throws {
        let folder = TestRun.shared.uniquePath("commit")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try line("0123abcd-dirty", in: folder) == "let buildCommit: String? = \"0123abcd-dirty\"")
        #expect(try line("", in: folder) == "let buildCommit: String? = nil")
        #expect(try line(nil, in: folder) == "let buildCommit: String? = nil")
    }

    @Test func theSameCommitTouchesNothing() throws {
        let folder = TestRun.shared.uniquePath("commit")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try line("f00", in: folder)
        let past = Date(timeIntervalSince1970: 1000)
        try FileManager.default.setAttributes(
            [.modificationDate: past], ofItemAtPath: folder + "/BuildCommit.swift")
        _ = try line("f00", in: folder)
        let kept = try FileManager.default.attributesOfItem(atPath: folder + "/BuildCommit.swift")
        #expect(kept[.modificationDate] as? Date == past)
    }

    @Test(arguments: ["two words", "\"", "a\nb", "$(id)", "a;b"])
    func refusesWhatIsNoCommit(_ commit: String) throws {
        let folder = TestRun.shared.uniquePath("commit")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try line(commit, in: folder) == nil)
        #expect(!FileManager.default.fileExists(atPath: folder))
    }
}
