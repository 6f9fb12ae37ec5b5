import Foundation
import Testing

/// Hooks: when, where and with what they run, and what a failing one does.
@Suite(.containers, .requires(.root, .runtime))
struct HookTests {
    private static let kinds = [
        "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
    ]

    /// A hook that runs a script. startContainer's runs inside.
    private func hook(_ script: String, timeout: Int? = nil) -> JSONValue {
        var hook: JSONValue = [
            "path": "/bin/sh", "args": ["sh", "-c", .string(script)], "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
        ]
        if let timeout { hook.timeout = .number("\(timeout)") }
        return hook
    }

    /// A hook that comes when the container runs may change it.
    @Test func aPoststartHookUpdates() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let command = bundle.arguments(["update", "-r", "-", bundle.id]).joined(separator: " ")
        try bundle.change { $0.hooks.poststart = .array([hook("echo '{}' | \(command)")]) }
        try bundle.create().succeeded()
        try bundle.start().succeeded()
        #expect(try bundle.status == "running")
    }

    /// The runtime's own way to live through failed writes is none of a hook's business.
    @Test(arguments: kinds) func signalsAreAtTheirDefaults(_ kind: String) throws {
        let (bundle, log) = try bundle()
        try bundle.change {
            $0.hooks = [kind: [hook("grep Sig /proc/self/status >\(directory(kind, log))/signals")]]
        }
        try bundle.run().succeeded()
        let signals = Status(contents(log + "/signals") ?? "")
        #expect(signals.mask("SigBlk") == 0)
        // SIGPIPE and SIGXFSZ: what others a shell ignores is its own affair.
        #expect(signals.mask("SigIgn").map { $0 & (1 << 12 | 1 << 24) } == 0)
    }

    /// A bundle with a directory that hooks and container both write to.
    private func bundle(_ script: String = "echo program >>/log/order", _ change: (inout JSONValue) -> Void = { _ in })
        throws
        -> (TestBundle, String)
    {
        let bundle = try TestBundle(shell: script)
        let log = bundle.directory("hooks")
        try bundle.change {
            $0.mount("/log", source: log, "bind")
            change(&$0)
        }
        return (bundle, log)
    }

    private func directory(_ kind: String, _ log: String) -> String { kind == "startContainer" ? "/log" : log }

    @Test func allSixInTheirOrder() throws {
        let (bundle, log) = try bundle()
        try bundle.change {
            for kind in Self.kinds {
                let directory = directory(kind, log)
                $0.hooks[kind] = [
                    hook("echo \(kind) 1 >>\(directory)/order; cat >\(directory)/\(kind).json"),
                    hook("echo \(kind) 2 >>\(directory)/order"),
                ]
            }
            $0.annotations = ["org.example.key": "value"]
        }
        try bundle.create().succeeded()
        let pid = try bundle.pid()
        #expect(
            contents(log + "/order")
                == "prestart 1\nprestart 2\ncreateRuntime 1\ncreateRuntime 2\ncreateContainer 1\ncreateContainer 2\n")
        try bundle.start().succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
        let order = (contents(log + "/order") ?? "").split(separator: "\n").map(String.init)
        // runc 1.1.5 runs poststart before the program.
        #expect(Array(order[6..<8]) == ["startContainer 1", "startContainer 2"])
        #expect(Set(order[8..<11]) == ["program", "poststart 1", "poststart 2"])
        #expect(Array(order[11...]) == ["poststop 1", "poststop 2"])

        // runc 1.1.5 gives poststart the status created.
        let statuses = [
            "prestart": "creating", "createRuntime": "creating", "createContainer": "creating",
            "startContainer": "created", "poststart": "running", "poststop": "stopped",
        ]
        for kind in Self.kinds {
            let state = try JSONValue(parsing: contents(log + "/\(kind).json") ?? "")
            #expect(state.status.text == statuses[kind], "\(kind)")
            #expect(state.id.text == bundle.id, "\(kind)")
            #expect(state.bundle.text == bundle.path, "\(kind)")
            #expect(state.annotations == ["org.example.key": "value"], "\(kind)")
            #expect(state.ociVersion.text?.hasPrefix("1.") ?? false, "\(kind)")
            switch kind {
            case "prestart", "createRuntime", "poststart":
                #expect(state.pid.integer.map { pid_t($0) } == pid, "\(kind)")
            case "createContainer", "startContainer": #expect(state.pid == 1, "\(kind)")
            default: #expect(state.pid == .null || state.pid == 0, "\(kind)")
            }
        }
    }

    @Test func theProgramRunsBeforePoststart() throws {
        let (bundle, log) = try bundle("touch /log/program; sleep 1000")
        try bundle.change {
            $0.hooks.poststart = [
                hook(
                    "for i in $(seq 1 500); do test -e \(log)/program && echo seen >\(log)/seen && exit 0; sleep 0.01; done"
                )
            ]
        }
        // runc 1.1.5 runs it too early.
        try bundle.create().succeeded()
        try bundle.start().succeeded()
        #expect(contents(log + "/seen") == "seen\n")
        try bundle.delete("--force").succeeded()
        unlink(log + "/seen")
        unlink(log + "/program")
        try bundle.run("--detach").succeeded()
        #expect(contents(log + "/seen") == "seen\n")
    }

    @Test func theNamespacesOfEachKind() throws {
        let (bundle, log) = try bundle("sleep 1000")
        try bundle.change {
            for kind in Self.kinds {
                $0.hooks[kind] = [
                    hook(
                        "cat >/dev/null; (readlink /proc/self/ns/mnt; readlink /proc/self/ns/net) >\(directory(kind, log))/\(kind)"
                    )
                ]
            }
        }
        _ = try bundle.running()
        let pid = try bundle.pid()
        func namespaces(_ pid: pid_t) throws -> String {
            try ["mnt", "net"].map {
                try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/\($0)") + "\n"
            }
            .joined()
        }
        for kind in ["createContainer", "startContainer"] {
            #expect(contents(log + "/" + kind) == (try namespaces(pid)), "\(kind)")
        }
        for kind in ["prestart", "createRuntime", "poststart"] {
            #expect(contents(log + "/" + kind) == (try namespaces(getpid())), "\(kind)")
        }
    }

    /// A script that hooks of any kind can run: its path, also seen from inside.
    private func script(_ text: String, _ kind: String, _ log: String) throws -> String {
        try text.write(toFile: log + "/hook.sh", atomically: true, encoding: .utf8)
        chmod(log + "/hook.sh", 0o755)
        return directory(kind, log) + "/hook.sh"
    }

    @Test(arguments: kinds) func argumentsAndEnvironment(_ kind: String) throws {
        let (bundle, log) = try bundle("true")
        let program = try script(
            "#!/bin/sh\ncat >/dev/null\n(tr '\\0' '\\n' </proc/self/environ; echo $0 $1 $#) >\(directory(kind, log))/out\n",
            kind, log)
        try bundle.change {
            $0.hooks[kind] = [
                ["path": .string(program), "args": ["zero", "one", "two"], "env": ["A=1", "B=two words"]]
            ]
        }
        try bundle.run().succeeded()
        let lines = (contents(log + "/out") ?? "").split(separator: "\n").map(String.init)
        #expect(
            Set(lines.dropLast().filter { !$0.hasPrefix("PWD=") && !$0.hasPrefix("_=") && !$0.hasPrefix("SHLVL=") })
                == ["A=1", "B=two words"])
        // The kernel puts the script's path in the place of argument 0.
        #expect(lines.last == "\(program) one 2")
    }

    @Test(arguments: kinds) func withoutArguments(_ kind: String) throws {
        let (bundle, log) = try bundle("true")
        let program = try script("#!/bin/sh\necho $0 $# >\(directory(kind, log))/out\n", kind, log)
        try bundle.change { $0.hooks[kind] = [["path": .string(program)]] }
        try bundle.run().succeeded()
        #expect(contents(log + "/out") == "\(program) 0\n")
    }

    /// A hook that does not read its input must not end the runtime.
    @Test func aHookThatReadsNothing() throws {
        let (bundle, _) = try bundle("echo fine")
        try bundle.change {
            $0.annotations = ["big": .string(String(repeating: "x", count: 300_000))]
            for kind in Self.kinds { $0.hooks[kind] = [["path": "/bin/true"]] }
        }
        #expect(try bundle.run().succeeded().stdout == "fine\n")
    }

    // MARK: Failures

    @Test(arguments: ["prestart", "createRuntime", "createContainer"])
    func aFailureAtCreate(_ kind: String) throws {
        let (bundle, log) = try bundle("touch /log/program")
        try bundle.change {
            $0.hooks[kind] = [
                hook("touch \(log)/first"), hook("printf words; printf more >&2; exit 7"), hook("touch \(log)/third"),
            ]
            $0.hooks.startContainer = [hook("touch /log/start")]
            $0.hooks.poststop = [hook("cat >\(log)/poststop")]
        }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: "exit status 7, stdout: words, stderr: more")
        // runc 1.1.5: "error running hook #1".
        #expect(output.error.contains("error running \(kind) hook #1: "))
        #expect(exists(log + "/first"))
        for name in ["third", "start", "program"] { #expect(!exists(log + "/" + name), "\(name)") }
        #expect(exists(log + "/poststop"), "what was made is taken down, and then poststop runs")
        bundle.expectNothingLeft()
    }

    @Test func aFailureOfStartContainer() throws {
        let (bundle, log) = try bundle("touch /log/program")
        try bundle.change { $0.hooks.startContainer = [hook("exit 5")] }
        try bundle.create().succeeded()
        _ = try bundle.start()
        try bundle.waitUntilStopped()
        #expect(!exists(log + "/program"))
        try bundle.delete().succeeded()
    }

    @Test func aFailureOfPoststart() throws {
        let (bundle, log) = try bundle("sleep 1000")
        try bundle.change {
            $0.hooks.poststart = [hook("exit 5"), hook("touch \(log)/second")]
            $0.hooks.poststop = [hook("touch \(log)/poststop")]
        }
        // runc 1.1.5 warns only; newer ones leave the container stopped, where the specification wants it away.
        try bundle.create().succeeded()
        try bundle.start().failed(from: "", to: "exit status 5, stdout: , stderr: ")
        #expect(!exists(log + "/second"))
        #expect(exists(log + "/poststop"))
        bundle.expectNothingLeft()
    }

    /// An id may look like anything that a document has in another place.
    @Test func theIdIsNoPlaceForThePid() throws {
        let bundle = try TestBundle(id: "box-2147483648") { $0.process.args = ["true"] }
        let log = bundle.directory("seen")
        try bundle.change {
            $0.hooks.createContainer = [hook("cat >\(log)/state")]
            $0.annotations = ["a": "-2147483648", "b": "\"pid\":"]
        }
        try bundle.run().succeeded()
        let state = try JSONValue(parsing: contents(log + "/state") ?? "")
        #expect(state.id.text == bundle.id)
        #expect(state.pid == 1)
        #expect(state.annotations == ["a": "-2147483648", "b": "\"pid\":"])
    }

    @Test func aFailureOfPoststop() throws {
        let (bundle, log) = try bundle("true")
        try bundle.change { $0.hooks.poststop = [hook("exit 3"), hook("echo ran >>\(log)/second")] }
        // In the foreground the program's exit code counts.
        #expect(try bundle.run().status == 0)
        bundle.expectNothingLeft()
        try bundle.create().succeeded()
        try bundle.delete("--force").succeeded()
        #expect(contents(bundle.log)?.contains("error running poststop hook #0: exit status 3, stdout: ") ?? false)
        bundle.expectNothingLeft()
        try bundle.create().succeeded()
        try bundle.start().succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
        #expect(contents(log + "/second") == "ran\nran\nran\n", "the others run all the same")
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"])
    func aHookThatIsMissing(_ kind: String) throws {
        let (bundle, _) = try bundle("true")
        try bundle.change { $0.hooks[kind] = [["path": "/nosuch/hook"]] }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: "no such file or directory")
        #expect(output.error.contains("/nosuch/hook"))
        bundle.expectNothingLeft()
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"])
    func aTimeout(_ kind: String) throws {
        let (bundle, log) = try bundle("true")
        try bundle.change { $0.hooks[kind] = [hook("echo $$ >\(log)/pid; exec sleep 100", timeout: 1)] }
        let output = try bundle.create()
        #expect(output.status == 1)
        #expect(output.error.contains("hook ran past specified timeout of 1"))
        if kind != "createContainer", let pid = pid_t((contents(log + "/pid") ?? "").trimmingCharacters(in: .newlines))
        {
            waitForEnd(of: pid)
        }
        bundle.expectNothingLeft()
    }

    /// Those that run later end as well, and without waiting for them.
    @Test(arguments: ["startContainer", "poststart", "poststop"])
    func aTimeoutLater(_ kind: String) throws {
        let (bundle, _) = try bundle("sleep 1000")
        try bundle.change { $0.hooks[kind] = [hook("exec sleep 100", timeout: 1)] }
        try bundle.create().succeeded()
        let start = try bundle.launch(["start", bundle.id]).wait(seconds: 20)
        #expect((start.status == 0) == (kind != "poststart"), "\(start.stderr)")
        if kind == "startContainer" { try bundle.waitUntilStopped() }
        let delete = try bundle.launch(["delete", "--force", bundle.id]).wait(seconds: 20)
        #expect(delete.status == 0, "\(delete.stderr)")
    }

    /// Waiting is for the hook, not for the end of its output: a daemon that it leaves keeps it open.
    @Test func aDaemonThatKeepsTheOutputOpen() throws {
        let (bundle, log) = try bundle("true")
        try bundle.change { $0.hooks.createRuntime = [hook("sleep 60 & echo $! >\(log)/pid; exit 0")] }
        let output = try bundle.launch(["run", "--bundle", bundle.path, bundle.id]).wait(seconds: 10)
        try output.succeeded()
        if let pid = pid_t((contents(log + "/pid") ?? "").trimmingCharacters(in: .newlines)) { kill(pid, SIGKILL) }
    }

    @Test func hooksOfADeletedBundle() throws {
        let (bundle, log) = try bundle("true")
        try bundle.change { $0.hooks.poststop = [hook("cat >/dev/null; touch \(log)/poststop")] }
        try bundle.create().succeeded()
        unlink(bundle.path + "/config.json")
        try bundle.start().succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
        #expect(exists(log + "/poststop"))
    }

    /// The hooks of the host's side start in the bundle; one that runs when the bundle has gone, in the root.
    @Test func theDirectoryTheyStartIn() throws {
        let kinds = ["prestart", "createRuntime", "poststart", "poststop"]
        let (bundle, log) = try bundle("true")
        try bundle.change {
            for kind in kinds { $0.hooks[kind] = [hook("cat >/dev/null; pwd >\(log)/\(kind)")] }
        }
        try bundle.run().succeeded()
        for kind in kinds { #expect(contents(log + "/" + kind) == bundle.path + "\n", "\(kind)") }
        try bundle.create().succeeded()
        try FileManager.default.removeItem(atPath: bundle.path)
        try bundle.delete("--force").succeeded()
        #expect(contents(log + "/poststop") == "/\n")
    }

    @Test(arguments: ["relative/path", ""])
    func aPathThatIsNotAbsolute(_ path: String) throws {
        let (bundle, _) = try bundle("true")
        try bundle.change { $0.hooks.createRuntime = [["path": .string(path)]] }
        let output = try bundle.create()
        // runc 1.1.5 looks for it and fails later.
        output.failed(naming: "hooks.createRuntime[0].path")
        bundle.expectNothingLeft()
    }
}
