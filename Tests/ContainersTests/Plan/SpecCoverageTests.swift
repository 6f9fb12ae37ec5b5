import Foundation
import RuntimeSpec
import Testing

/// The table docs/spec-coverage.md against the code: no property is forgotten, and what the table names exists.
struct SpecCoverageTests {
    private struct Row {
        let property: String
        let step: String
        let test: String
        let needs: String
    }

    private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: package.appending(path: path), encoding: .utf8)
    }

    private static func rows() throws -> [Row] {
        try text("docs/spec-coverage.md").split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| `") else { return nil }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4 else { return nil }
            return Row(
                property: cells[0].trimmingCharacters(in: ["`"]), step: cells[1], test: cells[2], needs: cells[3])
        }
    }

    /// What stands between backquotes.
    private static func names(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    @Test func everyPropertyHasItsRow() throws {
        let rows = try Self.rows().map(\.property)
        let properties = Spec.propertyPaths
        #expect(properties.filter { !rows.contains($0) } == [], "properties without a row")
        #expect(rows.filter { !properties.contains($0) } == [], "rows without a property")
        #expect(Set(rows).count == rows.count, "a property stands twice")
    }

    @Test func stepsExist() throws {
        let operations = try Self.text("Sources/Containers/Plan/OperationText.swift")
        for row in try Self.rows() {
            let names = Self.names(row.step)
            #expect(names.contains { $0.hasPrefix("Sources/") }, "\(row.property) names no file")
            for name in names {
                if name.hasPrefix("Sources/") {
                    let exists = FileManager.default.fileExists(atPath: Self.package.appending(path: name).path)
                    #expect(exists, "\(row.property): \(name)")
                } else {
                    #expect(operations.contains("\"\(name)\""), "\(row.property): no operation \(name)")
                }
            }
        }
    }

    @Test func testsExist() throws {
        var functions: Set<String> = []
        let folder = Self.package.appending(path: "Tests")
        let files = try #require(FileManager.default.enumerator(atPath: folder.path))
        for case let file as String in files where file.hasSuffix("Tests.swift") {
            let suite = file.split(separator: "/").last?.dropLast(6) ?? ""
            let source = try Self.text("Tests/" + file)
            // Several suites can stand in one file; the name of each is at the beginning of a line.
            let suites =
                [String(suite)]
                + source.split(separator: "\n").compactMap { line in
                    line.firstMatch(of: /\bstruct (\w+Tests)\b/).map { String($0.1) }
                }
            for match in source.matches(of: /\bfunc (\w+)\(/) {
                for suite in suites { functions.insert(suite + "." + match.1) }
            }
        }
        for row in try Self.rows() {
            let names = Self.names(row.test)
            #expect(!names.isEmpty, "\(row.property) names no test")
            for name in names { #expect(functions.contains(name), "\(row.property): no test \(name)") }
            #expect(!row.needs.isEmpty)
        }
    }
}
