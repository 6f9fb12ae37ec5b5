import CIntegrationSupport
import Foundation
import Testing

/// Mounts that a container gets, or loses, while it is there.
@Suite(.containers, .requires(.root, .runtime))
struct RunningMountTests {
    /// A container that runs until it is killed, with a root that can be written.
    private func bundle(
        view: HostView = .host, _ change: (inout JSONValue) throws -> Void = { _ in }
    ) throws -> TestBundle {
        try TestBundle(view: view) {
            $0.process.args = ["sleep", "1000"]
            $0.root.readonly = false
            try change(&$0)
        }
    }

    /// A directory of the host with a file in it that says `content`.
    private func source(_ bundle: TestBundle, _ name: String = "source", content: String = "of the host") throws
        -> String
    {
        let path = bundle.directory(name)
        try content.write(toFile: path + "/file", atomically: false, encoding: .utf8)
        return path
    }

    private func bind(_ source: String, _ destination: String, _ options: String...) -> JSONValue {
        [
            "type": "bind", "source": .string(source), "destination": .string(destination),
            "options": JSONValue(["rbind"] + options),
        ]
    }

    private func tmpfs(_ destination: String, _ options: String...) -> JSONValue {
        ["type": "tmpfs", "source": "tmpfs", "destination": .string(destination), "options": JSONValue(options)]
    }

    @discardableResult
    private func mounts(_ action: String, _ bundle: TestBundle, _ list: JSONValue...) throws -> Output {
        let file = try bundle.file("mounts.json", JSONValue.array(list).description)
        return try bundle.apus("mounts", action, bundle.id, file)
    }

    /// What the container sees.
    private func inside(_ bundle: TestBundle) throws -> [Mountinfo] {
        Mountinfo.parse(contents("/proc/\(try bundle.pid())/mountinfo") ?? "")
    }

    /// What the host sees, without the mounts of tests that run beside this one.
    private func hostMounts(_ bundle: TestBundle) -> [String] {
        Mountinfo.host().map(\.point).filter { !$0.hasPrefix("/tmp/apus-tests.") || $0.hasPrefix(bundle.path) }
    }

    @Test(arguments: ["created", "running", "paused"]) func comeAndGo(_ status: String) throws {
        let bundle = try bundle()
        let source = try source(bundle)
        try bundle.create().succeeded()
        if status != "created" { try bundle.start().succeeded() }
        if status == "paused" { try bundle.apus("pause", bundle.id).succeeded() }
        let before = try inside(bundle)
        let host = hostMounts(bundle)
        let list = [bind(source, "/deep/in/it", "ro", "nosuid"), tmpfs("/scratch", "size=64k", "mode=700", "noexec")]
        let added = try mounts("add", bundle, list[0], list[1])
        #expect(try added.succeeded().stdout.isEmpty && added.stderr.isEmpty)
        let after = try inside(bundle)
        #expect(after.count == before.count + 2)
        #expect(try #require(after.at("/deep/in/it")).options.isSuperset(of: ["ro", "nosuid"]))
        let scratch = try #require(after.at("/scratch"))
        #expect(scratch.type == "tmpfs" && scratch.options.contains("noexec"))
        #expect(scratch.superOptions.isSuperset(of: ["size=64k", "mode=700"]))
        #expect(hostMounts(bundle) == host)
        #expect(try bundle.status == status)
        if status == "running" {
            let script = "cat /deep/in/it/file; echo x >/deep/in/it/file || echo x >/scratch/y; cat /scratch/y"
            #expect(try bundle.exec(shell: script).succeeded().stdout == "of the hostx\n")
        }
        try mounts("remove", bundle, list[0], list[1]).succeeded()
        #expect(try inside(bundle) == before)
        #expect(contents(source + "/file") == "of the host")
        if status == "paused" { try bundle.apus("resume", bundle.id).succeeded() }
    }

    /// The container's root may reach what only the host's can, its file systems are its own, and ids are mapped.
    @Test(.requires(.userNamespaces)) func inAUserNamespace() throws {
        let bundle = try bundle { $0.mapIDs(to: 100_000) }
        try Command.run("chown", "-R", "100000", bundle.rootfs).succeeded()
        let source = try source(bundle)
        chmod(source, 0o700)
        let closed = bundle.directory("closed")
        try Command.run("mv", source, closed + "/source").succeeded()
        chmod(closed, 0o700)
        var mapped = bind(closed + "/source", "/mapped")
        for kind in ["uidMappings", "gidMappings"] {
            mapped[kind] = [["containerID": 0, "hostID": 100_000, "size": 65534]]
        }
        _ = try bundle.running()
        try mounts("add", bundle, mapped, tmpfs("/scratch"), bind(closed + "/source", "/plain")).succeeded()
        let script = "cat /mapped/file; stat -c ' %u' /mapped/file /scratch /plain; touch /scratch/x && echo made"
        #expect(try bundle.exec(shell: script).succeeded().lines == ["of the host 0", " 0", " 65534", "made"])
        try mounts("remove", bundle, mapped, tmpfs("/scratch")).succeeded()
        #expect(try inside(bundle).at("/scratch") == nil)
    }

    /// An ordinary user takes the trees in a mount namespace that the container's user namespace gives.
    @Test(.requires(.rootless)) func ofAnOrdinaryUser() throws {
        let bundle = try bundle(view: .ordinaryUser)
        let source = try source(bundle)
        chmod(source, 0o755)
        _ = try bundle.running()
        try mounts("add", bundle, bind(source, "/mnt"), tmpfs("/scratch")).succeeded()
        #expect(try bundle.exec(shell: "cat /mnt/file; stat -c ' %u' /scratch").succeeded().lines == ["of the host 0"])
        try mounts("add", bundle, bind(bundle.path + "/nosuch", "/mnt"))
            .failed(naming: "mounts[0].source", "/nosuch", "no such file or directory")
        try mounts("remove", bundle, tmpfs("/scratch"), bind(source, "/mnt")).succeeded()
        #expect(try inside(bundle).at("/mnt") == nil)
    }

    /// It cannot be copied in case that something fails; alone it goes all the same.
    @Test func anUnbindableMountIsRemoved() throws {
        let bundle = try bundle()
        let mount = bind(try source(bundle), "/mnt", "bind", "unbindable")
        _ = try bundle.running()
        try mounts("add", bundle, mount).succeeded()
        try mounts("remove", bundle, mount).succeeded()
        #expect(try inside(bundle).at("/mnt") == nil)
    }

    @Test func moreThanTheRuntimePrepares() throws {
        let bundle = try bundle()
        let source = try source(bundle)
        _ = try bundle.running()
        let list = (0..<40).map { bind(source, "/mnt/\($0)") }
        let file = try bundle.file("mounts.json", JSONValue.array(list).description)
        try bundle.apus("mounts", "add", bundle.id, file).succeeded()
        #expect(try inside(bundle).count { $0.point.hasPrefix("/mnt/") } == 40)
        try bundle.apus("mounts", "remove", bundle.id, file).succeeded()
        #expect(try inside(bundle).count { $0.point.hasPrefix("/mnt/") } == 0)
    }

    @Test func aProcfsIsTheContainers() throws {
        let bundle = try bundle().running()
        let output = try mounts("add", bundle, ["type": "proc", "source": "proc", "destination": "/proc"])
        guard output.status == 0 else { return output.failed(naming: "mounts[0].type", "takes Linux 6.17") }
        #expect(try bundle.exec(shell: "tr '\\0' ' ' </proc/1/cmdline").succeeded().stdout == "sleep 1000 ")
    }

    @Test(arguments: [
        ("{}", "mounts: required"), ("[]", "there are no mounts in it"), ("[", "unexpected EOF"), ("7", "expected"),
        ("[{}]", "mounts[0].destination"), ("{\"mounts\": [{\"destination\": 5}]}", "mounts[0].destination"),
        ("[{\"destination\": \"\"}]", "mounts[0].destination: must not be empty"),
        ("[{\"destination\": \"/a\\u0000b\"}]", "mounts[0].destination"),
    ])
    func aFileThatIsNoList(_ text: String, _ complaint: String) throws {
        let bundle = try bundle()
        try bundle.create().succeeded()
        let file = try bundle.file("mounts.json", text)
        for action in ["add", "remove"] {
            let output = try bundle.apus("mounts", action, bundle.id, file)
            #expect(output.status == 1)
            #expect(output.error.contains(complaint), "\(output.error)")
        }
    }

    @Test func standardInputAndAnObject() throws {
        let bundle = try bundle()
        try bundle.create().succeeded()
        let text = "{\"mounts\": [{\"destination\": \"/mnt\", \"type\": \"tmpfs\"}]}"
        let file = try bundle.file("list.json", text)
        for (action, isThere) in [("add", true), ("remove", false)] {
            try bundle.apus("mounts", action, bundle.id, "-", stdin: .file(file)).succeeded()
            #expect(try (inside(bundle).at("/mnt") != nil) == isThere)
        }
        try bundle.apus("mounts", "add", bundle.id, bundle.path + "/nosuch.json")
            .failed(naming: "open \(bundle.path)/nosuch.json: no such file or directory")
        try bundle.apus("mounts", "remov", bundle.id, file)
            .failed(naming: "unknown action \"remov\" of mounts", "did you mean remove?")
        try bundle.apus("mounts", "add", "nosuch", file).failed(naming: "container does not exist")
    }

    // MARK: All or nothing

    @Test(arguments: [
        ("mounts[2].source", "/nosuch", "no such file or directory"), ("mounts[2].options", "size=abc", "invalid"),
    ])
    func aFailureTakesAwayWhatWasMade(_ property: String, _ value: String, _ cause: String) throws {
        let bundle = try bundle()
        let source = try source(bundle)
        _ = try bundle.running()
        let before = try inside(bundle)
        let last = property.hasSuffix("source") ? bind(value, "/mnt/b") : tmpfs("/mnt/b", value)
        try mounts("add", bundle, tmpfs("/mnt"), bind(source, "/mnt/a"), last)
            .failed(naming: "unable to add mounts: ", property, value, cause)
        #expect(try inside(bundle) == before)
        #expect(try bundle.status == "running")
    }

    @Test func aRemovalThatFailsChangesNothing() throws {
        let bundle = try bundle()
        let source = try source(bundle)
        _ = try bundle.running()
        try mounts("add", bundle, bind(source, "/mnt"), tmpfs("/tmp"), tmpfs("/tmp/deep")).succeeded()
        let before = try inside(bundle).map(\.point)
        try mounts("remove", bundle, tmpfs("/mnt"), tmpfs("/home"))
            .failed(
                naming: "unable to remove mounts: ", "mounts[1].destination", "\"/home\"", "nothing is mounted there")
        #expect(try inside(bundle).map(\.point) == before)
        // The second of one place is noticed when the first is gone.
        try mounts("remove", bundle, tmpfs("/mnt"), tmpfs("/mnt"), tmpfs("/tmp"))
            .failed(naming: "mounts[0].destination", "nothing is mounted there")
        #expect(try inside(bundle).map(\.point).sorted() == before.sorted())
        #expect(try bundle.exec(shell: "cat /mnt/file").succeeded().stdout == "of the host")
        for (place, complaint) in [("/", "root"), ("/nosuch", "no such file or directory"), ("/mnt/file", "nothing")] {
            try mounts("remove", bundle, tmpfs(place)).failed(naming: "mounts[0].destination", complaint)
        }
        // What lies in a mount goes with it.
        try mounts("remove", bundle, tmpfs("/tmp")).succeeded()
        #expect(try inside(bundle).at("/tmp/deep") == nil)
    }

    // MARK: Hostile and impossible places

    /// Links of the image are followed inside of the root, and none of procfs anywhere.
    @Test func linksDoNotLeadOut() throws {
        let bundle = try bundle()
        let source = try source(bundle)
        let precious = try HostileRootfsTests.Precious(bundle)
        symlink("../../../../../../../.." + precious.path, bundle.rootfs + "/up")
        symlink(precious.path, bundle.rootfs + "/absolute")
        symlink("/proc/1/root" + precious.path, bundle.rootfs + "/magic")
        symlink("/proc/1/cwd", bundle.rootfs + "/cwd")
        _ = try bundle.running()
        try mounts("add", bundle, bind(source, "/up/made"), tmpfs("/absolute/other")).succeeded()
        #expect(try inside(bundle).at(precious.path + "/made") != nil)
        #expect(try inside(bundle).at(precious.path + "/other") != nil)
        for place in ["/magic/made", "/magic", "/cwd", "/cwd/made"] {
            try mounts("add", bundle, tmpfs(place)).failed(naming: "mounts[0].destination", "symbolic links")
            try mounts("remove", bundle, tmpfs(place)).failed(naming: "mounts[0].destination", "symbolic links")
        }
        try mounts("add", bundle, tmpfs("/proc/sys")).failed(naming: "mounts[0].destination", "inside /proc")
        try mounts("remove", bundle, tmpfs("/up/made"), tmpfs("/absolute/other")).succeeded()
        try precious.expectUntouched()
    }

    @Test(arguments: [
        ("{\"type\": \"cgroup\", \"destination\": \"/mnt\"}", "mounts[0].type"),
        ("{\"type\": \"none\", \"destination\": \"/proc\", \"options\": [\"remount\", \"ro\"]}", "mounts[0]"),
        ("{\"type\": \"tmpfs\", \"destination\": \"/dev\", \"options\": [\"remount\", \"ro\"]}", "mounts[0].options"),
        ("{\"type\": \"tmpfs\", \"destination\": \"/\"}", "mounts[0].destination"),
        ("{\"type\": \"nosuchfs\", \"destination\": \"/mnt\"}", "mounts[0].type"),
        (
            "{\"type\": \"bind\", \"source\": \"/etc\", \"destination\": \"/mnt\", \"options\": [\"copy-symlink\"]}",
            "mounts[0].options"
        ),
    ])
    func whatIsNotMadeInARunningContainer(_ mount: String, _ property: String) throws {
        let bundle = try bundle()
        try bundle.create().succeeded()
        let before = try inside(bundle)
        try mounts("add", bundle, try JSONValue(parsing: mount)).failed(naming: property)
        #expect(try inside(bundle) == before)
    }

    @Test func withoutAMountNamespaceOrAProcess() throws {
        let shared = try bundle {
            $0.dropNamespace("mount")
            $0.linux.remove("maskedPaths")
            $0.linux.remove("readonlyPaths")
        }
        try shared.create().succeeded()
        for action in ["add", "remove"] {
            try mounts(action, shared, tmpfs("/mnt")).failed(naming: "has no mount namespace of its own")
        }
        let ended = try bundle()
        try ended.create().succeeded()
        try ended.kill("KILL").succeeded()
        try ended.waitUntilStopped()
        for action in ["add", "remove"] {
            try mounts(action, ended, tmpfs("/mnt")).failed(naming: "container not running")
        }
    }
}
