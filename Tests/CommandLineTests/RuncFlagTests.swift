import Foundation
import Testing

@testable import apus

/// The flag table against runc's flags, which the directory Data has as a list.
@Suite struct RuncFlagTests {
    /// A line of the list.
    struct Entry: Equatable, CustomStringConvertible {
        let command: String
        let flag: String
        let letter: String
        let value: String
        /// Why apus has it and runc has not; empty for runc's own.
        let reason: String

        var description: String { "\(command) --\(flag) \(letter) \(value)" }

        /// What says the same in both tables.
        var key: String { description }
    }

    static let entries: [Entry] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data/runc-flags.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            let isOwn = line.hasPrefix("+ ")
            let words = line.dropFirst(isOwn ? 2 : 0).split(separator: " ", maxSplits: 4).map(String.init)
            guard words.count >= 4, isOwn == (words.count == 5) else { return nil }
            return Entry(
                command: words[0], flag: words[1], letter: words[2], value: words[3], reason: isOwn ? words[4] : "")
        }
    }()

    private static let runcCommands = [
        "checkpoint", "create", "delete", "events", "exec", "features", "kill", "list", "pause", "ps", "restore",
        "resume",
        "run", "spec", "start", "state", "update",
    ]

    private func entry(_ command: String, _ flag: Flag) -> Entry {
        let value =
            switch flag.value {
            case .toggle: "toggle"
            case .text, .integer, .duration: "value"
            case .texts, .integers: "values"
            }
        return Entry(
            command: command, flag: flag.name.description, letter: flag.shortText ?? "-", value: value, reason: "")
    }

    @Test func theListIsRead() {
        #expect(Self.entries.count > 90)
        #expect(Set(Self.entries.map { $0.command + " " + $0.flag }).count == Self.entries.count)
        #expect(Set(Self.entries.map(\.command)).subtracting(Self.runcCommands) == ["*"])
    }

    @Test func globalFlags() {
        let ours = (Flag.global + [.version]).map { entry("*", $0).key }
        #expect(ours.sorted() == Self.entries.filter { $0.command == "*" }.map(\.key).sorted())
    }

    /// Whether a command may be missing is another matter.
    @Test(arguments: runcCommands.filter { Command.named($0) != nil }) func flags(of name: String) throws {
        let command = try #require(Command.named(name))
        let ours = command.flags.map { entry(name, $0).key }
        #expect(ours.sorted() == Self.entries.filter { $0.command == name }.map(\.key).sorted())
    }

    /// A command of runc's is there, or is said to be missing; so nobody takes it for a slip of the keyboard.
    @Test(arguments: runcCommands) func commands(name: String) throws {
        guard Command.named(name) == nil else {
            let help = try Apus(name, "--help")
            #expect(help.status == 0)
            #expect(help.stdout.hasPrefix("NAME:\n   apus \(name) - "))
            return
        }
        let run = try Apus(name, "id")
        #expect(run.status == 3)
        #expect(run.stderr.contains("No help topic for '\(name)' (a command of runc that apus does not have)"))
    }

    @Test func criuIsTakenWithAWord() throws {
        try withTemporaryDirectory { directory in
            let run = try Apus("--root", directory, "--criu", "/usr/sbin/criu", "list")
            #expect(run.status == 0)
            #expect(run.timelessError == "time=T level=warning msg=\"--criu is ignored: criu is found in PATH\"\n")
        }
    }

    // MARK: Slips of the keyboard

    @Test(arguments: [
        ("strat", " (did you mean start?)"), ("lsit", " (did you mean list?)"), ("hlep", " (did you mean help?)"),
        ("Delete", " (did you mean delete?)"), ("nosuch", ""), ("init", ""), ("x", ""),
        ("mount", " (did you mean mounts?)"),
    ])
    func nearCommands(name: String, hint: String) throws {
        let run = try Apus("--log-format=json", "help", name)
        #expect(run.status == 3)
        #expect(run.stderr.contains("\"msg\":\"No help topic for '\(name)'\(hint)\""))
    }

    @Test(arguments: [
        (["list", "--formt=json"], "-formt (did you mean --format?)"),
        (["run", "--bundel", "x", "id"], "-bundel (did you mean --bundle?)"),
        (["--systemd-cgroups", "list"], "-systemd-cgroups (did you mean --systemd-cgroup?)"),
        (["create", "-pidfile", "x", "id"], "-pidfile (did you mean --pid-file?)"),
        (["list", "--nosuch"], "-nosuch"), (["list", "-x"], "-x"),
        // What is not shown is not advised.
        (["kill", "--al", "id"], "-al"), (["--cri", "list"], "-cri"),
    ])
    func nearFlags(arguments: [String], text: String) throws {
        let run = try Apus(arguments)
        #expect(run.status == 1)
        #expect(run.stderr.hasPrefix("Incorrect Usage: flag provided but not defined: \(text)\n\n"), "\(run.stderr)")
    }

    @Test(arguments: [["help", "help"], ["h", "help"], ["help", "h"]]) func theHelpOfHelp(arguments: [String]) throws {
        let run = try Apus(arguments)
        #expect(run.status == 0)
        #expect(run.stdout.hasPrefix("NAME:\n   apus help - "))
    }

    @Test func theManualTellsOfTheWorldAround() {
        let page = ManualPage.program()
        for heading in ["EXIT STATUS", "ENVIRONMENT", "FILES"] { #expect(page.contains("\n.SH \(heading)\n.TP\n")) }
        for word in ["XDG_RUNTIME_DIR", "LISTEN_FDS", "NOTIFY_SOCKET", "/run/apus", "exit.json"] {
            #expect(page.contains(word))
        }
    }
}
