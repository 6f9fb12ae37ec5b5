import Foundation
import Testing

/// A tool of the toolchain; nil where it is not in the usual places.
private func tool(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return (path.split(separator: ":").map(String.init) + ["/opt/swift/usr/bin", "/usr/bin"])
        .map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
}

/// The code of docs/library.md and of the tutorial, and the comments of the public declarations, against the compiler.
@Suite(.enabled(if: tool("swiftc") != nil, "needs the compiler"))
struct LibraryPageTests {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Where the compiler has left the modules of these tests.
    private static let modules: String = {
        let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") }
        let directory = bundle.map { ($0 as NSString).deletingLastPathComponent } ?? ".build/debug"
        return directory + "/Modules"
    }()

    private static let headers = ["-Xcc", "-fmodule-map-file=\(package.path)/Sources/CLinuxKernel/module.modulemap"]

    private static func makeDirectory() throws -> String {
        let path = TestRun.shared.uniquePath("page")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    private func compile(_ code: String, _ name: String) throws {
        let compiler = try #require(tool("swiftc"), "there is no swiftc")
        let directory = try Self.makeDirectory()
        defer { removeTree(directory) }
        let file = directory + "/Page.swift"
        try code.write(toFile: file, atomically: true, encoding: .utf8)
        let features = ["MemberImportVisibility", "ExistentialAny"].flatMap { ["-enable-upcoming-feature", $0] }
        let output = try Command(
            [
                compiler, "-typecheck", "-parse-as-library", "-swift-version", "6", "-warnings-as-errors", "-I",
                Self.modules,
                file,
            ] + features + Self.headers, environment: ProcessInfo.processInfo.environment
        ).wait(seconds: 200)
        #expect(output.status == 0, "\(name): \(output.stderr)")
    }

    @Test func theCodeOfThePageCompiles() throws {
        let page = try String(contentsOf: Self.package.appending(path: "docs/library.md"), encoding: .utf8)
        let pieces = page.components(separatedBy: "```swift\n").dropFirst()
            .map { $0.components(separatedBy: "```")[0] }.filter { $0.hasPrefix("import ") }
        #expect(pieces.count >= 6)
        for piece in pieces { try compile(piece, piece.split(separator: "\n").prefix(4).joined(separator: "; ")) }
    }

    @Test func theCodeOfTheTutorialCompiles() throws {
        let resources = Self.package.appending(path: "Sources/Containers/Containers.docc/Resources")
        let files = try FileManager.default.contentsOfDirectory(at: resources, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "swift" }
        #expect(!files.isEmpty)
        for file in files { try compile(try String(contentsOf: file, encoding: .utf8), file.lastPathComponent) }
    }

    @Test(arguments: ["Containers", "RuntimeSpec", "Seccomp", "ByteStrings"])
    func everyPublicDeclarationHasAComment(module: String) throws {
        let extractor = try #require(tool("swift-symbolgraph-extract"), "there is no swift-symbolgraph-extract")
        let target = try #require(Self.target, "the compiler does not say for which target it compiles")
        let directory = try Self.makeDirectory()
        defer { removeTree(directory) }
        let output = try Command(
            [
                extractor, "-module-name", module, "-I", Self.modules, "-target", target, "-minimum-access-level",
                "public",
                "-output-dir", directory,
            ] + Self.headers, environment: ProcessInfo.processInfo.environment
        ).wait(seconds: 200)
        try #require(output.status == 0, "\(output.stderr)")
        let graph = try JSONDecoder().decode(
            Graph.self, from: try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(module).symbols.json")))
        #expect(graph.symbols.count > 20)
        for symbol in graph.symbols where symbol.location != nil && symbol.docComment == nil {
            Issue.record("\(symbol.pathComponents.joined(separator: ".")) has no comment")
        }
    }

    private struct Graph: Decodable {
        struct Symbol: Decodable {
            struct Lines: Decodable {}
            let pathComponents: [String]
            let docComment: Lines?
            let location: Lines?
        }
        let symbols: [Symbol]
    }

    /// What the compiler compiles for, such as `x86_64-unknown-linux-gnu`.
    private static let target: String? = {
        struct Answer: Decodable {
            struct Target: Decodable { let triple: String }
            let target: Target
        }
        guard let compiler = tool("swiftc"),
            let output = try? Command([compiler, "-print-target-info"]).wait(seconds: 60)
        else { return nil }
        return try? JSONDecoder().decode(Answer.self, from: Data(output.stdout.utf8)).target.triple
    }()
}
