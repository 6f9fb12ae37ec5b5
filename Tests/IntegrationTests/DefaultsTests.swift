import CIntegrationSupport
import Foundation
import Testing

/// What holds where a configuration or a command line says nothing, or the same thing twice.
@Suite(.containers, .requires(.root, .runtime))
struct DefaultsTests {
    // MARK: Environments of hooks

    private static let environments: [JSONValue?] = [nil, [], ["OWN=1"]]

    @Test(arguments: ["prestart", "createRuntime", "createContainer", "poststart", "poststop"], environments)
    func environmentOfAHook(_ kind: String, _ environment: JSONValue?) throws {
        let bundle = try TestBundle(shell: "true")
        let log = bundle.directory("hooks")
        // The program itself writes its environment down: no shell adds anything.
        let program: JSONValue = ["path": "/bin/dd", "args": ["dd", "if=/proc/self/environ", "of=\(log)/\(kind)"]]
        try bundle.change {
            $0.process.env.append("INSIDE=1")
            $0.hooks[kind] = [program]
            if let environment { $0.hooks[kind][0].env = environment }
        }
        try bundle.launch(["run", "--bundle", bundle.path, bundle.id], environment: ["CALLER": "two words"]).wait()
            .succeeded()
        let variables = (contents(log + "/" + kind) ?? "-").split(separator: "\0").map(String.init)
        switch environment {
        case nil where kind == "createContainer": #expect(variables == [])
        case nil:
            #expect(variables.contains("CALLER=two words"))
            #expect(variables.contains { $0.hasPrefix("PATH=") })
            #expect(!variables.contains("INSIDE=1"))
        case let given?: #expect(variables == (given == [] ? [] : ["OWN=1"]))
        }
    }

    // MARK: exec

    @Test func whatAProcessFileLeavesOut() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.process.oomScoreAdj = 300
            $0.process.user.umask = 0o27
        }.running()
        func exec(_ process: String) throws -> String {
            let file = try bundle.file("process.json", process)
            return try bundle.apus("exec", "--process", file, bundle.id).succeeded().stdout
        }
        let rest = #""cwd":"/","args":["sh","-c","umask; cat /proc/self/oom_score_adj"],"env":["PATH=/bin"]"#
        #expect(try exec("{\(rest)}") == "0027\n300\n")
        #expect(try exec(#"{\#(rest),"oomScoreAdj":400,"user":{"uid":0,"gid":0,"umask":18}}"#) == "0022\n400\n")
    }

    // MARK: Devices

    @Test func aDeviceGivenTwice() throws {
        let device: JSONValue = ["path": "/dev/extra", "type": "c", "major": 1, "minor": 5, "fileMode": 0o600]
        let again: JSONValue = ["path": "/dev//extra", "type": "u", "major": 1, "minor": 5, "fileMode": 0o644]
        let script = "stat -c '%t:%T %a' /dev/extra"
        #expect(try output(of: script) { $0.linux.devices = [device, again, device] } == "1:5 600")
        let bundle = try TestBundle(shell: script) {
            $0.linux.devices = [device, ["path": "/dev/extra", "type": "c", "major": 1, "minor": 7]]
        }
        try bundle.run().failed(naming: "\"/dev/extra\" is given twice for different devices")
    }

    private static let multiplexers = ["/dev/ptmx", "/dev/./ptmx", "//dev/x/../ptmx"]

    @Test(arguments: multiplexers) func theTerminalMultiplexerIsTheContainersOwn(_ path: String) throws {
        let text = try output(of: "readlink /dev/ptmx") {
            $0.linux.devices = [["path": .string(path), "type": "c", "major": 5, "minor": 2]]
        }
        #expect(text == "pts/ptmx")
    }

    @Test(.requires(.userNamespaces), arguments: multiplexers)
    func theTerminalMultiplexerInAUserNamespaceIsTheContainersOwn(_ path: String) throws {
        let text = try output(of: "readlink /dev/ptmx") {
            $0.linux.devices = [["path": .string(path), "type": "c", "major": 5, "minor": 2]]
            $0.mapIDs(to: 100_000)
        }
        #expect(text == "pts/ptmx")
    }

    // MARK: User namespaces

    @Test(.requires(.userNamespaces)) func messageQueuesBelongToTheContainersRoot() throws {
        #expect(try output(of: "stat -c '%u:%g' /dev/mqueue") { $0.mapIDs(to: 100_000) } == "0:0")
    }

    @Test func mappingsWithoutAUserNamespace() throws {
        let text = try output(of: "stat -c %u /; cat /proc/self/uid_map | tr -s ' '") {
            $0.linux.uidMappings = [["containerID": 0, "hostID": 7, "size": 0]]
            $0.linux.gidMappings = [["containerID": 0, "hostID": 7, "size": 1]]
        }
        #expect(text == "0\n 0 0 4294967295")
    }

    // MARK: Mounts

    @Test(arguments: ["acl", "noacl", "copy-symlink", "src-nofollow", "rsync", "rdirsync", "rmand"])
    func anOptionThatTheFilesystemDoesNotKnow(_ option: String) throws {
        let bundle = try TestBundle(shell: "true") {
            $0.mount("/mnt", type: "tmpfs", source: "tmpfs", option)
        }
        try bundle.run().failed(naming: "\"\(option)\"")
        bundle.expectNothingLeft()
    }

    @Test(arguments: [[], ["mode=755"], ["ro"], ["rw", "nosuid", "nodev", "noexec"]])
    func aFilledTmpfsHasTheModesOfTheImage(_ options: [String]) throws {
        let bundle = try TestBundle(shell: "stat -c '%a %u:%g %n' /data /data/directory /data/file") {
            $0.mount("/data", type: "tmpfs", source: "tmpfs", "tmpcopyup")
            for option in options { $0.mounts[$0.mounts.items.count - 1].options.append(.string(option)) }
        }
        let data = bundle.rootfs + "/data"
        mkdir(data, 0o711)
        mkdir(data + "/directory", 0o700)
        try "text".write(toFile: data + "/file", atomically: false, encoding: .utf8)
        for (name, mode) in [("", 0o711), ("/directory", 0o1751), ("/file", 0o4640)] as [(String, mode_t)] {
            chmod(data + name, mode)
        }
        #expect(
            try bundle.run().succeeded().lines == ["711 0:0 /data", "1751 0:0 /data/directory", "4640 0:0 /data/file"])
    }

    /// A path that leads to the root itself: what covers the root is out of every process's sight.
    @Test(arguments: ["/", "/.", "/back"]) func theRootAmongTheReadonlyPaths(_ path: String) throws {
        let bundle = try TestBundle(shell: "touch /made; touch /dev/made && echo dev") {
            $0.root.readonly = false
            $0.linux.readonlyPaths.append(.string(path))
        }
        symlink("/", bundle.rootfs + "/back")
        let output = try bundle.run().succeeded()
        #expect(output.stdout == "dev\n")
        #expect(output.stderr.contains("Read-only file system"))
        #expect(!exists(bundle.rootfs + "/made"))
    }

    /// No file system is called so.
    @Test func aBindWithoutItsOption() throws {
        let bundle = try TestBundle(shell: "cat /mnt/file")
        let source = bundle.directory("source")
        try "text".write(toFile: source + "/file", atomically: false, encoding: .utf8)
        try bundle.change { $0.mount("/mnt", type: "bind", source: source, "ro") }
        #expect(try bundle.run().succeeded().stdout == "text")
    }

    // MARK: PATH and HOME

    /// As a shell looks: an empty element is the working directory.
    @Test(arguments: ["", "tools", "/nosuch::/nosuch"]) func relativeElementsOfThePath(_ path: String) throws {
        let bundle = try TestBundle {
            $0.process.args = ["tool", "found"]
            $0.process.cwd = "/opt"
            $0.process.env = [.string("PATH=" + path)]
        }
        let directory = bundle.rootfs + (path == "tools" ? "/opt/tools" : "/opt")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Runtime.writeProgram("#!/bin/sh\necho $1\n", to: directory + "/tool")
        #expect(try bundle.run().succeeded().stdout == "found\n")
    }

    @Test(arguments: [(77, "[]"), (78, "[]"), (79, "[/]"), (80, "[rel]")])
    func homesOfThePasswordFile(_ user: Int, _ home: String) throws {
        let bundle = try TestBundle(shell: "echo [$HOME]") {
            $0.process.user = ["uid": .number("\(user)"), "gid": 0]
        }
        let users = "root:x:0:0::/root:/bin/sh\na:x:77:77:::\nb:x:78:78\nc:x:80:80::rel:\n"
        try users.write(toFile: bundle.rootfs + "/etc/passwd", atomically: false, encoding: .utf8)
        #expect(try bundle.run().succeeded().stdout == home + "\n")
    }

    // MARK: Names in other case

    @Test func propertiesInOtherCase() throws {
        let bundle = try TestBundle()
        try bundle.write([
            "Root": ["PATH": "rootfs"], "Process": ["Cwd": "/tmp", "ARGS": ["/bin/busybox", "pwd"]],
            "linux": ["Namespaces": [["Type": "mount"]], "cgroupspath": .string(bundle.cgroup)],
        ])
        #expect(try bundle.run().succeeded().stdout == "/tmp\n")
    }

    // MARK: spec

    @Test(arguments: [[], ["--rootless"]]) func theConfigurationForAUnifiedHost(_ flags: [String]) throws {
        let bundle = try TestBundle(view: .v2)
        unlink(bundle.path + "/config.json")
        try bundle.launch(["spec", "--bundle", bundle.path] + flags).wait().succeeded()
        let types = try bundle.configuration().linux.namespaces.items.map(\.type.text)
        #expect(types.filter { $0 == "cgroup" }.count == 1)
        #expect(types.contains("user") == !flags.isEmpty)
    }
}
