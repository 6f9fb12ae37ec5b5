import Foundation
import Testing

/// What commands print, byte by byte, and how errors are written and logged.
@Suite(.containers, .requires(.root, .runtime))
struct OutputTests {
    private func sleeper(_ change: (inout JSONValue) throws -> Void = { _ in }) throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            try change(&$0)
        }
    }

    // MARK: state and list

    @Test func theStateDocument() throws {
        let bundle = try sleeper { $0.annotations = ["b": "2", "a": "x=<y>&", "bundle": "hidden", "empty": ""] }
        try bundle.create().succeeded()
        let text = try bundle.apus("state", bundle.id).succeeded().stdout
        let state = try JSONValue(parsing: text)
        let created = try #require(state.created.text)
        #expect(created.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/))
        #expect(!created.contains("0Z") || !created.contains("."), "trailing zeros are cut")
        let version = try #require(state.ociVersion.text)
        let expected = """
            {
              "ociVersion": "\(version)",
              "id": "\(bundle.id)",
              "pid": \(try bundle.pid()),
              "status": "created",
              "bundle": "\(bundle.path)",
              "rootfs": "\(bundle.rootfs)",
              "created": "\(created)",
              "annotations": {
                "a": "x=\\u003cy\\u003e\\u0026",
                "b": "2",
                "empty": ""
              },
              "owner": ""
            }
            """
        #expect(text == expected)
    }

    @Test func theStateWithoutAnnotations() throws {
        let bundle = try sleeper()
        try bundle.create().succeeded()
        #expect(!(try bundle.apus("state", bundle.id).stdout.contains("annotations")))
    }

    @Test func theTimeOfCreation() throws {
        let before = Date()
        let bundle = try sleeper()
        try bundle.create().succeeded()
        let text = try #require(try bundle.state().created.text)
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime]
        let seconds = text.prefix { $0 != "." && $0 != "Z" } + "Z"
        let created = try #require(formatter.date(from: String(seconds)))
        #expect(created.timeIntervalSince(before) > -2 && created.timeIntervalSinceNow < 2)
    }

    @Test func listAsATable() throws {
        let bundle = try sleeper()
        try bundle.create().succeeded()
        let created = try #require(try bundle.state().created.text)
        let pid = "\(try bundle.pid())"
        func pad(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
        let rows = [
            ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"],
            [bundle.id, pid, "created", bundle.path, created, "root"],
        ]
        let widths = (0..<5).map { column in max(12, rows.map { $0[column].count + 3 }.max() ?? 0) }
        let expected = rows.map { row in
            zip(row.dropLast(), widths).map { pad($0, $1) }.joined() + row[5] + "\n"
        }.joined()
        #expect(try bundle.apus("list").succeeded().stdout == expected)
    }

    @Test func listAsJSON() throws {
        let bundle = try sleeper { $0.annotations = ["k": "v"] }
        try bundle.create().succeeded()
        let text = try bundle.apus("list", "--format", "json").succeeded().stdout
        #expect(text.hasSuffix("]\n") && !text.dropLast().contains("\n"))
        let list = try JSONValue(parsing: text)
        #expect(list.items.count == 1)
        var state = try bundle.state()
        state.owner = "root"
        #expect(list[0] == state)
        // One dash and an equals sign do as well.
        #expect(try bundle.apus("list", "-f=json").stdout == text)
        #expect(try bundle.apus("list", "-format", "json").stdout == text)
    }

    @Test func listOfNothing() throws {
        let bundle = try sleeper()
        mkdir(bundle.stateRoot, 0o700)
        #expect(
            try bundle.apus("list").succeeded().stdout
                == "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n")
        #expect(try bundle.apus("list", "--format", "json").succeeded().stdout == "null\n")
        #expect(try bundle.apus("list", "--quiet").succeeded().stdout == "")
        try bundle.apus("list", "--format", "xml").failed("invalid format option")
    }

    /// runc 1.1.5 gives an empty list.
    @Test func listOfARootThatIsMissing() throws {
        let bundle = try sleeper()
        try bundle.apus("list").failed("open \(bundle.stateRoot): no such file or directory")
    }

    @Test func quietListIsSorted() throws {
        let bundle = try sleeper()
        let ids = ["b", "a", "c"]
        let others = try ids.map { id in
            try TestBundle(id: id + "-" + bundle.id, stateRoot: bundle.stateRoot) {
                $0.process.args = ["sleep", "1000"]
            }
        }
        for other in others {
            try other.change { $0.linux.cgroupsPath = .string(other.cgroup) }
            try other.create().succeeded()
        }
        #expect(try bundle.apus("list", "-q").lines == ids.sorted().map { $0 + "-" + bundle.id })
        #expect(try bundle.apus("list", "-q", "--format", "json").lines.count == 3)
    }

    /// What is broken is said on stderr and does not hide the rest.
    @Test func listWithBrokenEntries() throws {
        let bundle = try sleeper()
        try bundle.create().succeeded()
        mkdir(bundle.stateRoot + "/empty", 0o700)
        mkdir(bundle.stateRoot + "/junk", 0o700)
        try "{".write(toFile: bundle.stateRoot + "/junk/state.json", atomically: false, encoding: .utf8)
        try "".write(toFile: bundle.stateRoot + "/file", atomically: false, encoding: .utf8)
        let output = try bundle.apus("list", "-q").succeeded()
        #expect(output.lines == [bundle.id])
        #expect(output.stderr.contains("load container empty: container does not exist"))
        #expect(output.stderr.contains("load container junk: "))
    }

    @Test func theOwner() throws {
        let bundle = try sleeper()
        try bundle.create().succeeded()
        chown(bundle.stateRoot + "/" + bundle.id, 12345, 0)
        #expect(try bundle.apus("list").lines.last?.hasSuffix(" #12345") ?? false)
        #expect(try bundle.state().owner == "")
    }

    // MARK: The state directory

    @Test func modesInTheStateRoot() throws {
        let bundle = try sleeper()
        try bundle.create().succeeded()
        func mode(_ name: String) -> mode_t {
            var information = stat()
            return stat(bundle.stateRoot + name, &information) == 0 ? information.st_mode & 0o7777 : 0
        }
        #expect(mode("") == 0o700)
        // runc's 0711 and 0622 let the container's root come to the fifo by its path. Here the container has it open, and
        // whoever else could write to it would start the container.
        #expect(mode("/" + bundle.id) == 0o700)
        #expect(mode("/\(bundle.id)/state.json") == 0o600)
        #expect(mode("/\(bundle.id)/exec.fifo") == 0o600)
        try bundle.start().succeeded()
        #expect(!exists(bundle.stateRoot + "/\(bundle.id)/exec.fifo"))
    }

    /// Keys that programs outside read.
    @Test func theStateFile() throws {
        let bundle = try sleeper {
            $0.annotations = ["k": "v"]
            $0.linux.cgroupsPath = .string("/x/.." + ($0.linux.cgroupsPath.text ?? ""))
            $0.process.oomScoreAdj = 7
        }
        let data = bundle.path + "/data"
        mkdir(data, 0o755)
        try bundle.change { $0.mount("/mnt", source: "data", "rbind", "ro", "nosuid") }
        try bundle.create().succeeded()
        let state = try JSONValue(parsing: contents(bundle.stateRoot + "/\(bundle.id)/state.json") ?? "")
        #expect(state.id.text == bundle.id)
        let pid = try bundle.pid()
        #expect(state.init_process_pid.integer.map { pid_t($0) } == pid)
        let fields = (contents("/proc/\(pid)/stat") ?? "").split(separator: ")").last?.split(separator: " ") ?? []
        #expect(state.init_process_start.integer == fields.dropFirst(19).first.flatMap { Int($0) })
        #expect(state.created.text == (try bundle.state().created.text))
        #expect(state.config.rootfs.text == bundle.rootfs)
        #expect(state.config.readonlyfs == true && state.config.no_new_privileges == true)
        #expect(state.config.hostname == "container" && state.config.oom_score_adj == 7)
        #expect(state.config.cgroups == ["name": .string(bundle.id), "path": .string(bundle.cgroup)])
        #expect(state.config.namespaces.items.contains(["type": "NEWPID"]))
        #expect(state.config.mask_paths.items.contains("/proc/kcore"))
        #expect(state.config.readonly_paths.items.contains("/proc/sys"))
        #expect(state.config.version == "1.3.0")
        let mounts = state.config.mounts.items
        #expect(
            mounts.first { $0.destination == "/dev" }
                == [
                    "source": "tmpfs", "destination": "/dev", "device": "tmpfs", "flags": 0x100_0002,
                    "data": "mode=755,size=65536k",
                ])
        #expect(
            mounts.last == ["source": .string(data), "destination": "/mnt", "flags": .number("\(0x5003)")])
        #expect(Set(state.config.labels.items.compactMap(\.text)) == ["k=v", "bundle=\(bundle.path)"])
        #expect(state.namespace_paths.members.values.contains(.string("/proc/\(pid)/ns/net")))
        for path in state.cgroup_paths.members.values { #expect(exists(path.text ?? "")) }
        #expect(!state.cgroup_paths.members.isEmpty)
    }

    // MARK: spec and features

    @Test func specWritesTheDefaultConfiguration() throws {
        let bundle = try sleeper()
        let directory = bundle.directory("new")
        #expect(try bundle.apus("spec", directory: directory).succeeded().stdout == "")
        let text = try #require(contents(directory + "/config.json"))
        #expect(text.hasPrefix("{\n\t\"ociVersion\": \"") && text.hasSuffix("}"))
        // The order of the members is that of the specification.
        let order = ["ociVersion", "process", "root", "hostname", "mounts", "linux"].compactMap {
            text.range(of: "\n\t\"\($0)\"")?.lowerBound
        }
        #expect(order.count == 6 && order == order.sorted())
        var expected = try JSONValue.defaultConfiguration(hostname: "")
        var written = try JSONValue(parsing: text)
        expected.process.terminal = true
        expected.remove("hostname")
        written.remove("hostname")
        expected.ociVersion = written.ociVersion
        if Requirement.unifiedAlone.missing == nil { expected.addNamespace("cgroup") }
        // runc 1.1.5 adds an ambient set.
        #expect(written == expected)
    }

    @Test func specForRootless() throws {
        let bundle = try sleeper()
        let directory = bundle.directory("new")
        try bundle.apus("spec", "--rootless", "--bundle", directory).succeeded()
        let written = try JSONValue(parsing: contents(directory + "/config.json") ?? "")
        let types = written.linux.namespaces.items.compactMap(\.type.text).filter { $0 != "cgroup" }
        #expect(types.sorted() == ["ipc", "mount", "pid", "user", "uts"])
        #expect(written.linux.uidMappings == [["containerID": 0, "hostID": 0, "size": 1]])
        #expect(written.linux.gidMappings == [["containerID": 0, "hostID": 0, "size": 1]])
        #expect(written.linux.resources == .null)
        #expect(!(written.mounts[2].options.items.contains("gid=5")))
        let sys = try #require(written.mounts.items.first { $0.destination == "/sys" })
        #expect(sys.type == "none" && sys.source == "/sys" && sys.options.items.contains("rbind"))
    }

    @Test func specDoesNotOverwrite() throws {
        let bundle = try sleeper()
        let before = contents(bundle.path + "/config.json")
        try bundle.apus("spec", "-b", bundle.path).failed("File config.json exists. Remove it first")
        #expect(contents(bundle.path + "/config.json") == before)
        try bundle.apus("spec", "--bundle", "/nonexistent").failed("chdir /nonexistent: no such file or directory")
    }

    @Test func features() throws {
        let bundle = try sleeper()
        let text = try bundle.apus("features").succeeded().stdout
        #expect(text.hasPrefix("{\n    \"ociVersionMin\": \"1.0.0\"") && text.hasSuffix("}\n"))
        let features = try JSONValue(parsing: text)
        #expect(features.ociVersionMax.text?.hasPrefix("1.") ?? false)
        #expect(
            features.hooks == [
                "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
            ])
        let options = features.mountOptions.items.compactMap(\.text)
        #expect(options == options.sorted())
        #expect(Set(options).isSuperset(of: ["bind", "rbind", "ro", "rro", "rslave", "tmpcopyup", "nosymfollow"]))
        #expect(features.linux.capabilities.items.count >= 41)
        // runc 1.1.5 lacks time.
        #expect(
            Set(features.linux.namespaces.items.compactMap(\.text)) == [
                "pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time",
            ])
        #expect(features.linux.seccomp.enabled == true)
        #expect(
            Set(features.linux.seccomp.actions.items.compactMap(\.text)).isSuperset(of: [
                "SCMP_ACT_ERRNO", "SCMP_ACT_NOTIFY",
            ]))
        #expect(features.linux.cgroup.v1 == true && features.linux.cgroup.v2 == true)
        #expect(features.linux.mountExtensions.idmap.enabled == true)
    }

    // MARK: Errors and logs

    @Test func anErrorWithoutALogFile() throws {
        let bundle = try sleeper()
        let output = try bundle.launch(["state", "none"], global: ["--root", bundle.stateRoot]).wait()
        #expect(output.status == 1 && output.stdout == "")
        #expect(
            output.stderr.contains(
                /^time="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)" level=error msg="container does not exist"\n$/)
        )
    }

    @Test func anErrorInJSONWithoutALogFile() throws {
        let bundle = try sleeper()
        let output = try bundle.launch(
            ["delete", "none"], global: ["--root", bundle.stateRoot, "--log-format", "json"]
        ).wait()
        let record = try JSONValue(parsing: output.stderr)
        #expect(Set(record.members.keys).isSuperset(of: ["level", "msg", "time"]))
        #expect(record.level == "error" && record.msg == "container does not exist")
        #expect(output.stderr.hasPrefix("{\"level\":\"error\",\"msg\":"))
    }

    @Test(arguments: ["text", "json"]) func anErrorWithALogFile(_ format: String) throws {
        let bundle = try sleeper { $0.process.args = ["no \"such\" <program>"] }
        let log = bundle.path + "/own.log"
        let output = try bundle.launch(
            ["create", "--bundle", bundle.path, bundle.id],
            global: ["--root", bundle.stateRoot, "--log", log, "--log-format", format]
        ).wait()
        #expect(output.status == 1)
        let message = String(output.stderr.dropLast())
        #expect(output.stderr.hasPrefix("runc create failed: ") && !message.contains("\n"))
        let text = try #require(contents(log))
        let lines = text.split(separator: "\n")
        let last = try #require(lines.last)
        if format == "json" {
            let records = try lines.map { try JSONValue(parsing: String($0)) }
            #expect(records.last?.msg.text == message)
            #expect(records.last?.level == "error")
            // One engine reads the file as one object.
            #expect(records.count == 1)
            #expect(text.contains("\\u003cprogram\\u003e"))
        } else {
            #expect(last.contains(" level=error msg=\"runc create failed: "))
            #expect(last.contains("no \\\\\\\"such\\\\\\\""))
        }
    }

    @Test func theLogIsAppendedToByWholeRecords() throws {
        let bundle = try sleeper()
        let log = try bundle.file("shared.log", "first\n")
        let commands = try (0..<20).map { _ in
            try bundle.launch(
                ["state", "none"], global: ["--root", bundle.stateRoot, "--log", log, "--log-format", "json"])
        }
        for command in commands { #expect(command.wait().status == 1) }
        let lines = (contents(log) ?? "").split(separator: "\n").map(String.init)
        #expect(lines.count == 21 && lines[0] == "first")
        for line in lines.dropFirst() { #expect(try JSONValue(parsing: line).msg == "container does not exist") }
    }

    @Test func aRelativeLogStartsAtTheCaller() throws {
        let bundle = try sleeper()
        let caller = bundle.directory("caller")
        _ = try bundle.launch(
            ["run", "--bundle", bundle.path, "bad/id"], global: ["--root", bundle.stateRoot, "--log", "own.log"],
            directory: caller
        ).wait()
        #expect(contents(caller + "/own.log")?.contains("invalid container ID format") ?? false)
    }

    @Test func debugRecords() throws {
        let bundle = try TestBundle(shell: "echo fine")
        let log = bundle.path + "/own.log"
        let output = try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id],
            global: ["--debug", "--root", bundle.stateRoot, "--log", log, "--log-format", "json"]
        ).wait()
        #expect(try output.succeeded().stdout == "fine\n")
        let records = try (contents(log) ?? "").split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(records.allSatisfy { $0.level == "debug" || $0.level == "info" })
    }

    @Test func badGlobalFlags() throws {
        let bundle = try sleeper()
        for (flags, message) in [
            (["--log-format", "xml"], "invalid log-format: xml"),
            (["--log", "/nosuch/log"], "no such file or directory"),
            (["--root", "/"], "Option --root argument should not be set to /"),
            (["--nosuch"], "flag provided but not defined: -nosuch"),
        ] {
            let output = try bundle.launch(["list"], global: flags).wait()
            #expect(output.status == 1, "\(flags)")
            #expect((output.stderr + output.stdout).contains(message), "\(flags)")
        }
        let incomplete = try bundle.launch(["list", "--root"], global: []).wait()
        #expect(incomplete.status == 1)
        #expect(incomplete.stderr.contains("flag needs an argument: "))
        #expect(try bundle.apus("nosuch").status == 3)
    }

    /// Help and version need no root directory.
    @Test func nothingIsMadeByHelp() throws {
        let bundle = try sleeper()
        for arguments in [["--help"], ["--version"], ["create", "--help"], ["help", "run"], ["features"]] {
            try bundle.launch(arguments).wait().succeeded()
        }
        #expect(!exists(bundle.stateRoot))
    }
}
