import Foundation
import Testing

/// Device nodes, links in /dev, and which devices a container may open.
@Suite(.containers, .requires(.root, .runtime))
struct DeviceTests {
    @Test func theDefaultDevices() throws {
        let text = try output(
            of: "cd /dev; stat -c '%n %F %t:%T %a %u:%g' null zero full random urandom tty")
        let kind = "character special file"
        #expect(
            text.split(separator: "\n").map(String.init) == [
                "null \(kind) 1:3 666 0:0", "zero \(kind) 1:5 666 0:0", "full \(kind) 1:7 666 0:0",
                "random \(kind) 1:8 666 0:0", "urandom \(kind) 1:9 666 0:0", "tty \(kind) 5:0 666 0:0",
            ])
    }

    @Test func theDefaultDevicesCanBeOpened() throws {
        let text = try output(
            of: "echo x >/dev/null; for d in zero random urandom full; do head -c 2 /dev/$d | wc -c; done; "
                + "echo x 2>&1 >/dev/full || true")
        #expect(text.hasPrefix("2\n2\n2\n2\n"))
        #expect(text.contains("No space left on device"))
    }

    @Test func theLinks() throws {
        let text = try output(
            of: "cd /dev; for l in fd stdin stdout stderr ptmx; do readlink $l; done; readlink core; true")
        #expect(
            text.split(separator: "\n").map(String.init) == [
                "/proc/self/fd", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2", "pts/ptmx",
            ] + (exists("/proc/kcore") ? ["/proc/kcore"] : []))
    }

    @Test func devicesOfTheConfiguration() throws {
        let text = try output(of: "stat -c '%n %F %t:%T %a %u:%g' /dev/a /made/deep/b /dev/f /dev/u /dev/default") {
            $0.root.readonly = false
            $0.linux.devices = [
                ["path": "/dev/a", "type": "c", "major": 10, "minor": 229, "fileMode": 0o640, "uid": 5, "gid": 6],
                ["path": "/made/deep/b", "type": "b", "major": 7, "minor": 300, "fileMode": 0o600],
                ["path": "/dev/f", "type": "p", "fileMode": 0o622],
                ["path": "/dev/u", "type": "u", "major": 4095, "minor": 1048575, "fileMode": 0o666],
                ["path": "/dev/default", "type": "c", "major": 1, "minor": 3],
            ]
        }
        #expect(
            text.split(separator: "\n").map(String.init) == [
                "/dev/a character special file a:e5 640 5:6", "/made/deep/b block special file 7:12c 600 0:0",
                "/dev/f fifo 0:0 622 0:0", "/dev/u character special file fff:fffff 666 0:0",
                "/dev/default character special file 1:3 666 0:0",
            ])
    }

    /// Nobody makes nodes in a user namespace: those that the host has not come from the runtime.
    @Test(.requires(.userNamespaces), arguments: [true, false])
    func devicesInAUserNamespaceThatTheHostHasNot(_ mapsAll: Bool) throws {
        let bundle = try TestBundle(
            shell:
                "stat -c '%n %F %t:%T %a %u:%g' /dev/a /mnt/made/b /dev/zero; grep -c ' / ' /proc/mounts; "
                + "head -c 3 /dev/a | wc -c"
        ) {
            $0.addNamespace("user")
            let size = JSONValue.number(mapsAll ? "4294967295" : "65536")
            let mappings: JSONValue = [["containerID": 0, "hostID": mapsAll ? 0 : 100_000, "size": size]]
            $0.linux.uidMappings = mappings
            $0.linux.gidMappings = mappings
            $0.mounts.removeAll { $0.destination == "/sys/fs/cgroup" }
            $0.mount("/mnt", type: "tmpfs", source: "tmpfs")
            $0.linux.devices = [
                ["path": "/dev/a", "type": "c", "major": 1, "minor": 5, "fileMode": 0o157, "uid": 10, "gid": 11],
                ["path": "/mnt/made/b", "type": "b", "major": 7, "minor": 300],
                ["path": "/dev/zero", "type": "c", "major": 1, "minor": 5, "fileMode": 0o600, "uid": 10, "gid": 11],
            ]
        }
        // The host's own node stays what it is; root of the container owns nothing of the host's.
        #expect(
            try bundle.run().succeeded().lines == [
                "/dev/a character special file 1:5 157 10:11", "/mnt/made/b block special file 7:12c 666 0:0",
                "/dev/zero character special file 1:5 666 \(mapsAll ? "0:0" : "65534:65534")", "1", "3",
            ])
        bundle.expectNothingLeft()
    }

    @Test func aDefaultDeviceCanBeReplaced() throws {
        let text = try output(of: "stat -c '%t:%T %a' /dev/null") {
            $0.linux.devices = [["path": "/dev/null", "type": "c", "major": 1, "minor": 3, "fileMode": 0o600]]
            $0.linux.resources.devices.append(["allow": true, "type": "c", "major": 1, "minor": 3, "access": "rwm"])
        }
        #expect(text == "1:3 600")
    }

    @Test func anotherFileInTheWay() throws {
        let bundle = try TestBundle(shell: "true") {
            $0.root.readonly = false
            $0.linux.devices = [["path": "/etc/passwd", "type": "c", "major": 1, "minor": 3]]
        }
        let before = contents(bundle.rootfs + "/etc/passwd")
        let output = try bundle.run()
        // The specification wants an error; runc 1.1.5 keeps the file and goes on.
        #expect(output.status == 1)
        #expect(output.error.contains("/etc/passwd"))
        #expect(contents(bundle.rootfs + "/etc/passwd") == before)
        bundle.expectNothingLeft()
    }

    /// Where /dev is the host's own, nothing is made in it.
    @Test func nothingIsMadeInABoundDev() throws {
        let bundle = try TestBundle(shell: "ls -A /dev")
        let dev = bundle.directory("dev")
        mknod(dev + "/null", S_IFCHR | 0o666, 0x103)
        try bundle.change {
            $0.mounts.removeAll { $0.destination.text?.hasPrefix("/dev") ?? false }
            $0.mount("/dev", source: dev, "bind")
        }
        #expect(try bundle.run().succeeded().stdout == "null\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: dev) == ["null"])
    }

    // MARK: Access

    /// fuse's device: nothing allows it by default. Whether its driver is there does not matter: the rules come first.
    private func open(
        _ view: HostView, _ how: String, _ rules: JSONValue
    ) throws -> String {
        try output(of: "(\(how)) 2>&1 || true", view: view) {
            $0.linux.devices = [["path": "/dev/probe", "type": "c", "major": 10, "minor": 229, "fileMode": 0o666]]
            $0.linux.resources.devices = rules
        }
    }

    private static let denial: JSONValue = ["allow": false, "access": "rwm"]

    static let views: [HostView] =
        [HostCgroups.hierarchies["devices"] != nil ? .host : .v2]
        + (HostCgroups.hierarchies["devices"] != nil && HostCgroups.hasUnified ? [.v2] : [])

    @Test(arguments: views) func aDeviceWithoutARuleIsDenied(_ view: HostView) throws {
        #expect(try open(view, ": </dev/probe", [Self.denial]).contains("Operation not permitted"))
    }

    @Test(arguments: views) func aDeviceWithARule(_ view: HostView) throws {
        for rule: JSONValue in [
            ["allow": true, "type": "c", "major": 10, "minor": 229, "access": "rwm"],
            ["allow": true, "type": "c", "major": 10, "access": "rw"],
            ["allow": true, "type": "c", "minor": 229, "access": "r"],
            ["allow": true, "type": "c", "major": -1, "minor": -1, "access": "r"],
            ["allow": true, "access": "rwm"], ["allow": true, "type": "a", "access": "rwm"],
        ] {
            let text = try open(view, ": </dev/probe", [Self.denial, rule])
            #expect(!text.contains("Operation not permitted"), "\(rule)")
        }
    }

    @Test(arguments: views) func rulesThatDoNotFit(_ view: HostView) throws {
        for rule: JSONValue in [
            ["allow": true, "type": "c", "major": 10, "minor": 228, "access": "rwm"],
            ["allow": true, "type": "c", "major": 11, "access": "rwm"],
            ["allow": true, "type": "b", "major": 10, "minor": 229, "access": "rwm"],
            ["allow": true, "type": "c", "major": 10, "minor": 229, "access": "wm"],
        ] {
            let text = try open(view, ": </dev/probe", [Self.denial, rule])
            #expect(text.contains("Operation not permitted"), "\(rule)")
        }
    }

    @Test(arguments: views) func theLastRuleWins(_ view: HostView) throws {
        let allow: JSONValue = ["allow": true, "type": "c", "major": 10, "minor": 229, "access": "rwm"]
        let deny: JSONValue = ["allow": false, "type": "c", "major": 10, "minor": 229, "access": "r"]
        #expect(try open(view, ": </dev/probe", [Self.denial, allow, deny]).contains("Operation not permitted"))
        #expect(!(try open(view, ": >/dev/probe", [Self.denial, allow, deny]).contains("Operation not permitted")))
        #expect(!(try open(view, ": </dev/probe", [Self.denial, deny, allow]).contains("Operation not permitted")))
    }

    /// mknod of anything is allowed, as are the devices that every container has, whatever the rules say.
    @Test(arguments: views) func whatIsAlwaysAllowed(_ view: HostView) throws {
        let text = try output(of: "mknod /dev/n c 10 229 && echo made; echo x >/dev/null && echo null", view: view) {
            $0.setCapabilities("CAP_MKNOD")
        }
        #expect(text == "made\nnull")
    }

    @Test(arguments: views) func execHasTheSameRules(_ view: HostView) throws {
        let bundle = try TestBundle(view: view) {
            $0.process.args = ["sleep", "1000"]
            $0.linux.devices = [["path": "/dev/probe", "type": "c", "major": 10, "minor": 229, "fileMode": 0o666]]
        }.running()
        #expect(try bundle.exec(shell: ": </dev/probe").stderr.contains("Operation not permitted"))
    }

    @Test(arguments: views) func withoutDeviceRules(_ view: HostView) throws {
        let text = try output(of: "(: </dev/probe) 2>&1 || true", view: view) {
            $0.linux.devices = [["path": "/dev/probe", "type": "c", "major": 10, "minor": 229, "fileMode": 0o666]]
            $0.linux.remove("resources")
        }
        // What is not listed is not reachable, with no rules too.
        #expect(text.contains("Operation not permitted"))
    }

    /// A device whose number is the same as a listed one, but which is a block device.
    @Test(arguments: views) func blockAndCharacterAreApart(_ view: HostView) throws {
        let text = try output(of: "(: </dev/block) 2>&1 || true", view: view) {
            $0.linux.devices = [["path": "/dev/block", "type": "b", "major": 1, "minor": 3, "fileMode": 0o666]]
        }
        #expect(text.contains("Operation not permitted"))
    }
}
