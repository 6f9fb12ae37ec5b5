import Foundation
import Testing

/// The page docs/differences.md: every difference has a reason, and a test that exists.
struct DifferencesTests {
    @Test func everyDifferenceIsHeldByATest() throws {
        let tests = try Checkout.tests()
        let lines = try Checkout.text("docs/differences.md").split(separator: "\n")
        let rows = lines.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| Subject") }
        #expect(rows.count > 20)
        for row in rows {
            let cells = row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(cells.count == 5 && !cells.contains(""), "\(row)")
            guard cells.count == 5 else { continue }
            let names = Checkout.quoted(cells[4])
            #expect(!names.isEmpty, "\(cells[0]) names no test")
            for name in names { #expect(tests.contains(name), "\(cells[0]): no test \(name)") }
        }
    }
}
