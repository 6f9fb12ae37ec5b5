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

    private static func rows() throws -> [Row] {
        try Checkout.text("docs/spec-coverage.md").split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| `") else { return nil }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4 else { return nil }
            return Row(
                property: cells[0].trimmingCharacters(in: ["`"]), step: cells[1], test: cells[2], needs: cells[3])
        }
    }

    @Test func everyPropertyHasItsRow() throws {
        let rows = try Self.rows().map(\.property)
        let properties = Spec.propertyPaths
        #expect(properties.filter { !rows.contains($0) } == [], "properties without a row")
        #expect(rows.filter { !properties.contains($0) } == [], "rows without a property")
        #expect(Set(rows).count == rows.count, "a property stands twice")
    }

    @Test func stepsExist() throws {
        // The names of all kinds of steps, each in its own file.
        let steps = try Checkout.sources().compactMap { text in
            text.firstMatch(of: /static let name: StaticString = "([a-z-]+)"/).map { String($0.1) }
        }
        #expect(steps.count > 60)
        for row in try Self.rows() {
            let names = Checkout.quoted(row.step)
            #expect(names.contains { $0.hasPrefix("Sources/") }, "\(row.property) names no file")
            for name in names {
                if name.hasPrefix("Sources/") {
                    let exists = FileManager.default.fileExists(atPath: Checkout.package.appending(path: name).path)
                    #expect(exists, "\(row.property): \(name)")
                } else {
                    #expect(steps.contains(name), "\(row.property): no operation \(name)")
                }
            }
        }
    }

    @Test func testsExist() throws {
        let tests = try Checkout.tests()
        for row in try Self.rows() {
            let names = Checkout.quoted(row.test)
            #expect(!names.isEmpty, "\(row.property) names no test")
            for name in names { #expect(tests.contains(name), "\(row.property): no test \(name)") }
            #expect(!row.needs.isEmpty)
        }
    }
}
