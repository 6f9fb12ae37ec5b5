import Foundation
import Testing

/// --pid-file of create, run and exec: engines read it byte by byte.
@Suite(.containers, .requires(.root, .runtime))
struct PidFileTests {
    private func sleeper() throws -> TestBundle { try TestBundle { $0.process.args = ["sleep", "1000"] } }

    @Test func itHoldsThePidAndNothingElse() throws {
        let bundle = try sleeper()
        let file = bundle.path + "/pid"
        try bundle.create("--pid-file", file).succeeded()
        #expect(contents(file) == "\(try bundle.pid())")
        var information = stat()
        #expect(stat(file, &information) == 0 && information.st_mode & 0o7777 == 0o644)
        #expect(!exists(bundle.path + "/.pid"))
    }

    /// A new file is renamed over the old one: a hard link keeps the old text, and a link is not written through.
    @Test func anExistingFileIsReplaced() throws {
        let bundle = try sleeper()
        let precious = try bundle.file("precious", "old")
        let file = bundle.path + "/pid"
        symlink(precious, file)
        try bundle.create("--pid-file", file).succeeded()
        #expect(contents(precious) == "old")
        #expect(contents(file) == "\(try bundle.pid())")
        var information = stat()
        #expect(lstat(file, &information) == 0 && information.st_mode & S_IFMT == S_IFREG)
    }

    @Test func aLeftoverOfTheTemporaryFileFails() throws {
        let bundle = try sleeper()
        let leftover = bundle.path + "/.pid"
        try "".write(toFile: leftover, atomically: false, encoding: .utf8)
        try bundle.create("--pid-file", bundle.path + "/pid")
            .failed(from: "runc create failed: ", to: "open \(leftover): file exists")
        #expect(!exists(bundle.path + "/pid"))
        bundle.expectNothingLeft()
    }

    /// Relative to the caller's directory, not to the bundle.
    @Test func aRelativePathStartsAtTheCaller() throws {
        let bundle = try sleeper()
        let caller = bundle.directory("caller")
        try bundle.apus("create", "--bundle", bundle.path, "--pid-file", "my.pid", bundle.id, directory: caller)
            .succeeded()
        #expect(contents(caller + "/my.pid") == "\(try bundle.pid())")
    }

    @Test func aDirectoryThatIsMissing() throws {
        let bundle = try sleeper()
        try bundle.create("--pid-file", bundle.path + "/no/pid")
            .failed(from: "runc create failed: ", to: "no such file or directory")
        bundle.expectNothingLeft()
    }

    @Test func runWritesItToo() throws {
        let bundle = try sleeper()
        try bundle.run("--detach", "--pid-file", bundle.path + "/pid").succeeded()
        #expect(contents(bundle.path + "/pid") == "\(try bundle.pid())")
    }

    @Test func runThatCannotWriteItEndsTheContainer() throws {
        let bundle = try sleeper()
        try bundle.run("--pid-file", bundle.path + "/no/pid")
            .failed(from: "runc run failed: ", to: "no such file or directory")
        bundle.expectNothingLeft()
    }

    @Test func execWritesThePidOfItsProcess() throws {
        let bundle = try sleeper().running()
        let file = bundle.path + "/exec.pid"
        try bundle.apus("exec", "--detach", "--pid-file", file, bundle.id, "sleep", "999").succeeded()
        let pid = try #require(pid_t(contents(file) ?? ""))
        eventually("the process is the program") { contents("/proc/\(pid)/cmdline") == "sleep\u{0}999\u{0}" }
    }

    /// A missing file is the only sign of a failed exec for one engine.
    @Test func execThatFailsWritesNone() throws {
        let bundle = try sleeper().running()
        let file = bundle.path + "/exec.pid"
        let output = try bundle.apus("exec", "--detach", "--pid-file", file, bundle.id, "nosuch")
        output.failed(
            from: "exec failed: ", to: "exec: \"nosuch\": executable file not found in $PATH", code: 255)
        #expect(!exists(file))
        #expect(!exists(bundle.path + "/.exec.pid"))
    }
}
