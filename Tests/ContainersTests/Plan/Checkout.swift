import Foundation

/// The files of the checkout that tests compare with the code.
enum Checkout {
    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: package.appending(path: path), encoding: .utf8)
    }

    /// The texts of the sources.
    static func sources() throws -> [String] {
        let directory = package.appending(path: "Sources")
        guard let files = FileManager.default.enumerator(atPath: directory.path) else { return [] }
        return try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map {
            try text("Sources/" + $0)
        }
    }

    /// What stands between backquotes.
    static func quoted(_ text: String) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// Every test function, as `Suite.function`.
    static func tests() throws -> Set<String> {
        var functions: Set<String> = []
        let directory = package.appending(path: "Tests")
        guard let files = FileManager.default.enumerator(atPath: directory.path) else { return [] }
        for case let file as String in files where file.hasSuffix("Tests.swift") {
            let suite = file.split(separator: "/").last?.dropLast(6) ?? ""
            let source = try text("Tests/" + file)
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
        return functions
    }
}
