import Foundation
import Testing

/// The page docs/differences.md: every difference has a reason, and a test that exists.
struct DifferencesTests {
    @Test func everyDifferenceIsHeldByATest() throws {
        let tests = try Checkout.tests()
        let lines = try Checkout.text("docs/differences.md").split(separator: "\n")
        // The row above a line of dashes is a table's head.
        let rows = zip(lines, lines.dropFirst() + [""]).filter { $0.0.hasPrefix("| ") && !$0.1.hasPrefix("|--") }
            .map(\.0)
        let suites = Set(tests.map { String($0.prefix { $0 != "." }) })
        #expect(rows.count > 20)
        for row in rows {
            let cells = row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(cells.count >= 4 && !cells.contains(""), "\(row)")
            let names = Checkout.quoted(cells.last ?? "")
            #expect(!names.isEmpty, "\(cells[0]) names no test")
            for name in names {
                #expect(tests.contains(name) || suites.contains(name), "\(cells[0]): no test \(name)")
            }
        }
    }
}
