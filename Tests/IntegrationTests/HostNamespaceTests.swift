import Foundation
import Testing

/// Namespaces and processors that a container shares with the host, whatever the way it came to them.
@Suite(.containers, .requires(.root, .runtime))
struct HostNamespaceTests {
    /// A parameter of a joined namespace that is the host's would change the host.
    @Test(arguments: [
        ("network", "net", "net.ipv4.ip_forward", "not allowed in host network namespace"),
        ("ipc", "ipc", "kernel.msgmax", "is not allowed in the hosts ipc namespace"),
    ])
    func sysctlsOfTheHostsNamespaceByItsPath(
        _ type: String, _ file: String, _ key: String, _ reason: String
    ) throws {
        let path = "/proc/sys/" + key.replacing(".", with: "/")
        let before = contents(path)
        let bundle = try TestBundle {
            $0.addNamespace(type, path: "/proc/self/ns/\(file)")
            $0.linux.sysctl = .object([key: "1"])
        }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: reason)
        output.failed(naming: "linux.sysctl", key)
        bundle.expectNothingLeft()
        #expect(contents(path) == before)
    }

    /// Without any namespace the container's mounts are the host's: they lie on one mount of the root file system, change
    /// no other, and go away with the container.
    @Test func withoutNamespaces() throws {
        let bundle = try TestBundle {
            Self.takeNamespaces(from: &$0)
            $0.process.args = ["sh", "-c", "echo x >/file || touch /dev/shm/fine; sleep 1000"]
        }
        let others = { Mountinfo.host().filter { !$0.point.hasPrefix("/tmp/apus-tests.") } }
        let before = others()
        let container = try bundle.running()
        let pid = try container.pid()
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/ns") {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/" + name)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/" + name) == own)
        }
        let root = try #require(Mountinfo.host().first { $0.point == bundle.rootfs })
        #expect(root.options.contains("ro"))
        #expect(!root.propagation.contains { $0.hasPrefix("shared") })
        #expect(Mountinfo.host().contains { $0.point == bundle.rootfs + "/dev/shm" })
        eventually("only what is mounted can be written") { exists(bundle.rootfs + "/dev/shm/fine") }
        #expect(!exists(bundle.rootfs + "/file"))
        #expect(others() == before)
        try bundle.delete("--force").succeeded()
        #expect(!Mountinfo.host().contains { $0.point.hasPrefix(bundle.rootfs) })
    }

    /// What somebody took away or mounted since then is not the container's any more.
    @Test func withoutNamespacesOnAnotherMount() throws {
        let bundle = try TestBundle {
            Self.takeNamespaces(from: &$0)
            $0.process.args = ["sleep", "1000"]
        }.running()
        try Command.run("umount", "--lazy", bundle.rootfs).succeeded()
        try Command.run("mount", "-t", "tmpfs", "tmpfs", bundle.rootfs).succeeded()
        try bundle.delete("--force").succeeded()
        #expect(Mountinfo.host().first { $0.point == bundle.rootfs }?.type == "tmpfs")
        try Command.run("umount", bundle.rootfs).succeeded()
    }

    @Test func aFailureWithoutNamespaces() throws {
        let bundle = try TestBundle {
            Self.takeNamespaces(from: &$0)
            $0.process.args = ["no-such-program"]
        }
        try bundle.create().failed(from: "runc create failed: ", to: "executable file not found in $PATH")
        #expect(!Mountinfo.host().contains { $0.point.hasPrefix(bundle.rootfs) })
        bundle.expectNothingLeft()
    }

    private static func takeNamespaces(from configuration: inout JSONValue) {
        configuration.linux.namespaces = []
        configuration.linux.maskedPaths = []
        configuration.linux.readonlyPaths = []
        configuration.remove("hostname")
    }

    /// The initial processors hold before the process is in its cgroup, so they need not be those of its cpuset.
    @Test(.requires(.cgroupV1("cpuset"), .path("/sys/devices/system/cpu/cpu1")))
    func initialProcessorsOutsideTheCpuset() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.process.execCPUAffinity = ["initial": "1"]
            $0.linux.resources.cpu = ["cpus": "0"]
        }.running()
        let output = try bundle.exec(shell: "grep Cpus_allowed_list /proc/self/status").succeeded()
        #expect(output.stdout == "Cpus_allowed_list:\t0\n")
    }

    @Test func initialProcessorsThatAreMissing() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.process.execCPUAffinity = ["initial": "8000"]
        }.running()
        let output = try bundle.exec(shell: "true")
        output.failed(from: "exec failed: ", to: "invalid argument", code: 255)
        output.failed(naming: "process.execCPUAffinity", "8000", code: 255)
    }
}
