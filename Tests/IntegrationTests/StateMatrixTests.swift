import Foundation
import Testing

/// Each command in each state of a container: what it says, its exit code, and what it must leave alone.
@Suite(.containers, .requires(.root, .runtime))
struct StateMatrixTests {
    enum Condition: String, CaseIterable, Sendable { case none, created, running, paused, stopped }

    /// A container in a state, which its process keeps.
    private func container(_ condition: Condition) throws -> TestBundle {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        switch condition {
        case .none: break
        case .created: try bundle.create().succeeded()
        case .running: _ = try bundle.running()
        case .paused: try bundle.running().freeze()
        case .stopped:
            try bundle.running().kill("KILL").succeeded()
            try bundle.waitUntilStopped()
        }
        return bundle
    }

    @Test(arguments: Condition.allCases)
    func stateNamesTheState(_ condition: Condition) throws {
        let bundle = try container(condition)
        if condition == .none { return try bundle.apus("state", bundle.id).failed("container does not exist") }
        let state = try bundle.state()
        #expect(state.status.text == condition.rawValue)
        #expect((state.pid == 0) == (condition == .stopped))
    }

    /// A state file that is longer than what is read of it at first, before and behind what a look wants.
    @Test(arguments: [0, 20_000]) func longStates(_ length: Int) throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.annotations = ["long": .string(String(repeating: "x", count: length))]
            if length == 0 { $0.linux.maskedPaths = .array((0..<1000).map { JSONValue.string("/proc/nothing-\($0)") }) }
        }.running()
        #expect(try bundle.state().annotations["long"] == .string(String(repeating: "x", count: length)))
        #expect(try bundle.apus("list").succeeded().stdout.contains("running"))
        try bundle.freeze()
        #expect(try bundle.state().status.text == "paused")
        #expect(try bundle.apus("list").succeeded().stdout.contains("paused"))
    }

    /// The process is needed by the start alone, which leaves the container as it was.
    @Test func withoutAProcess() throws {
        let bundle = try TestBundle { $0.remove("process") }
        let mistake = "process: process property must not be empty"
        try bundle.run().failed("runc run failed: " + mistake)
        try bundle.create().succeeded()
        let state = try bundle.state()
        #expect(state.status.text == "created")
        try bundle.start().failed(mistake)
        #expect(try bundle.state() == state)
        try bundle.exec(shell: "true").failed(naming: "process property must not be empty", code: 255)
        try bundle.kill("KILL").succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
        bundle.expectNothingLeft()
    }

    @Test(arguments: Condition.allCases)
    func start(_ condition: Condition) throws {
        let bundle = try container(condition)
        let output = try bundle.start()
        switch condition {
        case .none: output.failed("container does not exist")
        case .created: try output.succeeded()
        case .running: output.failed("cannot start an already running container")
        case .paused: output.failed("cannot start a container in the paused state")
        case .stopped: output.failed("cannot start a container that has stopped")
        }
    }

    /// Signal 0 asks only whether the process is there; it must not be taken for a default.
    @Test(arguments: Condition.allCases)
    func killWithSignalZero(_ condition: Condition) throws {
        let bundle = try container(condition)
        let output = try bundle.kill("0")
        switch condition {
        case .none: output.failed("container does not exist")
        case .created, .running, .paused:
            try output.succeeded()
            #expect(try bundle.status == condition.rawValue)
        case .stopped: output.failed("container not running")
        }
    }

    @Test(arguments: Condition.allCases)
    func killWithAnUnknownSignal(_ condition: Condition) throws {
        let output = try container(condition).kill("FOO")
        output.failed(condition == .none ? "container does not exist" : "unknown signal \"FOO\"")
    }

    @Test(arguments: Condition.allCases)
    func killAll(_ condition: Condition) throws {
        let bundle = try container(condition)
        let output = try bundle.apus("kill", "--all", bundle.id, "KILL")
        if condition == .none { return output.failed("container does not exist") }
        try output.succeeded()
        try bundle.waitUntilStopped()
    }

    /// A frozen process does not die of SIGKILL before it is thawed: kill has to see to that.
    @Test(arguments: [Condition.created, .running, .paused])
    func killEndsTheContainer(_ condition: Condition) throws {
        let bundle = try container(condition)
        let pid = try bundle.pid()
        try bundle.kill("KILL").succeeded()
        waitForEnd(of: pid)
        #expect(try bundle.status == "stopped")
        try bundle.delete().succeeded()
        bundle.expectNothingLeft()
    }

    /// On any host: a change without values takes no controller.
    @Test(arguments: Condition.allCases)
    func update(_ condition: Condition) throws {
        let bundle = try container(condition)
        let output = try bundle.apus("update", bundle.id)
        switch condition {
        case .none: output.failed("container does not exist")
        case .created, .running, .paused:
            try output.succeeded()
            #expect(try bundle.status == condition.rawValue)
        case .stopped: output.failed("container not running")
        }
    }

    @Test(arguments: Condition.allCases)
    func exec(_ condition: Condition) throws {
        let bundle = try container(condition)
        let output = try bundle.exec(shell: "echo here")
        switch condition {
        case .none: output.failed(from: "", to: "container does not exist", code: 255)
        case .created, .running: #expect(try output.succeeded().stdout == "here\n")
        case .paused:
            output.failed(
                "exec failed: cannot exec in a paused container (use --ignore-paused to override)", code: 255)
        case .stopped: output.failed("exec failed: cannot exec in a stopped container", code: 255)
        }
    }

    @Test(arguments: Condition.allCases.filter { $0 != .none }, ["create", "run"])
    func createAndRunOfATakenId(_ condition: Condition, _ command: String) throws {
        let bundle = try container(condition)
        try bundle.apus(command, "--bundle", bundle.path, bundle.id)
            .failed("runc \(command) failed: container with given ID already exists")
        #expect(try bundle.status == condition.rawValue)
    }

    @Test(arguments: Condition.allCases)
    func delete(_ condition: Condition) throws {
        let bundle = try container(condition)
        let output = try bundle.delete()
        switch condition {
        case .none: output.failed("container does not exist")
        case .created, .stopped:
            try output.succeeded()
            bundle.expectNothingLeft()
        case .running, .paused:
            output.failed("cannot delete container \(bundle.id) that is not stopped: \(condition.rawValue)")
            #expect(try bundle.status == condition.rawValue)
        }
    }

    @Test(arguments: Condition.allCases)
    func deleteByForce(_ condition: Condition) throws {
        let bundle = try container(condition)
        let pid = condition == .none ? 0 : try bundle.pid()
        try bundle.delete("--force").succeeded()
        #expect(pid == 0 || !isAlive(pid))
        bundle.expectNothingLeft()
    }

    /// A created container whose init was killed is stopped, though its fifo is still there.
    /// What is wrong with the container is told before what is wrong with the call.
    @Test func faultsOfAnExecComeAfterTheState() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        for flags in [
            ["--user", "root"], ["--additional-gids=-1"], ["--process", "/nosuch"], ["--preserve-fds", "7"],
        ] {
            func exec() throws -> Output { try bundle.launch(["exec"] + flags + [bundle.id, "true"]).wait() }
            try exec().failed("exec failed: container does not exist", code: 255)
            _ = try bundle.running()
            #expect(try exec().error != "exec failed: container does not exist")
            try bundle.apus("pause", bundle.id).succeeded()
            try exec().failed(
                "exec failed: cannot exec in a paused container (use --ignore-paused to override)", code: 255)
            try bundle.apus("resume", bundle.id).succeeded()
            try bundle.kill("KILL").succeeded()
            try bundle.waitUntilStopped()
            try exec().failed("exec failed: cannot exec in a stopped container", code: 255)
            try bundle.delete().succeeded()
        }
    }

    @Test func aCreatedContainerThatDied() throws {
        let bundle = try container(.created)
        Foundation.kill(try bundle.pid(), SIGKILL)
        try bundle.waitUntilStopped()
        try bundle.start().failed("cannot start a container that has stopped")
        try bundle.delete().succeeded()
    }

    /// The process is known by its start time too: another one with the pid is not the container.
    @Test func theIdCanBeUsedAgain() throws {
        let bundle = try container(.stopped)
        try bundle.delete().succeeded()
        try bundle.create().succeeded()
        #expect(try bundle.status == "created")
    }

    @Test func startRunsTheProgramOnce() throws {
        let bundle = try TestBundle(shell: "echo ran >>/tmp/marker; sleep 1000") { $0.root.readonly = false }
        try bundle.create().succeeded()
        #expect(!exists(bundle.rootfs + "/tmp/marker"))
        try bundle.start().succeeded()
        eventually("the program runs") { contents(bundle.rootfs + "/tmp/marker") == "ran\n" }
        try bundle.start().failed("cannot start an already running container")
        #expect(contents(bundle.rootfs + "/tmp/marker") == "ran\n")
    }

    /// What config.json says after create is of no account.
    @Test func theConfigurationIsThatOfCreate() throws {
        let bundle = try TestBundle(shell: "echo first >/tmp/marker") { $0.root.readonly = false }
        try bundle.create().succeeded()
        var configuration = try bundle.configuration()
        configuration.process.args = ["sh", "-c", "echo second >/tmp/marker"]
        configuration.hooks = ["poststop": [["path": "/nonexistent"]]]
        try bundle.write(configuration)
        try bundle.start().succeeded()
        try bundle.waitUntilStopped()
        #expect(contents(bundle.rootfs + "/tmp/marker") == "first\n")
        try bundle.delete().succeeded()
    }

    @Test func startNeedsNoBundle() throws {
        let bundle = try TestBundle(shell: "exit 0")
        try bundle.create().succeeded()
        try FileManager.default.removeItem(atPath: bundle.path + "/config.json")
        try bundle.start().succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
    }
}
