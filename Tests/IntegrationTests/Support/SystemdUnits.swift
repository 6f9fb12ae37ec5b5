import Foundation
import Testing

/// What the manager of the host's units says.
enum SystemdUnits {
    /// One property of a unit.
    static func property(_ name: String, of unit: String) throws -> String {
        try Command.run("systemctl", "show", unit, "--property", name, "--value").stdout
            .trimmingCharacters(in: .newlines)
    }

    /// Some properties of a unit; the values of one that has several lines have a space between them.
    static func properties(of unit: String, _ names: String...) throws -> [String: String] {
        let output = try Command.run("systemctl", "show", unit, "--property", names.joined(separator: ","))
        let pairs = output.lines.map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
        return Dictionary(pairs.map { (String($0[0]), String($0.last ?? "")) }, uniquingKeysWith: { $0 + " " + $1 })
    }
}

extension TestBundle {
    /// A command with `--systemd-cgroup`.
    @discardableResult
    func apusWithSystemd(_ arguments: String...) throws -> Output {
        try launch(arguments, global: ["--root", stateRoot, "--log", log, "--systemd-cgroup"]).wait()
    }
}
