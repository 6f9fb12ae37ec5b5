import Foundation
import Testing

/// Commands on a container that runs, killed at any moment or with a system call that fails: success is said only of what
/// was done, a refusal has changed nothing, and the container goes on.
@Suite(.containers, .requires(.root, .runtime, .program("strace")))
struct RunningFaultTests {
    private struct Trial {
        var fault: String
        var moment: (call: String, count: Int)
        var output: Output

        var wasKilled: Bool { fault.hasPrefix("signal") }
        var place: String { "\(fault) at \(moment.call) \(moment.count): \(output.status) \(output.stderr)" }
    }

    private func bundle() throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.resources.pids = ["limit": 100]
        }.running()
    }

    /// Tries a command with each fault at each of the chosen calls; `check` leaves the container as `prepare` made it.
    private func each(
        _ bundle: TestBundle, _ arguments: [String], sample: Int = 25, prepare: () throws -> Void = {},
        check: (Trial) throws -> Void
    ) throws {
        try prepare()
        let calls = try SystemCalls.made(by: bundle, arguments)
        #expect(calls.count > 20)
        let first = Trial(fault: "none", moment: ("none", 0), output: Output(status: 0, stdout: "", stderr: ""))
        try check(first)
        for fault in ["error=EIO", "signal=KILL"] {
            for moment in SystemCalls.moments(calls, sample: sample) where SystemCalls.canFail(moment.call) {
                try prepare()
                let output = try SystemCalls.injecting(fault, bundle, arguments, at: moment)
                let trial = Trial(fault: fault, moment: moment, output: output)
                if output.status != 0, !trial.wasKilled { #expect(output.stderr != "", "\(trial.place)") }
                try check(trial)
            }
        }
    }

    /// The container runs its one process, and another can be executed beside it.
    private func expectGoesOn(_ bundle: TestBundle, _ trial: Trial) throws {
        #expect(try bundle.status == "running", "\(trial.place)")
        let after = try bundle.exec(shell: "true")
        #expect(after.status == 0, "\(trial.place) then exec: \(after.stderr)")
        eventually("one process is left after \(trial.place)") { HostCgroups.processes(bundle.cgroup).count == 1 }
    }

    @Test func exec() throws {
        let bundle = try bundle()
        let mark = "/proc/\(try bundle.pid())/root/dev/shm/mark"
        try each(bundle, ["exec", bundle.id, "sh", "-c", "> /dev/shm/mark"]) { trial in
            let isDone = unlink(mark) == 0
            if trial.output.status == 0 { #expect(isDone || trial.fault == "none", "\(trial.place)") }
            try expectGoesOn(bundle, trial)
        }
    }

    @Test func state() throws {
        let bundle = try bundle()
        try each(bundle, ["state", bundle.id]) { trial in
            if trial.output.status == 0, trial.fault != "none" {
                #expect(trial.output.stdout.contains("\"status\": \"running\""), "\(trial.place)")
            }
        }
    }

    @Test func pauseAndResume() throws {
        let bundle = try bundle()
        try each(bundle, ["pause", bundle.id]) { trial in
            let status = try bundle.status
            if trial.output.status == 0 { #expect(status == "paused", "\(trial.place)") }
            if trial.output.status != 0, !trial.wasKilled { #expect(status == "running", "\(trial.place)") }
            if status == "paused" { try bundle.apus("resume", bundle.id).succeeded() }
            try expectGoesOn(bundle, trial)
        }
        let pause = { if try bundle.status == "running" { try bundle.apus("pause", bundle.id).succeeded() } }
        try each(bundle, ["resume", bundle.id], prepare: { try pause() }) { trial in
            let status = try bundle.status
            if trial.output.status == 0 { #expect(status == "running", "\(trial.place)") }
            if trial.output.status != 0, !trial.wasKilled { #expect(status == "paused", "\(trial.place)") }
        }
    }

    @Test func update() throws {
        let bundle = try bundle()
        let file = try #require(HostCgroups.directory(bundle.cgroup, controller: "pids")) + "/pids.max"
        let limit = { contents(file)?.trimmingCharacters(in: .whitespacesAndNewlines) }
        try each(bundle, ["update", "--pids-limit", "77", bundle.id]) { trial in
            if trial.output.status == 0 { #expect(limit() == "77", "\(trial.place)") }
            if trial.output.status != 0, !trial.wasKilled { #expect(limit() == "100", "\(trial.place)") }
            try bundle.apus("update", "--pids-limit", "100", bundle.id).succeeded()
            #expect(limit() == "100", "\(trial.place)")
            try expectGoesOn(bundle, trial)
        }
    }

    @Test func kill() throws {
        let bundle = try bundle()
        let prepare = {
            if try bundle.status != "running" { _ = try bundle.delete("--force"); _ = try bundle.running() }
        }
        try each(bundle, ["kill", bundle.id, "KILL"], sample: 15, prepare: { try prepare() }) { trial in
            if trial.output.status == 0 { try bundle.waitUntilStopped() }
        }
    }

    @Test func addedMounts() throws {
        let bundle = try bundle()
        let file = try bundle.file("mounts.json", #"[{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs"}]"#)
        let count = { try bundle.exec(shell: "grep -c ' /mnt ' /proc/self/mountinfo").stdout.first.map(String.init) }
        mkdir(bundle.rootfs + "/mnt", 0o755)
        try each(bundle, ["mounts", "add", bundle.id, file]) { trial in
            let mounts = try count()
            if trial.output.status == 0 { #expect(mounts == "1", "\(trial.place)") }
            if trial.output.status != 0, !trial.wasKilled { #expect(mounts == "0", "\(trial.place)") }
            if trial.wasKilled {
                // What the child has made it takes away on its own, unless it was told to let it stay.
                try eventually("the mount is away after \(trial.place)") {
                    if try count() == "0" { return true }
                    return try bundle.apus("mounts", "remove", bundle.id, file).status == 0
                }
            } else if mounts == "1" {
                try bundle.apus("mounts", "remove", bundle.id, file).succeeded()
            }
            try expectGoesOn(bundle, trial)
        }
    }

    @Test func removedMounts() throws {
        let bundle = try bundle()
        let list =
            #"[{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs"}, {"destination": "/mnt/in", "type": "tmpfs"}]"#
        let file = try bundle.file("mounts.json", list)
        let count = { try bundle.exec(shell: "grep -c ' /mnt' /proc/self/mountinfo").stdout.first.map(String.init) }
        mkdir(bundle.rootfs + "/mnt", 0o755)
        let prepare = {
            if try count() == "0" { try bundle.apus("mounts", "add", bundle.id, file).succeeded() }
        }
        try each(bundle, ["mounts", "remove", bundle.id, file], prepare: prepare) { trial in
            let possible = trial.wasKilled ? ["0", "2"] : [trial.output.status == 0 ? "0" : "2"]
            try eventually("all or none are left after \(trial.place)") {
                try possible.contains { try count() == $0 }
            }
            try expectGoesOn(bundle, trial)
        }
    }
}
