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
