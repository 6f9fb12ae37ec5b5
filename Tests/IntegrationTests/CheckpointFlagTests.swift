import Foundation
import Testing

/// The flags of checkpoint and restore that reach CRIU, with a CRIU that works.
@Suite(.containers, .requires(.root, .runtime, .criu))
struct CheckpointFlagTests {
    @Test(.requires(.cgroupV2("pids")), arguments: ["soft", "full", "strict", "ignore"])
    func cgroupModes(_ mode: String) throws {
        let counter = try Counter { $0.linux.resources.pids = ["limit": 37] }
        let before = try counter.checkpoint("--manage-cgroups-mode", mode)
        try counter.restore("--manage-cgroups-mode", mode)
        try counter.expectGoingOn(from: before)
        #expect(counter.bundle.cgroupFile("pids.max", controller: "") == "37")
        #expect(
            counter.bundle.cgroupFile("cgroup.procs", controller: "")?.contains("\(try counter.bundle.pid())") ?? false)
    }

    @Test(.requires(.cgroupV2("pids"))) func strictWantsACgroupThatWasNotThere() throws {
        let counter = try Counter()
        let before = try counter.checkpoint()
        let cgroup = "/sys/fs/cgroup" + counter.bundle.cgroup
        try #require(mkdir(cgroup, 0o755) == 0)
        defer { rmdir(cgroup) }
        try counter.tryRestore(["--manage-cgroups-mode", "strict"]).failed(naming: "cgroup is there already", "strict")
        #expect(exists(cgroup))
        try counter.restore()
        try counter.expectGoingOn(from: before)
    }

    /// busybox has no program that holds a lock.
    @Test(.requires(.path("/usr/bin/flock"))) func fileLocks() throws {
        let counter = try Counter("exec 9>/tmp/lock; /usr/bin/flock -x 9") {
            for (place, source) in [("/usr", "/usr"), ("/lib", "/usr/lib"), ("/lib64", "/usr/lib64")] {
                $0.mounts.append([
                    "destination": .string(place), "type": "bind", "source": .string(source),
                    "options": ["bind", "ro"],
                ])
            }
        }
        let refused = try counter.bundle.apus(
            "checkpoint", "--image-path", counter.images("refused"), counter.bundle.id, seconds: 60)
        refused.failed(naming: "criu failed: type DUMP")
        let before = try counter.checkpoint("--file-locks")
        try counter.restore("--file-locks")
        try counter.expectGoingOn(from: before)
        let second = try counter.bundle.exec(shell: "/usr/bin/flock -n /tmp/lock true")
        #expect(second.status == 1, "the lock is gone: \(second.stderr)")
    }

    /// A server of pages takes the memory, and the rest lies beside it.
    @Test func aPageServer() throws {
        let counter = try Counter()
        let images = counter.images()
        let port = 20_000 + Int(getpid()) % 20_000 + 1
        let server = try Command([
            "criu", "page-server", "--images-dir", images, "--address", "127.0.0.1", "--port", "\(port)",
        ])
        let listening = String(format: "0100007F:%04X 00000000:0000 0A", port)
        eventually("the server of pages listens", seconds: 30) {
            contents("/proc/net/tcp")?.contains(listening) ?? false
        }
        let before = try counter.checkpoint("--page-server", "127.0.0.1:\(port)")
        #expect(server.wait(seconds: 60).status == 0)
        try counter.restore()
        try counter.expectGoingOn(from: before)
    }

    /// What a later dump has again is taken out of the earlier one, and what was restored out of the images.
    @Test func autoDedup() throws {
        let counter = try Counter("x=$(head -c 1000000 /dev/zero | tr '\\0' x)", "x=$x")
        let (first, second) = (counter.images("one"), counter.images("two"))
        _ = try counter.checkpoint("--pre-dump", "--image-path", first)
        let whole = blocks(first)
        let before = try counter.checkpoint("--image-path", second, "--parent-path", "../one", "--auto-dedup")
        #expect(blocks(first) < whole)
        let dumped = blocks(second)
        try counter.restore("--image-path", second, "--auto-dedup")
        try counter.expectGoingOn(from: before)
        #expect(blocks(second) < dumped)
    }

    /// How much the memory in the images of a directory takes on the disk, in blocks.
    private func blocks(_ directory: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasPrefix("pages-") }.reduce(0) { sum, name in
            var status = stat()
            return stat(directory + "/" + name, &status) == 0 ? sum + Int(status.st_blocks) : sum
        }
    }

    @Test(.requires(.apparmorProfile("vm-test"))) func theProfileComesBack() throws {
        let counter = try Counter { $0.process.apparmorProfile = "vm-test" }
        let before = try counter.checkpoint()
        try counter.restore()
        try counter.expectGoingOn(from: before)
        #expect(contents("/proc/\(try counter.bundle.pid())/attr/current") == "vm-test (enforce)\n")
    }

    @Test(.requires(.apparmorProfile("vm-test")), .requires(.apparmorProfile("vm-other"))) func anotherProfile() throws
    {
        let counter = try Counter { $0.process.apparmorProfile = "vm-test" }
        let before = try counter.checkpoint()
        try counter.restore("--lsm-profile", "apparmor:vm-other")
        try counter.expectGoingOn(from: before)
        #expect(contents("/proc/\(try counter.bundle.pid())/attr/current") == "vm-other (enforce)\n")
    }

    /// CRIU would leave it as it was.
    @Test(.requires(.apparmorProfile("vm-test"))) func aProfileWhereThereWasNone() throws {
        let counter = try Counter()
        let before = try counter.checkpoint()
        try counter.tryRestore(["--lsm-profile", "apparmor:vm-test"]).failed(naming: "unconfined", "apparmor:vm-test")
        counter.bundle.expectNothingLeft()
        try counter.restore()
        try counter.expectGoingOn(from: before)
    }

    /// A restore that does not come to an end leaves nothing, and the images can be used once more.
    @Test(.requires(.apparmor), arguments: ["selinux:any", "nonsense"])
    func aProfileThatIsNone(_ profile: String) throws {
        let counter = try Counter()
        let before = try counter.checkpoint()
        try counter.tryRestore(["--lsm-profile", profile]).failed(naming: "criu failed: type RESTORE", "restore.log")
        counter.bundle.expectNothingLeft()
        try counter.restore()
        try counter.expectGoingOn(from: before)
    }

    /// Neither the configuration nor the state knows of them, so only the error can say what is in the way.
    @Test func aMountThatWasAdded() throws {
        let counter = try Counter()
        let source = counter.bundle.directory("added")
        try "there\n".write(toFile: source + "/file", atomically: false, encoding: .utf8)
        let list = try counter.bundle.file(
            "mounts.json",
            "[{\"destination\": \"/opt\", \"type\": \"bind\", \"source\": \"\(source)\", \"options\": [\"bind\"]}]")
        try counter.bundle.apus("mounts", "add", counter.bundle.id, list).succeeded()
        let refused = try counter.bundle.apus(
            "checkpoint", "--image-path", counter.images("refused"), counter.bundle.id, seconds: 60)
        refused.failed(naming: "criu failed: type DUMP", "opt")
        try counter.expectGoingOn(from: counter.value)
        try counter.bundle.apus("mounts", "remove", counter.bundle.id, list).succeeded()
        let before = try counter.checkpoint()
        try counter.restore()
        try counter.expectGoingOn(from: before)
    }
}
