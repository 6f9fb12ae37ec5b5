import Foundation
import Testing

/// What checkpoint and restore refuse, and what they do with a CRIU that is missing, old or broken; none of it needs one.
@Suite(.containers, .requires(.root, .runtime))
struct CheckpointRefusalTests {
    private func sleeping() throws -> TestBundle {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        try bundle.launch(["run", "--detach", "--bundle", bundle.path, bundle.id], stdout: .null, stderr: .null).wait()
            .succeeded()
        return bundle
    }

    /// A directory with a `criu` that says these bytes, and nothing else.
    private func criu(_ bundle: TestBundle, saying answers: [[UInt8]], then rest: String = "") throws -> [String:
        String]
    {
        let directory = bundle.directory("bin-" + TestRun.shared.uniqueName())
        var script = "#!/bin/sh\n\(Self.takeRequest)\n"
        for answer in answers {
            let text = answer.map { String(format: "\\%03o", $0) }.joined()
            script += "printf '\(text)' >&3\n"
        }
        script += rest + "\n"
        try Runtime.writeProgram(script, to: directory + "/criu")
        return ["PATH": directory + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    }

    private static let takeRequest = "dd bs=65536 count=1 <&3 >/dev/null 2>&1"
    private static let version: [UInt8] = [0x08, 0x0a, 0x10, 0x01, 0x52, 0x06, 0x08, 0x03, 0x10, 0x11, 0x20, 0x01]

    // MARK: States

    @Test func states() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let images = bundle.path + "/images"
        try bundle.apus("checkpoint", "--image-path", images, bundle.id).failed("container does not exist")
        try bundle.create().succeeded()
        try bundle.apus("checkpoint", "--image-path", images, bundle.id)
            .failed("Container cannot be checkpointed in created state")
        try bundle.start().succeeded()
        try bundle.kill("KILL").succeeded()
        try bundle.waitUntilStopped()
        try bundle.apus("checkpoint", "--image-path", images, bundle.id)
            .failed("Container cannot be checkpointed in stopped state")
        #expect(!exists(images))
    }

    // MARK: Flags

    @Test(arguments: [
        (["--page-server", "nowhere"], "Use --page-server ADDRESS:PORT to specify page server"),
        (["--page-server", ":5"], "Use --page-server ADDRESS:PORT to specify page server"),
        (["--page-server", "::1:5"], "Use --page-server ADDRESS:PORT to specify page server"),
        (["--page-server", "a:b"], "Invalid port number"), (["--page-server", "a:65536"], "Invalid port number"),
        (["--manage-cgroups-mode", "hard"], "invalid manage-cgroups-mode value"),
        (["--empty-ns", "mount"], "namespace \"mount\" is not supported"),
        (["--lazy-pages", "--status-fd", "77"], "invalid --status-fd argument 77: bad file descriptor"),
        (["--lazy-pages", "--status-fd", "0"], "invalid --status-fd argument 0: not writable"),
    ])
    func wrongFlags(_ flags: [String], _ message: String) throws {
        let bundle = try sleeping()
        let images = bundle.path + "/images"
        let file = try bundle.file("input")
        let command = try bundle.launch(
            ["checkpoint", "--image-path", images] + flags + [bundle.id], stdin: .file(file))
        command.wait().failed(message)
        #expect(!exists(images))
    }

    @Test func parentPaths() throws {
        let bundle = try sleeping()
        let environment = try criu(bundle, saying: [Self.version])
        let images = bundle.path + "/images"
        try bundle.apus(
            "checkpoint", "--image-path", images, "--parent-path", "/tmp", bundle.id, environment: environment
        ).failed("--parent-path must be relative")
        try bundle.apus(
            "checkpoint", "--image-path", images, "--parent-path", "../none", bundle.id, environment: environment
        ).failed("invalid --parent-path: stat \(bundle.path)/none: no such file or directory")
        try bundle.apus(
            "checkpoint", "--image-path", images, "--parent-path", "../config.json", bundle.id, environment: environment
        ).failed("invalid --parent-path: \(bundle.path)/config.json: not a directory")
    }

    @Test func restoreFlags() throws {
        let bundle = try TestBundle()
        for (flags, message) in [
            (["--manage-cgroups-mode", "x"], "invalid manage-cgroups-mode value"),
            (["--empty-ns", "user"], "namespace \"user\" is not supported"),
        ] {
            try bundle.launch(["restore", "--bundle", bundle.path] + flags + [bundle.id]).wait().failed(message)
        }
        bundle.expectNothingLeft()
    }

    /// Engines ask so whether pods can be checkpointed.
    @Test func whatEnginesProbe() throws {
        let bundle = try TestBundle()
        let probe = try bundle.apus("restore", "--lsm-mount-context", global: [])
        #expect(probe.status == 1)
        #expect(probe.stderr.contains("flag needs an argument"))
        #expect(try bundle.apus("checkpoint", "--help", global: []).status == 0)
    }

    // MARK: CRIU

    @Test func withoutCRIU() throws {
        let bundle = try sleeping()
        let images = bundle.path + "/images"
        let environment = ["PATH": bundle.path]
        let message =
            "CRIU version check failed: exec: \"criu\": executable file not found in $PATH (install CRIU: the package criu)"
        try bundle.apus("checkpoint", "--image-path", images, bundle.id, environment: environment).failed(message)
        #expect(try bundle.status == "running")
        #expect(!exists(images))
        let other = try TestBundle()
        try other.apus(
            "restore", "--detach", "--bundle", other.path, "--image-path", images, other.id, environment: environment
        ).failed(message)
        other.expectNothingLeft()
        #expect(!exists(images))
    }

    @Test func anOldCRIU() throws {
        let bundle = try sleeping()
        let environment = try criu(
            bundle, saying: [[0x08, 0x0a, 0x10, 0x01, 0x52, 0x06, 0x08, 0x02, 0x10, 0x0c, 0x20, 0x01]])
        try bundle.apus("checkpoint", "--image-path", bundle.path + "/i", bundle.id, environment: environment)
            .failed("CRIU version 21201 must be 30000 or higher")
        #expect(!exists(bundle.path + "/i"))
        #expect(try bundle.status == "running")
    }

    @Test(
        arguments: [
            ([], "CRIU version check failed: criu failed: unexpected EOF (exit status 0)"),
            ([[0xff]], "CRIU version check failed: criu failed: a response that cannot be read (truncated)"),
            (
                [[0x10, 0x01]],
                "CRIU version check failed: criu failed: a response that cannot be read (missing(field: 1))"
            ),
            ([[0x08, 0x0a, 0x10, 0x01]], "CRIU version check failed: criu failed: a response without a version"),
            ([[0x08, 0x06, 0x10, 0x01]], "CRIU version check failed: criu failed: a notification without a name"),
            ([[0x08, 0x01, 0x10, 0x01]], "CRIU version check failed: criu failed: a response of the kind DUMP"),
            ([[0x08, 0x0a, 0x10, 0x00]], "CRIU version check failed: criu failed: type VERSION errno 0"),
        ] as [([[UInt8]], String)])
    func aBrokenCRIU(_ answers: [[UInt8]], _ message: String) throws {
        let bundle = try sleeping()
        let environment = try criu(bundle, saying: answers)
        try bundle.apus("checkpoint", "--image-path", bundle.path + "/i", bundle.id, environment: environment)
            .failed(message)
        #expect(try bundle.status == "running")
    }

    /// CRIU gets its three streams and its socket, and nothing of what the caller has left open.
    @Test func theDescriptorsOfCRIU() throws {
        let bundle = try sleeping()
        let list = bundle.path + "/list"
        let environment = try criu(bundle, saying: [], then: "ls -l /proc/$$/fd > \(list)")
        let other = open("/dev/zero", O_RDONLY)
        defer { close(other) }
        let command = try bundle.launch(
            ["checkpoint", "--image-path", bundle.path + "/i", bundle.id], environment: environment,
            passing: [other, other])
        #expect(command.wait().status == 1)
        let lines = try #require(contents(list)).split(separator: "\n").filter { $0.contains(" -> ") }
        let targets = lines.map { $0.components(separatedBy: " -> ")[1] }
        // The shell itself holds its script.
        #expect(!targets.contains("/dev/zero"))
        #expect(targets.filter { $0.hasPrefix("socket:") }.count == 1)
        #expect(targets.filter { $0 == "/dev/null" }.count >= 2)
    }

    // MARK: Images

    @Test func missingImages() throws {
        let bundle = try TestBundle()
        let environment = try criu(bundle, saying: [Self.version])
        try bundle.apus(
            "restore", "--bundle", bundle.path, "--image-path", "/nowhere/images", bundle.id, environment: environment
        ).failed("open /nowhere/images/descriptors.json: no such file or directory")
        let empty = bundle.directory("empty")
        try bundle.apus(
            "restore", "--bundle", bundle.path, "--image-path", empty, bundle.id, environment: environment
        ).failed("open \(empty)/descriptors.json: no such file or directory")
        // The default is below the working directory.
        let directory = URL(fileURLWithPath: empty).resolvingSymlinksInPath().path
        try bundle.apus("restore", "--bundle", bundle.path, bundle.id, environment: environment, directory: empty)
            .failed("open \(directory)/checkpoint/descriptors.json: no such file or directory")
        bundle.expectNothingLeft()
    }

    @Test(arguments: ["", "{}", "[", "[\"pipe:[1]\"", "5"])
    func brokenDescriptors(_ text: String) throws {
        let bundle = try TestBundle()
        let environment = try criu(bundle, saying: [Self.version])
        let images = bundle.directory("images")
        try text.write(toFile: images + "/descriptors.json", atomically: false, encoding: .utf8)
        let output = try bundle.apus(
            "restore", "--bundle", bundle.path, "--image-path", images, bundle.id, environment: environment)
        output.failed(naming: images + "/descriptors.json")
        bundle.expectNothingLeft()
    }

    /// A fifo in the place of the file does not hang the restore.
    @Test func aFifoAmongTheImages() throws {
        let bundle = try TestBundle()
        let environment = try criu(bundle, saying: [Self.version])
        let images = bundle.directory("images")
        mkfifo(images + "/descriptors.json", 0o600)
        try bundle.apus(
            "restore", "--bundle", bundle.path, "--image-path", images, bundle.id, environment: environment
        ).failed(naming: "invalid argument")
        bundle.expectNothingLeft()
    }

    @Test func aTakenID() throws {
        let bundle = try sleeping()
        let environment = try criu(bundle, saying: [Self.version])
        let images = bundle.directory("images")
        try "[]".write(toFile: images + "/descriptors.json", atomically: false, encoding: .utf8)
        try bundle.apus(
            "restore", "--detach", "--bundle", bundle.path, "--image-path", images, bundle.id, environment: environment
        ).failed("container with given ID already exists")
        #expect(try bundle.status == "running")
    }

    /// What CRIU's failure leaves: nothing, whatever was there when it came.
    @Test func aFailedRestoreLeavesNothing() throws {
        let bundle = try TestBundle()
        let directory = bundle.directory("bin")
        // The first call asks for the version, the second one for the restore.
        let digits = Self.version.map { String(format: "\\%03o", $0) }.joined()
        let script = """
            #!/bin/sh
            \(Self.takeRequest)
            if mkdir \(directory)/asked 2>/dev/null; then printf '\(digits)' >&3; else printf '\\010\\002\\020\\000' >&3; fi
            """
        try Runtime.writeProgram(script, to: directory + "/criu")
        let images = bundle.directory("images")
        try "[]".write(toFile: images + "/descriptors.json", atomically: false, encoding: .utf8)
        let output = try bundle.apus(
            "restore", "--detach", "--bundle", bundle.path, "--image-path", images, bundle.id,
            environment: ["PATH": directory + ":/usr/sbin:/usr/bin:/sbin:/bin"])
        output.failed(from: "criu failed: type RESTORE errno 0", to: "errno 0")
        bundle.expectNothingLeft()
    }

    /// A runtime that is killed in the middle leaves a container that can be deleted, and the root file system as it was.
    @Test func aKilledRestore() throws {
        let bundle = try TestBundle()
        let directory = bundle.directory("bin")
        let digits = Self.version.map { String(format: "\\%03o", $0) }.joined()
        let script = """
            #!/bin/sh
            \(Self.takeRequest)
            if mkdir \(directory)/asked 2>/dev/null; then printf '\(digits)' >&3; exit; fi
            ls \(bundle.stateRoot)/\(bundle.id)/criu-root/bin/busybox > \(directory)/seen.new
            mv \(directory)/seen.new \(directory)/seen
            exec sleep 1000
            """
        try Runtime.writeProgram(script, to: directory + "/criu")
        let images = bundle.directory("images")
        try "[]".write(toFile: images + "/descriptors.json", atomically: false, encoding: .utf8)
        let restore = try bundle.launch(
            ["restore", "--detach", "--bundle", bundle.path, "--image-path", images, bundle.id],
            environment: ["PATH": directory + ":/usr/sbin:/usr/bin:/sbin:/bin"])
        eventually("CRIU works") { exists(directory + "/seen") }
        // The root is mounted for CRIU alone.
        #expect(contents(directory + "/seen")?.hasSuffix("criu-root/bin/busybox\n") ?? false)
        #expect(!exists(bundle.stateRoot + "/" + bundle.id + "/criu-root/bin"))
        #expect(try bundle.status == "creating")
        restore.signal(SIGKILL)
        #expect(restore.wait().status == 128 + SIGKILL)
        try bundle.delete("--force").succeeded()
        bundle.expectNothingLeft()
        #expect(exists(bundle.rootfs + "/bin/busybox"))
    }
}
