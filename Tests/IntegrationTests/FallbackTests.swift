import Foundation
import Testing

/// Kernels without newer system calls, and filters around the runtime that do not know them: those answer ENOSYS, or as
/// older ones of engines EPERM. See docs/kernels.md.
@Suite(.containers, .requires(.root, .runtime, .path(FilterProbe.path)))
struct FallbackTests {
    private static let mountCalls = "open_tree,open_tree_attr,move_mount,fsopen,fsconfig,fsmount,mount_setattr"
    private static let sets = [
        "clone3", "openat2", "close_range", "faccessat2", "execveat", "mount_setattr", "open_tree", "open_tree_attr",
        "move_mount", "fsopen", "fsconfig", "fsmount", "open_tree,open_tree_attr", "memfd_create", mountCalls,
        "clone3,openat2,close_range,faccessat2,execveat," + mountCalls,
    ]
    private static let answers = [38, 1]

    private func command(_ bundle: TestBundle, _ answer: Int, _ calls: String, _ arguments: [String]) throws -> Command
    {
        try Command([FilterProbe.path, "--answer", "\(answer)", calls] + bundle.arguments(arguments))
    }

    /// The whole life of a container, each command of it without the calls.
    @Test(arguments: sets, answers) func aLifeWithout(_ calls: String, _ answer: Int) throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.resources.pids = ["limit": 100]
        }
        func run(_ arguments: String...) throws -> Output {
            try command(bundle, answer, calls, arguments).wait().succeeded()
        }
        _ = try run("create", "--bundle", bundle.path, bundle.id)
        _ = try run("start", bundle.id)
        let pid = try bundle.pid()
        // In every hierarchy it is where it would be with the calls.
        for line in (contents("/proc/\(pid)/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard HostCgroups.hierarchies[String(fields[1].split(separator: ",").first ?? "")] != nil else { continue }
            #expect(fields[2] == bundle.cgroup, "\(line)")
        }
        // Neither a descriptor of the runtime nor another root is seen inside.
        let seen = try run("exec", bundle.id, "sh", "-c", "ls /proc/self/fd; id -u; ls /; cat /proc/self/cgroup")
        #expect(seen.lines.prefix(3) == ["0", "1", "2"])
        #expect(seen.lines.contains("bin"))
        _ = try run("pause", bundle.id)
        _ = try run("resume", bundle.id)
        _ = try run("kill", bundle.id, "KILL")
        try bundle.waitUntilStopped()
        _ = try run("delete", bundle.id)
        bundle.expectNothingLeft()
    }

    /// What a container must not have holds all the same: read-only paths and mounts, masked paths, closed descriptors.
    @Test(arguments: answers) func whatIsEnforced(_ answer: Int) throws {
        let script = """
            ls -1 /proc/self/fd | sort -n | tail -1; touch /ro/x 2>&1; touch /proc/sys/x 2>&1; wc -c < /proc/keys; touch /x 2>&1; true
            """
        let source = try TestBundle()
        let bundle = try TestBundle(shell: script) {
            $0.root.readonly = true
            $0.linux.readonlyPaths = ["/proc/sys"]
            $0.linux.maskedPaths = ["/proc/keys"]
            $0.mounts.append([
                "destination": "/ro", "type": "bind", "source": .string(source.path), "options": ["rbind", "ro"],
            ])
        }
        mkdir(bundle.rootfs + "/ro", 0o755)
        let usual = try bundle.run().succeeded()
        let all = try #require(Self.sets.last)
        let other = try command(bundle, answer, all, ["run", "--bundle", bundle.path, bundle.id]).wait().succeeded()
        #expect(other.stdout == usual.stdout)
        #expect(usual.stdout.contains("Read-only file system"))
    }

    /// What cannot be done otherwise is an error that says which kernel it takes.
    @Test func theCallsThatItTakes() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        for answer in Self.answers {
            try command(bundle, answer, "pidfd_open", ["kill", bundle.id, "KILL"]).wait()
                .failed(naming: "pidfd_open", "it takes Linux 5.3")
        }
        try command(bundle, 38, "pidfd_send_signal", ["kill", bundle.id, "KILL"]).wait()
            .failed(naming: "unable to signal init", "pidfd_send_signal takes Linux 5.1")
        #expect(try bundle.status == "running")
        try bundle.delete("--force").succeeded()
        bundle.expectNothingLeft()
    }

    /// Options that only the new call has are refused, not forgotten.
    @Test(arguments: answers) func recursiveOptionsAreRefused(_ answer: Int) throws {
        let bundle = try TestBundle(shell: "true") {
            $0.mounts.append([
                "destination": "/ro", "type": "bind", "source": "/usr", "options": ["rbind", "rro"],
            ])
        }
        mkdir(bundle.rootfs + "/ro", 0o755)
        let output = try command(bundle, answer, "mount_setattr", ["run", "--bundle", bundle.path, bundle.id]).wait()
        output.failed(naming: "mounts[")
        if answer == 38 { output.failed(naming: "5.12") }
        bundle.expectNothingLeft()
    }
}
