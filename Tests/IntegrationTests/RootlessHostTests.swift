import Foundation
import Testing

/// What the host grants an ordinary user: ranges of ids, helpers, directories of their own.
@Suite(.containers, .requires(.root, .runtime, .rootless))
struct RootlessHostTests {
    private static let user = HostView.user

    /// A command as a user that the host's files know and grant ids, in a mount namespace of its own.
    private func known(
        _ bundle: TestBundle, helpers: String? = nil, _ arguments: [String]
    ) throws -> Command {
        let passwd = (contents("/etc/passwd") ?? "") + "apus-tests:x:\(Self.user):\(Self.user)::/nosuch:/bin/sh\n"
        let files = [
            ("/etc/passwd", try bundle.file("passwd", passwd)),
            ("/etc/subuid", try bundle.file("subuid", "apus-tests:300000:65536\n")),
            ("/etc/subgid", try bundle.file("subgid", "\(Self.user):400000:65536\n")),
        ]
        let mounts = files.map { "mount --bind \($1) \($0)" }.joined(separator: " && ")
        var environment: [String: String] = [:]
        if let helpers { environment["PATH"] = helpers + ":/usr/sbin:/usr/bin:/sbin:/bin" }
        return try Command(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", mounts + " && exec \"$0\" \"$@\""]
                + bundle.arguments(arguments), environment: environment)
    }

    private func bundle(_ script: String, size: Int = 65536, uid: Int = 0, groups: [Int] = []) throws -> TestBundle {
        try TestBundle(shell: script, view: .ordinaryUser) {
            for (kind, first) in [("uidMappings", 300_000), ("gidMappings", 400_000)] {
                $0.linux[kind] = [
                    ["containerID": 0, "hostID": .number("\(Self.user)"), "size": 1],
                    ["containerID": 1, "hostID": .number("\(first)"), "size": .number("\(size)")],
                ]
            }
            $0.process.user.uid = .number("\(uid)")
            $0.process.user.additionalGids = .array(groups.map { .number("\($0)") })
        }
    }

    @Test(.requires(.program("newuidmap"))) func rangesOfIDs() throws {
        let bundle = try bundle(
            "id -u; id -G; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups", uid: 1000, groups: [5, 6])
        let output = try known(bundle, ["run", "--bundle", bundle.path, bundle.id]).wait().succeeded()
        #expect(output.lines.prefix(2) == ["1000", "0 5 6"])
        #expect(
            output.lines.dropFirst(2).map { $0.split(separator: " ") } == [
                ["0", "4242", "1"], ["1", "300000", "65536"], ["0", "4242", "1"], ["1", "400000", "65536"], ["allow"],
            ])
        bundle.expectNothingLeft()
    }

    @Test(.requires(.program("newuidmap"))) func moreThanTheRange() throws {
        let bundle = try bundle("true", size: 65537)
        let output = try known(bundle, ["run", "--bundle", bundle.path, bundle.id]).wait()
        output.failed(
            naming: "linux.gidMappings: newgidmap: exit status 1", "not allowed", "(see /etc/subuid and /etc/subgid)")
        bundle.expectNothingLeft()
    }

    /// Copies of the helpers without the bit that gives them root's privileges, as from an archive that was unpacked wrongly.
    @Test(.requires(.program("newuidmap"))) func helpersWithoutPrivileges() throws {
        let bundle = try bundle("true")
        let directory = bundle.directory("bin")
        for name in ["newuidmap", "newgidmap"] {
            try Command.run("sh", "-c", "cp \"$(command -v \(name))\" \(directory) && chmod 0755 \(directory)/\(name)")
                .succeeded()
        }
        let output = try known(bundle, helpers: directory, ["run", "--bundle", bundle.path, bundle.id]).wait()
        output.failed(naming: "linux.gidMappings: newgidmap: exit status 1", "(see /etc/subuid and /etc/subgid)")
        bundle.expectNothingLeft()
        // The doctor knows why.
        let report = try known(bundle, helpers: directory, ["doctor", "--json", "--no-trial"]).wait(seconds: 60)
        let findings = try JSONValue(parsing: report.stdout).findings.items.filter { $0.id.text == "userns.helpers" }
        #expect(
            findings.compactMap(\.remedy.text) == [
                "as root: chmod u+s \(directory)/newuidmap", "as root: chmod u+s \(directory)/newgidmap",
            ])
    }

    /// No home, and no directory of the session: what is missing is said, and what is there is enough.
    @Test func withoutDirectoriesOfTheirOwn() throws {
        let bundle = try TestBundle(shell: "echo here", view: .ordinaryUser)
        let command = HostView.ordinaryUser.prefix + ["env", "--ignore-environment", Runtime.sharedPath]
        let arguments = ["run", "--bundle", bundle.path, bundle.id]
        try Command(command + arguments).wait()
            .failed(naming: "permission denied", "set XDG_RUNTIME_DIR to a directory of your own, or give --root")
        let output = try Command(command + ["--root", bundle.stateRoot] + arguments).wait().succeeded()
        #expect(output.stdout == "here\n")
        bundle.expectNothingLeft()
    }

    /// What `spec --rootless` writes runs where it was written, on every layout.
    @Test(arguments: [HostView.host, .v2]) func aNewConfiguration(_ layout: HostView) throws {
        let bundle = try TestBundle(shell: "true", view: .ordinaryUser)
        try FileManager.default.removeItem(atPath: bundle.path + "/config.json")
        let command = layout.prefix + bundle.arguments(["spec", "--rootless", "--bundle", bundle.path])
        try Command(command).wait().succeeded()
        try bundle.change {
            $0.process.terminal = .bool(false)
            $0.process.args = ["sh", "-c", "id -u; ls /sys/fs/cgroup | wc -l; readlink /proc/self/ns/cgroup"]
        }
        let output = try Command(layout.prefix + bundle.arguments(["run", "--bundle", bundle.path, bundle.id])).wait()
            .succeeded()
        #expect(output.lines.first == "0")
        #expect(output.lines.dropFirst().first != "0")
        if layout == .v2 {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/cgroup")
            #expect(output.lines.last != own)
        }
        bundle.expectNothingLeft()
    }
}
