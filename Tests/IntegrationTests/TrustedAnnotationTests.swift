import Foundation
import Testing

/// Annotations of crun's that count only with `--trust-annotations`.
@Suite(.containers, .requires(.root, .runtime))
struct TrustedAnnotationTests {
    private func global(_ bundle: TestBundle) -> [String] {
        ["--root", bundle.stateRoot, "--log", bundle.log, "--trust-annotations"]
    }

    /// A command of a caller who has these groups.
    private func run(_ bundle: TestBundle, groups: String, trusted: Bool = true, _ arguments: String...) throws
        -> Output
    {
        let command = bundle.arguments(arguments, global: trusted ? global(bundle) : nil)
        return try Command(["setpriv", "--groups", groups] + command).wait()
    }

    // MARK: Groups

    private static let groups = "grep Groups: /proc/self/status"

    @Test func theCallersGroups() throws {
        let bundle = try TestBundle(shell: Self.groups) { $0.annotations = ["run.oci.keep_original_groups": "1"] }
        let trusted = try run(bundle, groups: "4711,4712", "run", "--bundle", bundle.path, bundle.id).succeeded()
        #expect(trusted.stdout.split(whereSeparator: \.isWhitespace) == ["Groups:", "4711", "4712"])
        let other = try run(
            bundle, groups: "4711", trusted: false, "run", "--bundle", bundle.path, bundle.id
        ).succeeded()
        #expect(other.stdout.split(whereSeparator: \.isWhitespace) == ["Groups:"])
        #expect(
            contents(bundle.log)?.contains(
                "annotation run.oci.keep_original_groups is ignored without --trust-annotations") ?? false)
    }

    @Test func execKeepsThem() throws {
        let bundle = try TestBundle(shell: "sleep 1000") {
            $0.annotations = ["run.oci.keep_original_groups": "1"]
            $0.process.user.additionalGids = [5]
        }.running()
        let trusted = try run(bundle, groups: "4711", "exec", bundle.id, "sh", "-c", Self.groups).succeeded()
        #expect(trusted.stdout.split(whereSeparator: \.isWhitespace) == ["Groups:", "4711"])
        let other = try run(bundle, groups: "4711", trusted: false, "exec", bundle.id, "sh", "-c", Self.groups)
            .succeeded()
        #expect(other.stdout.split(whereSeparator: \.isWhitespace) == ["Groups:", "5"])
    }

    /// What podman's `--group-add keep-groups` is for: files that a group of the user's may read.
    @Test(.requires(.rootless)) func theGroupsOfAnOrdinaryUser() throws {
        let bundle = try TestBundle(shell: "cat /shared/secret", view: .ordinaryUser)
        let directory = bundle.directory("shared")
        try "for the group".write(toFile: directory + "/secret", atomically: false, encoding: .utf8)
        chown(directory + "/secret", 0, 4711)
        chmod(directory + "/secret", 0o040)
        try bundle.change {
            $0.annotations = ["run.oci.keep_original_groups": "1"]
            $0.mount("/shared", source: directory, "bind")
        }
        let command = ["setpriv", "--reuid", "\(HostView.user)", "--regid", "\(HostView.user)", "--groups", "4711"]
        let runtime = [Runtime.sharedPath] + global(bundle) + ["run", "--bundle", bundle.path, bundle.id]
        #expect(try Command(command + runtime).wait().succeeded().stdout == "for the group")
    }

    @Test(arguments: ["yes", "2"]) func aValueThatIsNone(value: String) throws {
        let bundle = try TestBundle { $0.annotations = ["run.oci.keep_original_groups": .string(value)] }
        try bundle.apus("run", "--bundle", bundle.path, bundle.id, global: global(bundle)).failed(
            naming: "annotations.run.oci.keep_original_groups", value)
        bundle.expectNothingLeft()
    }

    // MARK: The output of hooks

    private static let kinds = [
        "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
    ]

    private func hook(_ script: String) -> JSONValue {
        [
            "path": "/bin/sh", "args": ["sh", "-c", .string(script)], "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
        ]
    }

    @Test func theOutputOfAllHooks() throws {
        let bundle = try TestBundle(shell: "sleep 1000")
        let output = try bundle.file("hooks.out", "before\n")
        try bundle.change {
            for kind in Self.kinds { $0.hooks[kind] = [hook("echo \(kind); echo \(kind) error >&2")] }
            $0.annotations = ["run.oci.hooks.stdout": .string(output), "run.oci.hooks.stderr": "hooks.err"]
        }
        let global = global(bundle)
        try bundle.apus("create", "--bundle", bundle.path, bundle.id, global: global).succeeded()
        try bundle.apus("start", bundle.id, global: global).succeeded()
        try bundle.apus("delete", "--force", bundle.id, global: global).succeeded()
        let lines = (contents(output) ?? "").split(separator: "\n").map(String.init)
        #expect(lines == ["before"] + Self.kinds)
        // A relative path starts at the bundle.
        let errors = (contents(bundle.path + "/hooks.err") ?? "").split(separator: "\n").map(String.init)
        #expect(errors == Self.kinds.map { $0 + " error" })
    }

    @Test func aFailedHookTellsItsOutputStill() throws {
        let bundle = try TestBundle()
        let output = try bundle.file("hooks.out")
        try bundle.change {
            $0.hooks.createRuntime = [hook("echo a word; exit 3")]
            $0.annotations = ["run.oci.hooks.stdout": .string(output)]
        }
        try bundle.apus("run", "--bundle", bundle.path, bundle.id, global: global(bundle)).failed(
            naming: "error running createRuntime hook #0", "exit status 3, stdout: a word")
        #expect(contents(output) == "a word\n")
    }

    @Test func withoutTrustNothingIsWritten() throws {
        let bundle = try TestBundle()
        let output = bundle.path + "/hooks.out"
        try bundle.change {
            $0.hooks.createRuntime = [hook("echo a word")]
            $0.annotations = ["run.oci.hooks.stdout": .string(output)]
            $0.process.args = ["true"]
        }
        try bundle.run().succeeded()
        #expect(!exists(output))
        #expect(contents(bundle.log)?.contains("run.oci.hooks.stdout is ignored") ?? false)
    }

    @Test(arguments: ["/no/such/directory/file", "/dev/null", "/tmp"]) func noFile(path: String) throws {
        let bundle = try TestBundle {
            $0.hooks.createRuntime = [hook("echo a word")]
            $0.annotations = ["run.oci.hooks.stderr": .string(path)]
        }
        try bundle.apus("run", "--bundle", bundle.path, bundle.id, global: global(bundle)).failed(
            naming: "annotations.run.oci.hooks.stderr", path)
        bundle.expectNothingLeft()
    }
}
