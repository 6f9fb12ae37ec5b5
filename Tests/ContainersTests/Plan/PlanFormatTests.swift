import Foundation
import Testing

@testable import ContainerInit

/// The format of plans has a number, which a library and an installed runtime compare: it rises when anything changes.
struct PlanFormatTests {
    /// What a plan of this format holds: the kinds of steps in their order, and the fields of each.
    private static var description: String {
        var text = "format \(planFormat)\n"
        for kind in ChildSteps.kinds { text += describe(kind) + "\n" }
        return text
    }

    private static func describe<Kind: ChildStep>(_: Kind.Type) -> String {
        var step = Kind()
        var names = FieldNames()
        step.fields(&names)
        return "\(Kind.name): \(names.words.joined(separator: ", "))"
    }

    private struct FieldNames: FieldVisitor {
        typealias Failure = Never
        var words: [String] = []

        mutating func field<Value: FieldValue>(_ name: StaticString, _ value: inout Value, _: FieldStyle) {
            words.append("\(name) \(Value.self)")
        }
    }

    @Test func theNumberRisesWithTheFields() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Plans/format.txt")
        if ProcessInfo.processInfo.environment["APUS_UPDATE_PLANS"] != nil {
            try Self.description.write(to: file, atomically: true, encoding: .utf8)
        }
        let known = try String(contentsOf: file, encoding: .utf8)
        let hint: Comment = """
            what a plan holds has changed: give planFormat the next number, and write the file anew with \
            APUS_UPDATE_PLANS=1
            """
        #expect(known == Self.description, hint)
    }
}
