import Foundation
import Testing

@testable import apus

/// What the shells offer, asked of the shells themselves.
@Suite struct CompletionTests {
    /// A directory with the scripts, the program under the name `apus`, and a state root with two directories that look like
    /// those of containers.
    private func withShells(_ body: (_ directory: String) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            for shell in ["bash", "zsh", "fish"] {
                try (try Apus("generate", shell)).stdout.write(
                    toFile: directory + "/apus." + shell, atomically: true, encoding: .utf8)
            }
            let manager = FileManager.default
            try manager.createDirectory(atPath: directory + "/bin", withIntermediateDirectories: true)
            // `list` shows only what can be read: the real thing takes root, so somebody stands in for it.
            try """
            #!/bin/sh
            [ "$1" = --root ] || { echo default; exit; }
            [ "$2" = \(directory)/state ] && echo alpha && echo beta
            """.write(toFile: directory + "/bin/apus", atomically: true, encoding: .utf8)
            try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory + "/bin/apus")
            try body(directory)
        }
    }

    private func find(_ shell: String) throws -> String {
        let path = ["/bin/", "/usr/bin/"].map { $0 + shell }.first(where: FileManager.default.isExecutableFile)
        guard let path else { try Test.cancel("\(shell) is not installed") }
        return path
    }

    private func run(_ program: String, _ arguments: [String], _ directory: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ["PATH": directory + "/bin:/usr/bin:/bin", "HOME": directory, "TERM": "dumb"]
        process.standardInput = FileHandle.nullDevice
        let out = Pipe()
        process.standardOutput = out
        try process.run()
        let bytes = out.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func bash() throws {
        let bash = try find("bash")
        try withShells { (directory: String) throws -> Void in
            func completions(_ words: String...) throws -> [String] {
                let script = """
                    source \(directory)/apus.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _apus
                    printf '%s\\n' "${COMPREPLY[@]}"
                    """
                return try run(bash, ["--norc", "-c", script, "bash"] + words, directory)
            }
            let root = directory + "/state"
            #expect(try completions("apus", "kill", "") == ["default"])
            #expect(try completions("apus", "--root", root, "kill", "") == ["alpha", "beta"])
            #expect(try completions("apus", "--root", "=", root, "kill", "a") == ["alpha"])
            #expect(try completions("apus", "--root=\(root)", "exec", "--user", "5", "") == ["alpha", "beta"])
            #expect(try completions("apus", "--root", "~/state", "wait", "--timeout", "5s", "") == ["alpha", "beta"])
            #expect(try completions("apus", "kill", "alpha", "SEG") == ["SEGV"])
            #expect(try completions("apus", "kill", "alpha", "KILL", "") == [])
            #expect(try completions("apus", "start", "alpha", "") == [])
            #expect(try completions("apus", "mounts", "") == ["add", "remove"])
            #expect(try completions("apus", "--root", root, "mounts", "add", "") == ["alpha", "beta"])
            #expect(
                try completions("apus", "mounts", "add", "alpha", directory + "/apus.b") == [directory + "/apus.bash"])
            // "=" is a word of its own where COMP_WORDBREAKS has it.
            #expect(try completions("apus", "list", "--format", "=") == ["table", "json"])
            #expect(try completions("apus", "list", "--format", "=", "j") == ["json"])
            #expect(try completions("apus", "list", "--format=j") == ["--format=json"])
            #expect(try completions("apus", "--log-format=") == ["--log-format=text", "--log-format=json"])
            #expect(try completions("apus", "help", "sta") == ["start", "state"])
        }
    }

    @Test func fish() throws {
        let fish = try find("fish")
        try withShells { (directory: String) throws -> Void in
            func completions(_ line: String) throws -> [String] {
                let script = "source \(directory)/apus.fish; complete -C '\(line)'"
                return try run(fish, ["--no-config", "-c", script], directory)
                    .map { String($0.split(separator: "\t")[0]) }.sorted()
            }
            let root = directory + "/state"
            #expect(try completions("apus kill ") == ["default"])
            #expect(try completions("apus --root \(root) kill ") == ["alpha", "beta"])
            #expect(try completions("apus --root=\(root) kill a") == ["alpha"])
            #expect(try completions("apus exec --root \(root) -u 5 ") == ["alpha", "beta"])
            #expect(try completions("apus kill alpha SEG") == ["SEGV"])
            #expect(try completions("apus mounts ") == ["add", "remove"])
            #expect(try completions("apus --root \(root) mounts add ") == ["alpha", "beta"])
            #expect(try completions("apus mounts add alpha /etc/passw").contains("/etc/passwd"))
            #expect(try completions("apus list --format=j") == ["--format=json"])
            #expect(try completions("apus sta") == ["start", "state"])
            #expect(try completions("apus help sta") == ["start", "state"])
        }
    }
}
