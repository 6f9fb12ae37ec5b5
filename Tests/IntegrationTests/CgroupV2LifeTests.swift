import Foundation
import Testing

/// A container's life on cgroup v2: how processes come into its cgroup, whose it is, what the container sees of it, and the
/// end.
@Suite(.containers, .requires(.root, .runtime, .unified))
struct CgroupV2LifeTests {
    private static let writable: JSONValue = ["nosuid", "noexec", "nodev", "relatime", "rw"]

    private func directory(_ bundle: TestBundle) throws -> String {
        try #require(HostCgroups.directory(bundle.cgroup, controller: ""))
    }

    // MARK: Controllers

    /// All that the host has: the container's statistics need them without any limit.
    @Test func theControllersAreEnabled() throws {
        let bundle = try TestBundle.withLimits([:])
        let present = (bundle.unifiedFile("cgroup.controllers") ?? "").split(separator: " ").map(String.init)
        #expect(Set(present) == Set(HostCgroups.unifiedControllers))
    }

    /// A cgroup of the test's own, beside those of containers.
    private func parent(_ stem: String) throws -> (path: String, directory: String) {
        let path = TestRun.shared.cgroup + "/" + stem + "-" + TestRun.shared.uniqueName()
        let directory = try #require(HostCgroups.directory(path, controller: ""))
        mkdir(try #require(HostCgroups.directory(TestRun.shared.cgroup, controller: "")), 0o755)
        #expect(mkdir(directory, 0o755) == 0)
        return (path, directory)
    }

    /// A process of the host in a cgroup.
    private func process(in directory: String) throws -> Command {
        let process = try Command(["sh", "-c", "echo $$ >\(directory)/cgroup.procs; exec sleep 1000"])
        eventually("the process is in the cgroup") {
            contents(directory + "/cgroup.procs")?.contains("\(process.pid)\n") ?? false
        }
        return process
    }

    /// A cgroup that holds processes has no children with controllers.
    @Test(.requires(.cgroupV2("memory"))) func belowACgroupWithProcesses() throws {
        let parent = try parent("full")
        let bundle = try TestBundle(view: .v2) {
            $0.linux.cgroupsPath = .string(parent.path + "/c")
            $0.linux.resources.memory = ["limit": 33_554_432]
        }
        let inside = try process(in: parent.directory)
        defer { inside.end() }
        let output = try bundle.create()
        output.failed(naming: "memory", parent.path, "the cgroup itself holds processes")
        #expect(!exists(parent.directory + "/c"))
        // Nor is it put into threaded mode, which would take its controllers.
        #expect(contents(parent.directory + "/cgroup.type") == "domain\n")
    }

    /// Without limits a container can be there.
    @Test func belowACgroupWithProcessesWithoutLimits() throws {
        let parent = try parent("full")
        let bundle = try TestBundle(view: .v2) { $0.linux.cgroupsPath = .string(parent.path + "/c") }
        let inside = try process(in: parent.directory)
        defer { inside.end() }
        try bundle.run().succeeded()
        #expect(contents(parent.directory + "/cgroup.type") == "domain\n")
    }

    /// Somebody has enabled a controller there nevertheless, so it is in threaded mode: so is the container's, then.
    @Test(.requires(.cgroupV2("pids"))) func belowAThreadedCgroupWithProcesses() throws {
        let parent = try parent("mixed")
        let bundle = try TestBundle(view: .v2) {
            $0.process.args = ["sleep", "1000"]
            $0.linux.cgroupsPath = .string(parent.path + "/c")
            $0.linux.resources.pids.limit = 20
        }
        let inside = try process(in: parent.directory)
        defer { inside.end() }
        try "+pids".write(toFile: parent.directory + "/cgroup.subtree_control", atomically: false, encoding: .utf8)
        try bundle.create().succeeded()
        #expect(contents(parent.directory + "/c/cgroup.type") == "threaded\n")
        #expect(contents(parent.directory + "/c/pids.max") == "20\n")
        try bundle.delete("--force").succeeded()
        #expect(!exists(parent.directory + "/c"))
    }

    /// No process can join a domain whose neighbour is threaded.
    @Test func besideAThreadedCgroup() throws {
        let parent = try parent("threaded")
        #expect(mkdir(parent.directory + "/t", 0o755) == 0)
        try "threaded".write(toFile: parent.directory + "/t/cgroup.type", atomically: false, encoding: .utf8)
        let bundle = try TestBundle(view: .v2) {
            $0.process.args = ["sleep", "1000"]
            $0.linux.cgroupsPath = .string(parent.path + "/c")
        }
        try bundle.create().succeeded()
        #expect(contents(parent.directory + "/c/cgroup.type") == "threaded\n")
        try bundle.start().succeeded()
        try bundle.exec(shell: "true").succeeded()
        let pid = try bundle.pid()
        #expect(try bundle.apus("ps", "--format", "json", bundle.id).succeeded().stdout == "[\(pid)]\n")
        try bundle.kill("KILL").succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
        #expect(!exists(parent.directory + "/c"))
        try bundle.running().delete("--force").succeeded()
        #expect(!exists(parent.directory + "/c"))
    }

    /// A process would wait there for as long as that lasts.
    @Test func belowAFrozenCgroup() throws {
        let parent = try parent("frozen")
        let bundle = try TestBundle(view: .v2) { $0.linux.cgroupsPath = .string(parent.path + "/c") }
        try "1".write(toFile: parent.directory + "/cgroup.freeze", atomically: false, encoding: .utf8)
        try bundle.create().failed(naming: "lies below a frozen one: ", parent.path)
        #expect(!exists(parent.directory + "/c"))
        bundle.expectNothingLeft()
    }

    // MARK: Processes

    @Test func execIsInTheCgroup() throws {
        let bundle = try TestBundle(view: .v2) { $0.process.args = ["sleep", "1000"] }.running()
        let file = bundle.path + "/pid"
        try bundle.apus("exec", "-d", "--pid-file", file, bundle.id, "sleep", "1000").succeeded()
        let pid = try #require(pid_t(contents(file) ?? ""))
        #expect(HostCgroups.processes(bundle.cgroup) == [try bundle.pid(), pid])
    }

    /// A container that divides its cgroup, as systemd does, leaves no process in it: exec goes to where init is.
    @Test(.requires(.unifiedAlone)) func execIntoADividedCgroup() throws {
        let script = """
            cd /sys/fs/cgroup; mkdir init; echo 1 >init/cgroup.procs; echo +pids >cgroup.subtree_control
            echo divided; exec sleep 1000
            """
        let bundle = try TestBundle(shell: script, view: .v2) {
            $0.addNamespace("cgroup")
            $0.mounts[6].options = Self.writable
        }
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("the cgroup is divided") { read().contains("divided") }
        #expect(try bundle.exec(shell: "cat /proc/self/cgroup").succeeded().stdout == "0::/init\n")
        try bundle.delete("--force").succeeded()
        bundle.expectNothingLeft()
    }

    @Test func execIntoACgroupBelow() throws {
        let bundle = try TestBundle(view: .v2) { $0.process.args = ["sleep", "1000"] }.running()
        let below = try directory(bundle) + "/below"
        #expect(mkdir(below, 0o755) == 0)
        let text = try bundle.exec("--cgroup", "below", shell: "cat /proc/self/cgroup").succeeded().stdout
        #expect(text.hasSuffix("/below\n"))
        try bundle.exec("--cgroup", "nosuch", shell: "true").failed(naming: "nosuch", code: 255)
    }

    // MARK: What the container sees

    @Test(.requires(.unifiedAlone), arguments: [true, false]) func theMountShows(_ namespace: Bool) throws {
        let text = try output(of: "cat /proc/self/cgroup; stat -f -c %t /sys/fs/cgroup; ls /sys/fs/cgroup", view: .v2) {
            if namespace { $0.addNamespace("cgroup") }
            $0.mounts[6] = ["destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup"]
        }
        let lines = text.split(separator: "\n").map(String.init)
        // With a namespace its own cgroup, which has a type; without one the host's whole hierarchy.
        #expect(lines.contains("cgroup.type") == namespace)
        #expect(lines.contains(TestRun.shared.name) == !namespace)
        #expect(lines[1] == "63677270")
        #expect((lines[0] == "0::/") == namespace)
    }

    @Test(.requires(.cgroupV2("pids"))) func aLimitSeenInside() throws {
        let text = try output(of: "cat /sys/fs/cgroup/pids.max", view: .v2) {
            $0.addNamespace("cgroup")
            $0.linux.resources.pids = ["limit": 33]
        }
        #expect(text == "33")
    }

    // MARK: Delegation

    private func owners(_ directory: String) throws -> [String: UInt32] {
        var result: [String: UInt32] = [:]
        for name in ["."] + (try FileManager.default.contentsOfDirectory(atPath: directory)) {
            var information = stat()
            if stat(directory + "/" + name, &information) == 0 { result[name] = information.st_uid }
        }
        return result
    }

    private func divisible(_ change: (inout JSONValue) -> Void) throws -> TestBundle {
        try TestBundle(view: .v2) {
            $0.process.args = ["sleep", "1000"]
            $0.addNamespace("cgroup")
            $0.mounts[6].options = Self.writable
            change(&$0)
        }
    }

    private static func mapUsers(_ configuration: inout JSONValue) {
        configuration.addNamespace("user")
        configuration.linux.uidMappings = [["containerID": 0, "hostID": 100_000, "size": 65536]]
        configuration.linux.gidMappings = [["containerID": 0, "hostID": 100_000, "size": 65536]]
    }

    /// The root of a user namespace owns just what the kernel says can be given away.
    @Test(.requires(.userNamespaces)) func delegationInAUserNamespace() throws {
        let bundle = try divisible(Self.mapUsers)
        try bundle.create().succeeded()
        let given = Set((contents("/sys/kernel/cgroup/delegate") ?? "").split(separator: "\n").map(String.init))
        for (name, owner) in try owners(try directory(bundle)) {
            #expect(owner == (name == "." || given.contains(name) ? 100_000 : 0), "\(name)")
        }
        try bundle.start().succeeded()
        let text = try bundle.exec(shell: "mkdir /sys/fs/cgroup/a && rmdir /sys/fs/cgroup/a && echo made").stdout
        #expect(text == "made\n")
        // Limits of the container itself stay out of its hands.
        #expect(try bundle.exec(shell: "echo 5 >/sys/fs/cgroup/cgroup.max.depth").status != 0)
    }

    @Test(.requires(.userNamespaces)) func delegationToAUser() throws {
        let bundle = try divisible {
            Self.mapUsers(&$0)
            $0.process.user = ["uid": 1000, "gid": 1000]
        }
        try bundle.create().succeeded()
        #expect(try owners(try directory(bundle))["."] == 101_000)
    }

    @Test(arguments: ["read-only", "no namespace", "no mount"]) func noDelegation(_ reason: String) throws {
        let bundle = try divisible {
            $0.process.user = ["uid": 1000, "gid": 1000]
            switch reason {
            case "read-only": $0.mounts[6].options = ["ro"]
            case "no namespace": $0.dropNamespace("cgroup")
            default: $0.mounts.removeAll { $0.type.text == "cgroup" }
            }
        }
        try bundle.create().succeeded()
        #expect(try Set(owners(try directory(bundle)).values) == [0])
    }

    // MARK: The end

    /// One write ends all, also what forks faster than a list of processes is read.
    @Test(.requires(.path("/sys/fs/cgroup/cgroup.controllers"))) func killAllEndsWhatForks() throws {
        let script = "f() { while :; do (sleep 0.01); done; }; f & f & f & f & wait"
        let bundle = try TestBundle(shell: script, view: .v2) { $0.dropNamespace("pid") }.running()
        try bundle.apus("kill", "--all", bundle.id, "KILL").succeeded()
        eventually("the cgroup is empty") { HostCgroups.processes(bundle.cgroup).isEmpty }
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
        bundle.expectNothingLeft()
    }

    @Test func deleteEndsAFrozenContainer() throws {
        let bundle = try TestBundle(shell: "sleep 1000 & wait", view: .v2).running()
        try bundle.freeze()
        #expect(try bundle.status == "paused")
        try bundle.delete("--force").succeeded()
        bundle.expectNothingLeft()
    }

    @Test func deleteRemovesCgroupsBelow() throws {
        let bundle = try TestBundle(view: .v2) { $0.process.args = ["sleep", "1000"] }.running()
        let deep = try directory(bundle) + "/a/b"
        mkdir(try directory(bundle) + "/a", 0o755)
        #expect(mkdir(deep, 0o755) == 0)
        let inside = try process(in: deep)
        try bundle.delete("--force").succeeded()
        _ = inside.wait()
        bundle.expectNothingLeft()
    }
}
