import Foundation
import Testing

/// The runtime killed at any moment, and system calls that fail: afterwards each command still works, and nothing stays
/// that `delete --force` cannot remove.
///
/// strace counts the system calls of one kind in the runtime's own process (and with `-f` in the container's init) and
/// kills or fails the Nth. By default a sample is tried; with `APUS_EXHAUSTIVE` in the environment all of them.
@Suite(.containers, .requires(.root, .runtime, .program("strace")))
struct FaultTests {
    private func bundle() throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.resources.pids = ["limit": 100]
        }
    }

    /// What must hold after a command was killed.
    private func expectRecovery(_ bundle: TestBundle, after moment: String) throws {
        let list = try bundle.apus("list", "--quiet")
        #expect(list.status == 0 || !exists(bundle.stateRoot), "list \(moment): \(list.stderr)")
        let state = try bundle.apus("state", bundle.id)
        #expect(state.status == 0 || state.error == "container does not exist", "state \(moment): \(state.stderr)")
        _ = try bundle.kill("KILL")
        let delete = try bundle.delete("--force")
        #expect(delete.status == 0, "delete --force \(moment): \(delete.stderr)")
        #expect(HostCgroups.processes(bundle.cgroup) == [], "processes left \(moment)")
        #expect(HostCgroups.directories(bundle.cgroup) == [], "cgroups left \(moment)")
        #expect(!exists(bundle.stateRoot + "/" + bundle.id), "state directory left \(moment)")
        #expect(!Mountinfo.host().contains { $0.point.hasPrefix(bundle.path + "/") }, "mounts left \(moment)")
        // The id and the cgroup can be used again.
        let again = try bundle.create()
        #expect(again.status == 0, "create again \(moment): \(again.stderr)")
        let gone = try bundle.delete("--force")
        #expect(gone.status == 0, "delete again \(moment): \(gone.stderr)")
        // What is left would hide in the next round.
        HostCgroups.remove(bundle.cgroup)
        removeTree(bundle.stateRoot)
    }

    @Test func createKilledAnywhere() throws {
        let bundle = try bundle()
        let arguments = ["create", "--bundle", bundle.path, "--pid-file", bundle.path + "/pid", bundle.id]
        let calls = try SystemCalls.made(by: bundle, arguments)
        try bundle.delete("--force").succeeded()
        #expect(calls.count > 20)
        for moment in SystemCalls.moments(calls, sample: 40) {
            try SystemCalls.killing(bundle, arguments, at: moment)
            try expectRecovery(bundle, after: "after create was killed at \(moment.call) \(moment.count)")
            unlink(bundle.path + "/.pid")
        }
    }

    @Test func startKilledAnywhere() throws {
        let bundle = try bundle()
        try bundle.create().succeeded()
        let calls = try SystemCalls.made(by: bundle, ["start", bundle.id])
        try bundle.delete("--force").succeeded()
        for moment in SystemCalls.moments(calls, sample: 15) {
            try bundle.create().succeeded()
            try SystemCalls.killing(bundle, ["start", bundle.id], at: moment)
            try expectRecovery(bundle, after: "after start was killed at \(moment.call) \(moment.count)")
        }
    }

    @Test func deleteKilledAnywhere() throws {
        let bundle = try bundle()
        try bundle.create().succeeded()
        let calls = try SystemCalls.made(by: bundle, ["delete", "--force", bundle.id])
        for moment in SystemCalls.moments(calls, sample: 20) {
            try bundle.create().succeeded()
            try SystemCalls.killing(bundle, ["delete", "--force", bundle.id], at: moment)
            try expectRecovery(bundle, after: "after delete was killed at \(moment.call) \(moment.count)")
        }
    }

    @Test func runKilledWhileTheContainerRuns() throws {
        let bundle = try bundle()
        let command = try bundle.launch(["run", "--bundle", bundle.path, bundle.id])
        bundle.waitUntilRunning()
        command.signal(SIGKILL)
        #expect(command.wait().status == 137)
        try expectRecovery(bundle, after: "after run was killed")
    }

    /// Each system call of run fails once: whatever it says then, nothing of the container stays.
    @Test func runWithAFailingCall() throws {
        let bundle = try TestBundle { $0.process.args = ["true"] }
        let arguments = ["run", "--bundle", bundle.path, bundle.id]
        let calls = try SystemCalls.made(by: bundle, arguments)
        for moment in SystemCalls.moments(calls, sample: 60) where SystemCalls.canFail(moment.call) {
            let injection = "inject=\(moment.call):error=EIO:when=\(moment.count)"
            let output = try Command(
                ["strace", "-qq", "-o", "/dev/null", "-e", injection] + bundle.arguments(arguments)
            ).wait(seconds: 20)
            let place = "\(moment.call) \(moment.count): \(output.stderr)"
            #expect(output.status < 128, "\(place)")
            #expect(HostCgroups.processes(bundle.cgroup) == [], "processes left: \(place)")
            #expect(HostCgroups.directories(bundle.cgroup) == [], "cgroups left: \(place)")
            #expect(!exists(bundle.stateRoot + "/" + bundle.id), "state directory left: \(place)")
            _ = try bundle.delete("--force")
            HostCgroups.remove(bundle.cgroup)
        }
    }

    /// Each system call of create fails once: the command gives an error and leaves nothing, or does without.
    @Test(arguments: [false, true]) func createWithAFailingCall(_ inInit: Bool) throws {
        let bundle = try bundle()
        let arguments = ["create", "--bundle", bundle.path, bundle.id]
        let calls = try SystemCalls.made(by: bundle, arguments, following: inInit)
        try bundle.delete("--force").succeeded()
        // One of each kind at least.
        var wanted: [(call: String, count: Int)] = []
        for moment in SystemCalls.moments(calls, sample: SystemCalls.isExhaustive ? Int.max : 30)
        where SystemCalls.canFail(moment.call) {
            wanted.append(moment)
        }
        let first = SystemCalls.moments(calls, sample: Int.max)
        for call in Set(calls.map(\.name)).filter(SystemCalls.canFail).sorted()
        where !wanted.contains(where: { $0.call == call }) {
            if let moment = first.first(where: { $0.call == call }) { wanted.append(moment) }
        }
        for moment in wanted {
            let injection = "inject=\(moment.call):error=EIO:when=\(moment.count)"
            let options = ["strace", "-qq"] + (inInit ? ["-f"] : []) + ["-o", "/dev/null", "-e", injection]
            let command = try Command(options + bundle.arguments(arguments))
            if inInit { SystemCalls.endWhenCreated(bundle, command) }
            let output = command.wait(seconds: 20)
            let place = "\(moment.call) \(moment.count)"
            // The loader's last steps in a debug build; the start of Swift's runtime, before any code of this program.
            let isBeforeMain = output.status == 127 || output.error.contains("Unable to obtain Swift runtime path")
            if output.status == 0 || inInit || isBeforeMain {
                _ = try bundle.delete("--force")
            } else {
                #expect(output.status == 1, "\(place): \(output.stderr)")
                #expect(output.error != "", "\(place)")
                #expect(!exists(bundle.stateRoot + "/" + bundle.id), "state directory left: \(place)")
            }
            #expect(HostCgroups.processes(bundle.cgroup) == [], "processes left: \(place)")
            #expect(HostCgroups.directories(bundle.cgroup) == [], "cgroups left: \(place)")
            HostCgroups.remove(bundle.cgroup)
            removeTree(bundle.stateRoot)
        }
    }
}
