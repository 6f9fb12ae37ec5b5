import Foundation
import Testing

/// Global flags whose effect is seen in containers and in what waits for them.
@Suite(.containers, .requires(.root, .runtime))
struct GlobalFlagTests {
    @Test func withoutCgroupsTheContainerStaysInTheCallers() throws {
        let bundle = try TestBundle(shell: "cat /proc/self/cgroup")
        let global = ["--root", bundle.stateRoot, "--log", bundle.log, "--cgroup-manager", "disabled"]
        let output = try bundle.apus("run", "--bundle", bundle.path, bundle.id, global: global).succeeded()
        let own = try String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)
        #expect(output.stdout == own)
    }

    @Test func anUnknownCgroupManager() throws {
        let bundle = try TestBundle(shell: "true")
        let global = ["--root", bundle.stateRoot, "--log", bundle.log, "--cgroup-manager=other"]
        try bundle.apus("create", "--bundle", bundle.path, bundle.id, global: global).failed(naming: "other")
        #expect(try bundle.apus("list", "-q").stdout == "")
    }

    @Test func warningsAreWrittenWhenTheProgramRuns() throws {
        let bundle = try TestBundle(shell: "read line") { $0.process.capabilities.bounding = ["CAP_NONE_SUCH"] }
        let pipe = Pipe()
        let command = try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id], stdin: .descriptor(pipe.fileHandleForReading.fileDescriptor))
        let log = { (try? String(contentsOfFile: bundle.log, encoding: .utf8)) ?? "" }
        eventually("the warning is in the log") { log().contains("CAP_NONE_SUCH") }
        #expect(log().contains("level=warning"))
        try pipe.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        try command.wait().succeeded()
    }

    /// A log of lines has them before the error, which is the last one.
    @Test func warningsComeBeforeAnError() throws {
        let bundle = try TestBundle {
            $0.process.args = ["no-such-program"]
            $0.process.capabilities.bounding = ["CAP_NONE_SUCH", "CAP_NONE_SUCH"]
        }
        let output = try bundle.launch(
            ["create", "--bundle", bundle.path, bundle.id], global: ["--root", bundle.stateRoot]
        ).wait()
        #expect(output.status == 1)
        let lines = output.stderr.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0].contains("level=warning"))
        #expect(lines[0].contains("ignoring unknown or unavailable capabilities: [CAP_NONE_SUCH]"))
        #expect(lines[1].contains("level=error"))
        #expect(lines[1].contains("executable file not found in $PATH"))
    }

    @Test func theProcessorsOfExecAreInTheDebugLog() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.process.execCPUAffinity = ["initial": "0"]
        }.running()
        let output = try bundle.launch(
            ["exec", bundle.id, "true"], global: ["--debug", "--root", bundle.stateRoot]
        ).wait().succeeded()
        #expect(output.stderr.contains("level=debug msg=\"affinity: 0x1\""))
        #expect(try bundle.apus("exec", bundle.id, "true").succeeded().stderr == "")
    }

    @Test func anErrorIsTheOnlyRecord() throws {
        let bundle = try TestBundle {
            $0.process.args = ["no-such-program"]
            $0.process.capabilities.bounding = ["CAP_NONE_SUCH"]
        }
        let global = ["--root", bundle.stateRoot, "--log", bundle.log, "--log-format", "json"]
        let output = try bundle.apus("create", "--bundle", bundle.path, bundle.id, global: global)
        #expect(output.status == 1)
        let record = try JSONValue(parsing: try String(contentsOfFile: bundle.log, encoding: .utf8))
        let message = try #require(record.msg.text)
        #expect(record.level.text == "error")
        #expect(message.hasSuffix("exec: \"no-such-program\": executable file not found in $PATH"))
        #expect(output.stderr == message + "\n")
        #expect(record.warnings[0].text?.contains("CAP_NONE_SUCH") == true)
    }
}
