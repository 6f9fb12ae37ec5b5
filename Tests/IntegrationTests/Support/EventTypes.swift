import Foundation
import Testing

/// The types that runc encodes in `events`, as Tests/CommandLineTests/Data/events-types.txt lists them.
enum EventTypes {
    private static let types: [String: (type: String, isAlwaysThere: Bool)] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "CommandLineTests/Data/events-types.txt")
        var result: [String: (type: String, isAlwaysThere: Bool)] = [:]
        for line in (contents(file.path) ?? "").split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            result[words[0]] = (words[1], words[2] == "always")
        }
        return result
    }()

    /// Checks that a line has the members of the types, with the right kinds of values, and no other.
    static func expectFit(_ event: JSONValue, sourceLocation: SourceLocation = #_sourceLocation) {
        check(event, "", sourceLocation)
    }

    private static func check(_ value: JSONValue, _ path: String, _ sourceLocation: SourceLocation) {
        switch value {
        case .object(let members):
            let isMap = types[path]?.type == "map"
            for (name, member) in members {
                let inner = (path.isEmpty ? "" : path + ".") + (isMap ? "*" : name)
                guard let type = types[inner]?.type else {
                    Issue.record("no such member: \(inner)", sourceLocation: sourceLocation)
                    continue
                }
                #expect(fits(member, type), "\(inner) is no \(type): \(member)", sourceLocation: sourceLocation)
                check(member, inner, sourceLocation)
            }
            let prefix = path.isEmpty ? "" : path + "."
            for (wanted, type) in types where type.isAlwaysThere && wanted.hasPrefix(prefix) {
                let name = wanted.dropFirst(prefix.count)
                guard !isMap, !name.contains("."), !name.contains("["), !name.contains("*") else { continue }
                #expect(members[String(name)] != nil, "\(wanted) is missing", sourceLocation: sourceLocation)
            }
        case .array(let items): for item in items { check(item, path + "[]", sourceLocation) }
        default: return
        }
    }

    private static func fits(_ value: JSONValue, _ type: String) -> Bool {
        switch (value, type) {
        case (.string, "string"), (.object, "object"), (.object, "map"), (.array, "list"), (.array, "list-or-null"),
            (.null, "list-or-null"):
            true
        case (.number(let digits), "uint"): UInt64(digits) != nil
        case (.number(let digits), "int"): Int64(digits) != nil
        case (.number(let digits), "float"): Double(digits) != nil
        default: false
        }
    }
}

extension Output {
    /// The lines as JSON documents.
    func events(sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSONValue] {
        try lines.map { try JSONValue(parsing: $0) }
    }
}
