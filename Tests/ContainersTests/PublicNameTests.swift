import Foundation
import Testing

/// The names that docs/library.md gives for those of libcontainer, against the public declarations of the sources.
struct PublicNameTests {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The public members of types, as `Type.member`, and the types themselves.
    private static func publicNames() throws -> Set<String> {
        var names: Set<String> = []
        let type = #/^(?:public (?:final )?(?:struct|class|enum)|extension) (\w+)/#
        let member = #/^    public (?:static |mutating )?(?:func|var|let) (\w+)/#
        for target in ["Containers", "RuntimeSpec"] {
            let directory = package.appending(path: "Sources/" + target)
            for case let file as URL in FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
                ?? FileManager.DirectoryEnumerator()
            where file.pathExtension == "swift" {
                var current = ""
                for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                    if let match = line.firstMatch(of: type) {
                        current = String(match.1)
                        names.insert(current)
                    } else if let match = line.firstMatch(of: member) {
                        names.insert(current + "." + match.1)
                    }
                }
            }
        }
        return names
    }

    /// The rows of the table: libcontainer's name, and ours.
    private static func rows() throws -> [(theirs: String, ours: [String])] {
        let text = try String(contentsOf: package.appending(path: "docs/library.md"), encoding: .utf8)
        return text.split(separator: "\n").drop { !$0.hasPrefix("| libcontainer") }.dropFirst(2)
            .prefix { $0.hasPrefix("|") }.map { line in
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                return (cells[0], cells[1].matches(of: #/`([^`]+)`/#).map { String($0.1) })
            }
    }

    @Test func everyNameOfTheTableIsPublic() throws {
        let names = try Self.publicNames()
        for row in try Self.rows() {
            #expect(!row.ours.isEmpty, "\(row.theirs) has no name here")
            for name in row.ours { #expect(names.contains(name), "\(name), for \(row.theirs), is not public") }
        }
    }

    /// All of libcontainer's interfaces have a row.
    @Test func noInterfaceIsMissing() throws {
        let rows = try Self.rows().map(\.theirs).joined(separator: " ")
        let factory = ["Create", "Load", "Type", "StartInitialization"].map { "Factory." + $0 }
        let container = [
            "ID", "Status", "State", "Config", "Processes", "Stats", "Set", "Start", "Run", "Destroy", "Signal", "Exec",
            "Checkpoint", "Restore", "Pause", "Resume", "NotifyOOM", "NotifyMemoryPressure",
        ].map { "Container." + $0 }
        let process = [
            "Args", "Env", "User", "AdditionalGroups", "Cwd", "Stdin", "Stdout", "Stderr", "ExtraFiles", "ConsoleWidth",
            "Capabilities", "AppArmorProfile", "Label", "NoNewPrivileges", "Rlimits", "ConsoleSocket", "Pid", "Wait",
            "Signal",
        ].map { "Process." + $0 }
        for name in factory + container + process { #expect(rows.contains("`" + name + "`"), "\(name)") }
    }
}
