import Foundation
import Testing

@testable import apus

@Suite struct HelpTests {
    @Test func layout() {
        #expect(
            HelpText.command(.delete) == """
                NAME:
                   apus delete - remove a stopped container and all that it holds

                USAGE:
                   apus delete [options] <container-id>

                Removes the cgroup and the state of a container that is stopped, or created and not
                started. With --force a container that runs is killed first, and one that does not
                exist is no error.

                To delete all containers whose ids begin with "job-":

                   # apus delete --force --regex '^job-'

                OPTIONS:
                   --force, -f  kill a running container first; accept one that does not exist
                   --regex, -r  take the argument as a regular expression and delete all containers whose ids match
                   --help, -h   show help

                """)
    }

    @Test func optionRowsOfEachKind() {
        let help = HelpText.command(.exec)
        #expect(help.contains("\n   --env string, -e string        set an environment variable"))
        #expect(help.contains("\n   --additional-gids int, -g int  "))
        #expect(help.contains("\n   --tty, -t                      "))
        #expect(help.contains("\n   --cwd string                   "))
    }

    @Test func everyListedCommandIsKnown() {
        let names = Command.all.map { $0.name.description }
        #expect(names == names.sorted())
        for name in names { #expect(Command.named(name)?.name.description == name) }
        #expect(Command.named("init") == nil)
        #expect(Command.named("help") == nil)
    }

    @Test func commandsHideNoGlobalFlagButTheirOwn() {
        for command in Command.all {
            var names: Set<String> = []
            var letters: Set<UInt8> = []
            for flag in command.flags {
                #expect(names.insert(flag.name.description).inserted)
                if flag.short != 0 { #expect(letters.insert(flag.short).inserted) }
            }
        }
    }

    @Test func hiddenFlagsAreInNoText() {
        let texts =
            [
                HelpText.program(), ManualPage.program(), ShellCompletion.bash(), ShellCompletion.zsh(),
                ShellCompletion.fish(),
            ]
            + Command.all.flatMap { [HelpText.command($0), ManualPage.command($0)] }
        for text in texts {
            #expect(!text.contains("--criu"))
            #expect(!text.contains("--all"))
        }
    }

    @Test func manualPagesHoldNoStrayRequests() {
        let requests: Set<Substring> = [".TH", ".SH", ".TP", ".P", ".B", ".BR", ".RS", ".RE", ".EX", ".EE"]
        for page in [ManualPage.program()] + Command.all.map(ManualPage.command) {
            for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
                #expect(requests.contains(line.prefix { $0 != " " }), "\(line)")
            }
        }
        #expect(ManualPage.command(.run).hasPrefix(".TH APUS\\-RUN 8 \"\" \"apus 0.1.0\"\n"))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionScriptsParse(shell: String) throws {
        let interpreter = ["/bin/", "/usr/bin/"].map { $0 + shell }.first(where: FileManager.default.isExecutableFile)
        guard let interpreter else { try Test.cancel("\(shell) is not installed") }
        try withTemporaryDirectory { directory in
            let script = directory + "/apus." + shell
            try (try Apus("generate", shell)).stdout.write(toFile: script, atomically: true, encoding: .utf8)
            let check = try Process.run(URL(fileURLWithPath: interpreter), arguments: ["-n", script])
            check.waitUntilExit()
            #expect(check.terminationStatus == 0)
        }
    }

    @Test func bashCompletesWordsFlagsAndValues() throws {
        try withTemporaryDirectory { directory in
            let script = directory + "/apus.bash"
            try (try Apus("generate", "bash")).stdout.write(toFile: script, atomically: true, encoding: .utf8)
            func completions(_ words: String...) throws -> [Substring] {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/bin/bash")
                process.arguments = [
                    "-c",
                    """
                    source \(script); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _apus; printf '%s\\n' "${COMPREPLY[@]}"
                    """, "bash",
                ]
                process.arguments?.append(contentsOf: words)
                let out = Pipe()
                process.standardOutput = out
                try process.run()
                let bytes = out.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            }
            #expect(try completions("apus", "sta") == ["start", "state"])
            #expect(try completions("apus", "--log") == ["--log", "--log-format", "--log-level"])
            #expect(try completions("apus", "--log-format", "") == ["text", "json"])
            #expect(try completions("apus", "--debug", "list", "--format", "t") == ["table"])
            #expect(try completions("apus", "create", "--pid") == ["--pidfd-socket", "--pid-file"])
        }
    }
}
