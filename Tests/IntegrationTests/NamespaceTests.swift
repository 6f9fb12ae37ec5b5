import Foundation
import Testing

/// New namespaces, shared ones, and ones joined by path.
@Suite(.containers, .requires(.root, .runtime))
struct NamespaceTests {
    /// Type in config.json and file in /proc/PID/ns.
    private static let kinds = [
        ("pid", "pid"), ("network", "net"), ("mount", "mnt"), ("ipc", "ipc"), ("uts", "uts"), ("cgroup", "cgroup"),
    ]

    private func namespace(_ pid: pid_t, _ file: String) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/\(file)")
    }

    @Test func eachNamespaceIsNew() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.addNamespace("cgroup")
        }.running()
        let pid = try bundle.pid()
        for (type, file) in Self.kinds {
            #expect(try namespace(pid, file) != namespace(getpid(), file), "\(type)")
        }
    }

    @Test(arguments: ["pid", "network", "ipc", "uts", "cgroup"])
    func aMissingNamespaceIsTheRuntimes(_ type: String) throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.dropNamespace(type)
        }.running()
        let pid = try bundle.pid()
        let file = Self.kinds.first { $0.0 == type }?.1 ?? ""
        #expect(try namespace(pid, file) == namespace(getpid(), file))
        try bundle.kill("KILL").succeeded()
        try bundle.waitUntilStopped()
        try bundle.delete().succeeded()
    }

    @Test(arguments: ["pid", "network", "ipc", "uts", "cgroup"])
    func aNamespaceIsJoinedByPath(_ type: String) throws {
        let owner = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.addNamespace("cgroup")
        }.running()
        let file = Self.kinds.first { $0.0 == type }?.1 ?? ""
        let pid = try owner.pid()
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.addNamespace(type, path: "/proc/\(pid)/ns/\(file)")
            if type == "uts" { $0.remove("hostname") }
        }.running()
        #expect(try namespace(bundle.pid(), file) == namespace(pid, file))
        #expect(try bundle.exec(shell: "readlink /proc/self/ns/\(file)").stdout == namespace(pid, file) + "\n")
        // Deleting the guest leaves the owner alone.
        try bundle.delete("--force").succeeded()
        #expect(try owner.status == "running")
    }

    @Test func theLoopbackIsUp() throws {
        #expect(try output(of: "cat /sys/class/net/lo/operstate; ip addr show lo").contains("127.0.0.1/8"))
    }

    @Test func hostAndDomainName() throws {
        let host = contents("/proc/sys/kernel/hostname")
        let names = try output(of: "hostname; cat /proc/sys/kernel/domainname") {
            $0.hostname = "box-1"
            $0.domainname = "example.org"
        }
        #expect(names == "box-1\nexample.org")
        #expect(contents("/proc/sys/kernel/hostname") == host)
    }

    @Test func theLongestHostname() throws {
        let name = String(repeating: "n", count: 64)
        #expect(try output(of: "hostname") { $0.hostname = .string(name) } == name)
        let bundle = try TestBundle { $0.hostname = .string(name + "n") }
        let failed = try bundle.run()
        #expect(failed.status == 1)
        #expect(failed.error.hasPrefix("runc run failed: "))
        bundle.expectNothingLeft()
    }

    // MARK: Time

    // runc 1.1.5 does not know the time namespace.
    @Test(.requires(.timeNamespaces)) func timeOffsets() throws {
        let offsets = try output(of: "cat /proc/self/timens_offsets; cut -d. -f1 /proc/uptime") {
            $0.addNamespace("time")
            $0.linux.timeOffsets = ["monotonic": ["secs": 7200, "nanosecs": 5], "boottime": ["secs": 1_000_000]]
        }
        let lines = offsets.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines[0] == ["monotonic", "7200", "5"])
        #expect(lines[1] == ["boottime", "1000000", "0"])
        #expect((Int(lines[2][0]) ?? 0) > 1_000_000)
    }

    @Test(.requires(.timeNamespaces)) func aNegativeTimeOffset() throws {
        let offsets = try output(of: "cat /proc/self/timens_offsets") {
            $0.addNamespace("time")
            $0.linux.timeOffsets = ["monotonic": ["secs": -60]]
        }
        #expect(offsets.contains(/monotonic +-60 +0/))
    }

    @Test(.requires(.timeNamespaces)) func execIsInTheTimeNamespace() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.addNamespace("time")
            $0.linux.timeOffsets = ["boottime": ["secs": 5_000_000]]
        }.running()
        #expect((Int(try bundle.exec(shell: "cut -d. -f1 /proc/uptime").lines[0]) ?? 0) > 5_000_000)
    }

    // MARK: User

    private func userNamespace(_ configuration: inout JSONValue, size: Int = 65536) {
        configuration.addNamespace("user")
        configuration.linux.uidMappings = [["containerID": 0, "hostID": 100_000, "size": .number("\(size)")]]
        configuration.linux.gidMappings = [["containerID": 0, "hostID": 200_000, "size": .number("\(size)")]]
    }

    @Test(.requires(.userNamespaces)) func idMappings() throws {
        let bundle = try TestBundle(shell: "cat /proc/self/uid_map; echo; cat /proc/self/gid_map; id -u; sleep 1000") {
            userNamespace(&$0)
            $0.linux.uidMappings.append(["containerID": 70000, "hostID": 300_000, "size": 10])
        }
        // The user of the namespace reaches its root file system only through directories that it may search.
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("the maps are printed") { read().split(separator: "\n").count == 4 }
        let lines = read().split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines == [["0", "100000", "65536"], ["70000", "300000", "10"], ["0", "200000", "65536"], ["0"]])
        let status = Status(contents("/proc/\(try bundle.pid())/status") ?? "")
        #expect(status["Uid"] == "100000\t100000\t100000\t100000")
        #expect(status["Gid"] == "200000\t200000\t200000\t200000")
        #expect(contents("/proc/\(try bundle.pid())/setgroups") == "allow\n")
    }

    @Test func aSysctlThatContradictsTheDomainname() throws {
        for (key, value, fits) in [
            ("kernel.domainname", "one", true), ("kernel.domainname", "two", false),
            ("kernel/domainname", "two", false),
        ] {
            let bundle = try TestBundle(shell: "cat /proc/sys/kernel/domainname") {
                $0.domainname = "one"
                $0.linux.sysctl = [key: .string(value)]
            }
            let output = try bundle.run()
            if fits {
                #expect(try output.succeeded().stdout == "one\n")
            } else {
                output.failed(naming: "conflicts with")
            }
        }
    }

    /// The child gets its plan over a socket, and in a user namespace it is held before it can read.
    @Test(.requires(.userNamespaces), arguments: [false, true])
    func aPlanThatIsLargerThanAMessage(_ isHeld: Bool) throws {
        let bundle = try TestBundle(shell: "env | grep -c ^FILLING_") {
            if isHeld { userNamespace(&$0) }
            for number in 0..<3000 {
                let value = "FILLING_\(number)=" + String(repeating: "x", count: 100)
                $0.process.env.append(.string(value))
            }
        }
        #expect(try bundle.run().succeeded().stdout == "3000\n")
    }

    @Test(.requires(.userNamespaces)) func withoutMappingsTheRootIsTheRuntimesUser() throws {
        let bundle = try TestBundle(shell: "cat /proc/self/uid_map /proc/self/gid_map; id -u") {
            $0.addNamespace("user")
        }
        let output = try bundle.run().succeeded()
        let fields = output.stdout.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(fields == ["0 \(geteuid()) 1", "0 \(getegid()) 1", "0"])
        #expect(try bundle.apus("explain", "--bundle", bundle.path).succeeded().stdout.contains("without mappings"))
    }

    @Test(.requires(.userNamespaces)) func filesInAUserNamespaceKeepTheirOwners() throws {
        let bundle = try TestBundle(shell: "stat -c %u:%g /etc/passwd; touch /tmp/mine && stat -c %u:%g /tmp/mine") {
            userNamespace(&$0)
            $0.root.readonly = false
        }
        #expect(try bundle.run().succeeded().lines == ["65534:65534", "0:0"])
        var information = stat()
        #expect(stat(bundle.rootfs + "/tmp/mine", &information) == 0)
        #expect(information.st_uid == 100_000 && information.st_gid == 200_000)
        #expect(stat(bundle.rootfs + "/etc/passwd", &information) == 0 && information.st_uid == 0)
    }

    @Test(.requires(.userNamespaces)) func aUserInAUserNamespace() throws {
        let ids = try output(of: "id -u; id -g; id -G") {
            userNamespace(&$0)
            $0.process.user = ["uid": 10, "gid": 20, "additionalGids": [30, 31]]
        }
        #expect(ids == "10\n20\n20 30 31")
    }

    @Test(.requires(.userNamespaces)) func anUnmappedUser() throws {
        let bundle = try TestBundle(shell: "id") {
            userNamespace(&$0, size: 10)
            $0.mounts.removeAll { $0.destination == "/dev/pts" }
            $0.process.user = ["uid": 1000, "gid": 0]
        }
        let output = try bundle.run()
        #expect(output.status == 1)
        #expect(output.error.contains("uid 1000"))
        bundle.expectNothingLeft()
    }

    @Test(.requires(.userNamespaces)) func capabilitiesInAUserNamespace() throws {
        let text = try output(of: "grep Cap /proc/self/status") {
            userNamespace(&$0)
            $0.setCapabilities("CAP_SYS_ADMIN", "CAP_SYS_RESOURCE")
        }
        for set in ["CapBnd", "CapEff", "CapPrm", "CapInh", "CapAmb"] {
            #expect(Status(text).mask(set) == 1 << 21 | 1 << 24, "\(set)")
        }
    }

    /// Many lines in one write. The kernel takes 340, of one page in all.
    @Test(.requires(.userNamespaces)) func manyMappings() throws {
        let count = try output(of: "wc -l </proc/self/uid_map") {
            userNamespace(&$0)
            $0.linux.uidMappings = .array(
                (0..<340).map {
                    ["containerID": .number("\($0 * 2)"), "hostID": .number("\(1000 + $0 * 3)"), "size": 2]
                })
        }
        #expect(count == "340")
    }

    @Test(.requires(.userNamespaces)) func devicesAndDefaultMountsInAUserNamespace() throws {
        let text = try output(
            of: "echo x >/dev/null && head -c 3 /dev/zero | wc -c; cat /proc/self/mountinfo"
        ) { userNamespace(&$0) }
        #expect(text.hasPrefix("3\n"))
        let mounts = Mountinfo.parse(text)
        for point in ["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys"] {
            #expect(mounts.at(point) != nil, "\(point)")
        }
    }

    @Test(.requires(.userNamespaces)) func execInAUserNamespace() throws {
        let bundle = try TestBundle {
            userNamespace(&$0)
            $0.process.args = ["sleep", "1000"]
        }.running()
        #expect(
            try bundle.exec("--user", "5:6", shell: "id -u; id -g; cat /proc/self/uid_map").lines.prefix(2) == [
                "5", "6",
            ])
    }

    @Test(.requires(.userNamespaces)) func aUserNamespaceIsJoinedByPath() throws {
        let owner = try TestBundle {
            userNamespace(&$0)
            $0.process.args = ["sleep", "1000"]
        }.running()
        let pid = try owner.pid()
        let bundle = try TestBundle(shell: "readlink /proc/self/ns/user; readlink /proc/self/ns/net; id -u") {
            $0.addNamespace("user", path: "/proc/\(pid)/ns/user")
            $0.addNamespace("network", path: "/proc/\(pid)/ns/net")
        }
        #expect(
            try bundle.run().succeeded().lines == [namespace(pid, "user"), namespace(pid, "net"), "0"])
    }

    // MARK: Errors

    @Test func aPathThatIsMissing() throws {
        let bundle = try TestBundle { $0.addNamespace("network", path: "/nosuch") }
        try bundle.create().failed(from: "runc create failed: ", to: "no such file or directory")
        bundle.expectNothingLeft()
    }

    /// runc 1.1.5 joins without asking what it is, and the kernel then says "invalid argument".
    @Test func aPathOfAnotherKind() throws {
        let bundle = try TestBundle {
            $0.remove("hostname")
            $0.addNamespace("uts", path: "/proc/self/ns/ipc")
        }
        let output = try bundle.create()
        #expect(output.status == 1)
        #expect(output.error.hasPrefix("runc create failed: "))
        bundle.expectNothingLeft()
    }

    @Test func aPathThatIsNoNamespace() throws {
        let bundle = try TestBundle { $0.addNamespace("network", path: "/etc/passwd") }
        let output = try bundle.create()
        #expect(output.status == 1)
        bundle.expectNothingLeft()
    }

    /// A fifo must not hold the runtime up.
    @Test func aPathThatIsAFifo() throws {
        let bundle = try TestBundle()
        let fifo = bundle.path + "/fifo"
        mkfifo(fifo, 0o600)
        var configuration = try bundle.configuration()
        configuration.addNamespace("network", path: fifo)
        try bundle.write(configuration)
        let output = try bundle.launch(["create", "--bundle", bundle.path, bundle.id]).wait(seconds: 10)
        #expect(output.status == 1)
        bundle.expectNothingLeft()
    }
}
