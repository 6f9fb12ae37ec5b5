import Foundation
import Testing

/// State directories that something else than the runtime wrote to: each command ends with an error or works, and
/// `delete --force` gets rid of all that can be found.
@Suite(.containers, .requires(.root, .runtime))
struct DamagedStateTests {
    private static let damages: [String] = [
        "", "{", "null", "[]", "{}", "5", "\"x\"", "{\"id\":5}", "{\"init_process_pid\":\"x\"}",
        "{\"init_process_pid\":-1,\"init_process_start\":0}", "{\"init_process_pid\":1e99}",
        "{\"cgroup_paths\":{\"\":5}}", "{\"config\":{\"namespaces\":[{\"type\":5}]}}", "\u{0}\u{1}\u{2}",
        String(repeating: "[", count: 100_000), "{\"id\":\"\\ud800\"}",
    ]

    private func damage(_ bundle: TestBundle, _ text: String) throws {
        try text.write(
            toFile: bundle.stateRoot + "/" + bundle.id + "/state.json", atomically: false, encoding: .utf8)
    }

    @Test(arguments: damages) func noCommandCrashes(_ text: String) throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let pid = try bundle.pid()
        try damage(bundle, text)
        for command in [["state"], ["start"], ["kill"], ["pause"], ["resume"], ["ps"], ["delete"]] {
            let output = try bundle.launch(command + [bundle.id]).wait(seconds: 10)
            #expect([0, 1].contains(output.status), "\(command): \(output.status) \(output.stderr)")
        }
        let exec = try bundle.launch(["exec", bundle.id, "true"]).wait(seconds: 10)
        #expect([0, 255].contains(exec.status), "exec: \(exec.status) \(exec.stderr)")
        #expect([0, 1].contains(try bundle.apus("list").status))
        try bundle.delete("--force").succeeded()
        #expect(!exists(bundle.stateRoot + "/" + bundle.id))
        // What a state says that can be read counts, even where it lost the process.
        kill(pid, SIGKILL)
    }

    @Test(arguments: ["", "{", "\u{0}", "[]", "{}", "null"]) func forceRemovesAll(_ text: String) throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let pid = try bundle.pid()
        try damage(bundle, text)
        #expect(try bundle.delete().status == 1)
        #expect(exists(bundle.stateRoot + "/" + bundle.id))
        let output = try bundle.delete("--force").succeeded()
        #expect(output.stderr.isEmpty || !output.stderr.contains("may be left"))
        bundle.expectNothingLeft()
        eventually("the process is gone") { kill(pid, 0) != 0 }
        // Without a configuration nothing but the directory can be removed.
        try bundle.create().succeeded()
        let other = try bundle.pid()
        try damage(bundle, text)
        try text.write(
            toFile: bundle.stateRoot + "/" + bundle.id + "/config.json", atomically: false, encoding: .utf8)
        try bundle.delete("--force").succeeded()
        #expect(!exists(bundle.stateRoot + "/" + bundle.id))
        kill(other, SIGKILL)
        eventually("the process is gone") { HostCgroups.processes(bundle.cgroup) == [] }
    }

    @Test func aStateThatIsNoFile() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let path = bundle.stateRoot + "/" + bundle.id + "/state.json"
        unlink(path)
        mkfifo(path, 0o600)
        #expect(try bundle.launch(["state", bundle.id]).wait(seconds: 10).status == 1)
        #expect(try bundle.launch(["delete", "--force", bundle.id]).wait(seconds: 20).status == 0)
        bundle.expectNothingLeft()
    }
}
