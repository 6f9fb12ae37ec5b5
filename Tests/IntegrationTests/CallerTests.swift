import CIntegrationSupport
import Foundation
import Testing

/// What the caller's surroundings mean: its working directory, its links, its rights, and others at work beside it.
@Suite(.containers, .requires(.root, .runtime))
struct CallerTests {
    @Test func aBundleBehindALink() throws {
        let bundle = try TestBundle(shell: "sleep 1000")
        let link = bundle.directory("links") + "/bundle"
        symlink(bundle.path, link)
        try bundle.launch(["create", "--bundle", link, bundle.id]).wait().succeeded()
        let state = try bundle.state()
        #expect(state.bundle.text == bundle.path)
        #expect(state.rootfs.text == bundle.rootfs)
    }

    /// With absolute paths nobody needs the working directory.
    @Test func aWorkingDirectoryThatIsGone() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let gone = bundle.directory("gone")
        func apus(_ arguments: [String]) throws -> Output {
            mkdir(gone, 0o755)
            let script = "cd \(gone) && rmdir \(gone) && exec \"$@\""
            return try Command(["sh", "-c", script, "sh"] + bundle.arguments(arguments)).wait()
        }
        let other = try TestBundle(stateRoot: bundle.stateRoot) { $0.process.args = ["echo", "ran"] }
        #expect(try apus(["run", "--bundle", other.path, other.id]).succeeded().stdout == "ran\n")
        let file = bundle.path + "/pid"
        try apus(["create", "--pid-file", file, "--bundle", bundle.path, bundle.id]).succeeded()
        try apus(["start", bundle.id]).succeeded()
        #expect(try apus(["exec", bundle.id, "echo", "inside"]).succeeded().stdout == "inside\n")
        #expect(try apus(["state", bundle.id]).succeeded().stdout.contains("\"running\""))
        try apus(["run", other.id]).failed(naming: "config.json not found")
    }

    @Test func aFailedRunIsKept() throws {
        let bundle = try TestBundle { $0.process.args = ["/nosuch"] }
        let log = bundle.directory("hooks") + "/poststop"
        try bundle.change {
            $0.hooks.poststop = [["path": "/bin/sh", "args": ["sh", "-c", .string("echo ran >>\(log)")]]]
        }
        try bundle.run("--keep").failed(naming: "/nosuch")
        #expect(try bundle.status == "stopped")
        #expect(try bundle.state().pid == 0)
        #expect(HostCgroups.directories(bundle.cgroup) == [])
        #expect(!exists(log))
        try bundle.run().failed(naming: "container with given ID already exists")
        try bundle.delete().succeeded()
        #expect(contents(log) == "ran\n")
        bundle.expectNothingLeft()
        // What is wrong before anything is made leaves nothing to keep.
        try bundle.change { $0.process.cwd = "relative" }
        try bundle.run("--keep").failed(naming: "Cwd must be an absolute path")
        bundle.expectNothingLeft()
    }

    /// The hook holds the making up until the other command is at work.
    @Test func aStartBesideTheMaking() throws {
        let bundle = try TestBundle(shell: "sleep 1000")
        let go = bundle.directory("hooks") + "/go"
        mkfifo(go, 0o600)
        try bundle.change {
            $0.hooks.createRuntime = [["path": "/bin/sh", "args": ["sh", "-c", .string("read line <\(go)")]]]
        }
        let making = try bundle.launch(["create", "--bundle", bundle.path, bundle.id])
        try eventually("the state is there") { try bundle.apus("state", bundle.id).status == 0 }
        #expect(try bundle.status == "creating")
        let start = try bundle.launch(["start", bundle.id])
        waitUntilItHoldsTheState(of: bundle, start)
        try "\n".write(toFile: go, atomically: false, encoding: .utf8)
        try making.wait().succeeded()
        try start.wait().succeeded()
        #expect(try bundle.status == "running")
    }

    /// Waits until a command has opened the container's state directory, whose lock another one has.
    private func waitUntilItHoldsTheState(of bundle: TestBundle, _ command: Command) {
        let descriptors = "/proc/\(command.pid)/fd"
        eventually("the command has the state directory open") {
            let numbers = (try? FileManager.default.contentsOfDirectory(atPath: descriptors)) ?? []
            return numbers.contains {
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: descriptors + "/" + $0)
                return target == bundle.stateRoot + "/" + bundle.id
            }
        }
    }

    /// A create that was killed leaves nothing to wait for.
    @Test func aStartAfterTheMakerDied() throws {
        let bundle = try TestBundle(shell: "sleep 1000") {
            $0.hooks.createRuntime = [["path": "/bin/sh", "args": ["sh", "-c", "echo $$ >hook; exec sleep 1000"]]]
        }
        let making = try bundle.launch(["create", "--bundle", bundle.path, bundle.id])
        try eventually("the state is there") { try bundle.apus("state", bundle.id).status == 0 }
        eventually("the hook runs") { contents(bundle.path + "/hook")?.isEmpty == false }
        let start = try bundle.launch(["start", bundle.id])
        waitUntilItHoldsTheState(of: bundle, start)
        kill(making.pid, SIGKILL)
        start.wait().failed("cannot start a container that has stopped")
        // The hook outlives its runtime.
        let hook = try #require(pid_t((contents(bundle.path + "/hook") ?? "").prefix { $0 != "\n" }))
        kill(hook, SIGKILL)
    }

    // MARK: Rights

    @Test(.requires(.rootless)) func rootlessIsAWordThatActs() throws {
        let bundle = try TestBundle(shell: "echo ran", view: .ordinaryUser)
        func run(_ flags: [String]) throws -> Output {
            try bundle.launch(
                ["run", "--bundle", bundle.path, bundle.id],
                global: flags + ["--root", bundle.stateRoot, "--log", bundle.log]
            ).wait()
        }
        for flags in [[], ["--rootless=true"], ["--rootless=auto"], ["--rootless", "T"], ["--rootless="]] {
            #expect(try run(flags).succeeded().stdout == "ran\n")
        }
        for word in ["false", "0", "F"] {
            try run(["--rootless", word]).failed(naming: "permission denied")
        }
        try run(["--rootless=maybe"]).failed(naming: "strconv.ParseBool: parsing \"maybe\": invalid syntax")
    }

    @Test(.requires(.rootless)) func aUserWithoutAPlaceForTheState() throws {
        let bundle = try TestBundle(shell: "true", view: .ordinaryUser)
        let output = try Command(
            ["env", "-u", "XDG_RUNTIME_DIR"]
                + bundle.arguments(["run", "--bundle", bundle.path, bundle.id], global: ["--log", bundle.log])
        ).wait()
        output.failed(naming: "set XDG_RUNTIME_DIR to a directory of your own, or give --root")
        #expect(output.error.contains("permission denied"))
    }

    // MARK: Cgroups

    /// runc looks for the caller's cgroup in the hierarchies of version 1 only.
    @Test(.requires(.cgroupV1("pids"), .unifiedBesideV1), arguments: [nil, "part", "./part", "../part"])
    func aRelativeCgroupOnAHybridHost(_ path: String?) throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let name = path == nil ? bundle.id : "part-" + bundle.id
        try bundle.change {
            if let path {
                $0.linux.cgroupsPath = .string(path + "-" + bundle.id)
            } else {
                $0.linux.remove("cgroupsPath")
            }
        }
        let own = "/own-" + bundle.id
        let directories = try ["pids", ""].map { try #require(HostCgroups.directory(own, controller: $0)) }
        defer { for directory in directories { rmdir(directory) } }
        for directory in directories { mkdir(directory, 0o755) }
        let script = directories.map { "echo $$ >\($0)/cgroup.procs && " }.joined() + "exec \"$@\""
        try Command(
            ["sh", "-c", script, "sh"] + bundle.arguments(["run", "--detach", "--bundle", bundle.path, bundle.id])
        ).wait().succeeded()
        let lines = (contents("/proc/\(try bundle.pid())/cgroup") ?? "").split(separator: "\n")
        #expect(lines.contains("0::/" + name))
        #expect(lines.contains { $0.hasSuffix(":pids:\(own)/\(name)") })
        try bundle.delete("--force").succeeded()
    }
}
