import Foundation
import Testing

/// Seccomp profiles that deny what the start of a program needs: the container ends, and its caller is told why.
@Suite(.containers, .requires(.root, .runtime))
struct FullFilterTests {
    private static let everything: JSONValue = ["defaultAction": "SCMP_ACT_ERRNO"]

    private func denying(_ names: JSONValue) -> JSONValue {
        [
            "defaultAction": "SCMP_ACT_ALLOW",
            "syscalls": [["names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": 1]],
        ]
    }

    @Test(arguments: [true, false]) func everythingIsDenied(_ noNewPrivileges: Bool) throws {
        let bundle = try TestBundle(shell: "true") {
            $0.linux.seccomp = Self.everything
            $0.process.noNewPrivileges = .bool(noNewPrivileges)
        }
        let output = try bundle.run()
        output.failed(naming: "seccomp profile denies")
        bundle.expectNothingLeft()
        let detached = try bundle.run("--detach")
        detached.failed(naming: "seccomp profile denies")
        bundle.expectNothingLeft()
    }

    @Test func startTellsWhy() throws {
        let bundle = try TestBundle(shell: "true") { $0.linux.seccomp = Self.everything }
        try bundle.create().succeeded()
        let output = try bundle.start()
        // Who reaps the container's init first decides whether its end can still be seen.
        if output.status != 0 { output.failed(naming: "seccomp profile denies") }
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
    }

    @Test func theEndOfAProcessIsDenied() throws {
        let bundle = try TestBundle { $0.process.args = ["/nosuch"] }
        try bundle.change { $0.linux.seccomp = denying(["exit_group", "exit", "execve"]) }
        _ = try bundle.run()
        bundle.expectNothingLeft()
    }

    /// The message goes a way that no filter closes.
    @Test func writingIsDenied() throws {
        let bundle = try TestBundle(shell: "true")
        try bundle.change { $0.linux.seccomp = denying(["write", "writev", "execve"]) }
        let output = try bundle.run()
        output.failed(naming: "exec", "operation not permitted", "seccomp profile denies")
    }

    @Test func execIsDeniedEverything() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        // exec takes the profile of the saved configuration.
        let path = bundle.stateRoot + "/" + bundle.id + "/config.json"
        var saved = try JSONValue(parsing: contents(path) ?? "")
        saved.linux.seccomp = Self.everything
        try saved.description.write(toFile: path, atomically: false, encoding: .utf8)
        for options in [[], ["--detach"]] {
            let output = try bundle.launch(["exec"] + options + [bundle.id, "true"]).wait()
            output.failed(naming: "seccomp profile denies", code: 255)
        }
    }

    @Test func aHookBehindTheFilter() throws {
        let bundle = try TestBundle(shell: "true") {
            $0.linux.seccomp = Self.everything
            $0.hooks.startContainer = [["path": "/bin/true"]]
        }
        #expect(try bundle.run().status == 1)
        bundle.expectNothingLeft()
    }
}
