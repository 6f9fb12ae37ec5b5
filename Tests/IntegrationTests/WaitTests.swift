import Foundation
import Testing

/// The command `wait`, and what is remembered of a container's end.
@Suite(.containers, .requires(.root, .runtime))
struct WaitTests {
    /// Whether the kernel tells how a process ended after it was reaped.
    private static let kernelRemembers: Bool = {
        let release = contents("/proc/sys/kernel/osrelease") ?? ""
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        return numbers.count == 2 && (numbers[0], numbers[1]) >= (6, 15)
    }()

    /// Checks what a wait printed that began before the end. Older kernels tell the end of a process only until it is
    /// reaped, which may be sooner.
    private func expect(_ output: Output, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        if !Self.kernelRemembers, output.status == 2 { return }
        #expect(output.status == 0, "\(output.stderr)", sourceLocation: sourceLocation)
        #expect(output.stdout == text + "\n", sourceLocation: sourceLocation)
    }

    @Test func theExitCodeOfADetachedContainer() throws {
        let bundle = try TestBundle(shell: "exit 7")
        try bundle.create().succeeded()
        let wait = try bundle.launch(["wait", bundle.id])
        let json = try bundle.launch(["wait", "--json", bundle.id])
        eventually("both wait") { wait.watchesAProcess && json.watchesAProcess }
        try bundle.start().succeeded()
        expect(wait.wait(), "7")
        expect(json.wait(), "{\"id\":\"\(bundle.id)\",\"exitStatus\":7}")
    }

    @Test func theSignalThatEndedAContainer() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let wait = try bundle.launch(["wait", bundle.id])
        let json = try bundle.launch(["wait", "--json", bundle.id])
        eventually("both wait") { wait.watchesAProcess && json.watchesAProcess }
        try bundle.kill("KILL").succeeded()
        expect(wait.wait(), "137")
        expect(json.wait(), "{\"id\":\"\(bundle.id)\",\"exitStatus\":137,\"signal\":9}")
    }

    /// The parent deletes the container; who waits still learns how it ended.
    @Test func besideAForegroundRun() throws {
        let bundle = try TestBundle(shell: "until [ -e /go ]; do sleep 0.01; done; exit 5") { $0.root.readonly = false }
        let run = try bundle.launch(["run", "--bundle", bundle.path, bundle.id])
        bundle.waitUntilRunning()
        let wait = try bundle.launch(["wait", bundle.id])
        eventually("it waits") { wait.watchesAProcess }
        try Data().write(to: URL(fileURLWithPath: bundle.rootfs + "/go"))
        expect(wait.wait(), "5")
        #expect(run.wait().status == 5)
        bundle.expectNothingLeft()
    }

    @Test(arguments: [("exit 3", 3), ("kill -KILL $$", 137), ("exit 0", 0)]) func aKeptContainer(
        script: String, status: Int32
    ) throws {
        // Of its own pid namespace it would be the first process, which no signal of its own ends.
        let bundle = try TestBundle(shell: script) { $0.linux.namespaces.removeAll { $0.type == "pid" } }
        #expect(try bundle.run("--keep").status == status)
        #expect(try bundle.apus("wait", bundle.id).succeeded().stdout == "\(status)\n")
        #expect(try bundle.state().exitStatus == .number("\(status)"))
        let list = try JSONValue(parsing: bundle.apus("list", "--format", "json").succeeded().stdout)
        #expect(list[0].exitStatus == .number("\(status)"))
    }

    /// What another process left is not this one's end.
    @Test func aRecordOfAnotherProcess() throws {
        let bundle = try TestBundle(shell: "exit 3")
        #expect(try bundle.run("--keep").status == 3)
        let file = "\(bundle.stateRoot)/\(bundle.id)/exit.json"
        let text = try #require(contents(file))
        for other in [
            text.replacing(#/"startTime":\d+/#, with: "\"startTime\":1"),
            text.replacing(#/"pid":\d+/#, with: "\"pid\":1"),
            "", "[]", "{\"exitCode\":3}", "x",
        ] {
            try other.write(toFile: file, atomically: false, encoding: .utf8)
            #expect(try bundle.state().exitStatus == .null, "\(other)")
        }
    }

    @Test func anEndThatNobodyRecorded() throws {
        let bundle = try TestBundle(shell: "exit 3")
        try bundle.create().succeeded()
        let pid = try bundle.pid()
        try bundle.start().succeeded()
        try bundle.waitUntilStopped()
        #expect(try bundle.state().exitStatus == .null)
        let output = try bundle.apus("wait", bundle.id)
        // Unreaped it can still be asked.
        if exists("/proc/\(pid)") || output.status == 0 { return expect(output, "3") }
        output.failed(
            naming: "container \(bundle.id) has ended, but its exit status is not known", code: 2)
        #expect(output.stdout.isEmpty)
    }

    @Test func aRunningContainerHasNoEnd() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        #expect(try bundle.state().exitStatus == .null)
        for timeout in ["0", "1ns", "20ms"] {
            try bundle.apus("wait", "--timeout", timeout, bundle.id)
                .failed("timed out: container \(bundle.id) has not ended")
        }
        try bundle.apus("wait", "--timeout=-1s", bundle.id).failed("the timeout must not be negative")
    }

    @Test func nothingToWaitFor() throws {
        let bundle = try TestBundle()
        try bundle.apus("wait", bundle.id).failed("container does not exist")
        try bundle.apus("wait", "a/b").failed("invalid container ID format")
    }
}
