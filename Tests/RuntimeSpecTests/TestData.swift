import Foundation
import Testing

/// A document of the directory Data.
struct TestDocument: Sendable, CustomTestStringConvertible {
    /// The path below the directory.
    let path: String

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    /// The second word of the name.
    private var kind: Substring { name.split(separator: "-").dropFirst().first ?? "" }
    var testDescription: String { path }

    /// The bytes of the document.
    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: Self.directory.appending(path: path))) }

    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data")

    /// The documents in a directory, sorted by name.
    static func all(in directory: String) -> [TestDocument] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: Self.directory.appending(path: directory).path)
        return (names ?? []).filter { $0.hasSuffix(".json") }.sorted().map { TestDocument(path: directory + "/" + $0) }
    }

    static let engines = all(in: "engines")
    static let configurations = engines.filter { $0.kind != "exec" && $0.kind != "update" }
    static let processes = engines.filter { $0.kind == "exec" }
    static let resources = engines.filter { $0.kind == "update" }
}

/// A text as bytes.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
