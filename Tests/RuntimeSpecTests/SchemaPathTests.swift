import Foundation
import RuntimeSpec
import Testing

/// Compares the properties of the published schema with those of the decoder.
@Suite struct SchemaPathTests {
    @Test func knowsEveryPropertyOfTheSchema() throws {
        let walk = try SchemaWalk()
        let paths = walk.paths(of: ["$ref": "config-schema.json#"], in: "config-schema.json", at: "")
        let known = Set(Spec.propertyPaths)
        // Properties of other platforms are unknown members on purpose.
        let foreign: Set = ["process.commandLine", "process.user.username"]
        let platforms: Set = ["solaris", "windows", "vm", "zos", "freebsd"]
        let expected = paths.filter { !foreign.contains($0) && !platforms.contains($0) }
        #expect(expected.count > 150)
        #expect(expected.filter { !known.contains($0) } == [])
    }

    /// What the decoder knows and the schema does not: the schema names clocks where the decoder has a map.
    @Test func inventsNoProperty() throws {
        let walk = try SchemaWalk()
        let paths = Set(walk.paths(of: ["$ref": "config-schema.json#"], in: "config-schema.json", at: ""))
        #expect(Spec.propertyPaths.filter { !paths.contains($0) } == [])
    }
}

/// Follows a schema of draft 4 as far as these files use it.
private struct SchemaWalk {
    private var files: [String: [String: Any]] = [:]

    init() throws {
        for document in TestDocument.all(in: "schema/definitions") {
            let object = try JSONSerialization.jsonObject(with: Data(document.bytes()))
            files[document.name] = object as? [String: Any]
        }
    }

    func paths(of schema: [String: Any], in file: String, at prefix: String) -> [String] {
        var paths: [String] = []
        if let reference = schema["$ref"] as? String {
            let parts = reference.split(separator: "#", omittingEmptySubsequences: false)
            let target = parts[0].isEmpty ? file : String(parts[0])
            var value: Any? = files[target]
            for name in parts[1].split(separator: "/") { value = (value as? [String: Any])?[String(name)] }
            if let value = value as? [String: Any] { paths += self.paths(of: value, in: target, at: prefix) }
        }
        for (name, value) in schema["properties"] as? [String: Any] ?? [:] {
            // The decoder keeps the clocks as the keys of a map.
            let isKey = prefix == "linux.timeOffsets"
            let path = isKey ? prefix + ".*" : prefix.isEmpty ? name : prefix + "." + name
            if !isKey { paths.append(path) }
            if let value = value as? [String: Any] { paths += self.paths(of: value, in: file, at: path) }
        }
        if let items = schema["items"] as? [String: Any] { paths += self.paths(of: items, in: file, at: prefix + "[]") }
        if let values = schema["additionalProperties"] as? [String: Any] {
            paths += self.paths(of: values, in: file, at: prefix + ".*")
        }
        for key in ["allOf", "anyOf"] {
            for value in schema[key] as? [[String: Any]] ?? [] { paths += self.paths(of: value, in: file, at: prefix) }
        }
        return paths
    }
}
