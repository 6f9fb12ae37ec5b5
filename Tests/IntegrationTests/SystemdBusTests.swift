import Foundation
import Testing

/// Commands of systemd's driver whose bus is not there, or does not answer: they end, in time, and say what to do.
@Suite(.containers, .requires(.root, .runtime))
struct SystemdBusTests {
    private func bundle() throws -> TestBundle {
        try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.cgroupsPath = .string("apustests.slice:apus:\(TestRun.shared.uniqueName())")
        }
    }

    private func create(_ bundle: TestBundle, bus: String) throws -> Output {
        try bundle.launch(
            ["create", "--bundle", bundle.path, bundle.id],
            global: ["--root", bundle.stateRoot, "--log", bundle.log, "--systemd-cgroup"],
            environment: ["DBUS_SYSTEM_BUS_ADDRESS": "unix:path=" + bus]
        ).wait(seconds: 90)
    }

    /// Somebody listens, and that is all.
    @Test func aBusThatIsSilent() throws {
        let bundle = try bundle()
        let output = try create(bundle, bus: SocketListener().path)
        guard !exists("/run/systemd/private") else {
            // The manager itself is there, too, and answers root.
            try output.succeeded()
            try bundle.delete("--force").succeeded()
            return
        }
        output.failed(
            naming: "linux.cgroupsPath", "the bus does not answer at ", "connection timed out",
            "see whether systemctl answers")
        bundle.expectNothingLeft()
    }

    @Test(.disabled(if: exists("/run/systemd/private"), "needs a host on which systemd itself cannot be reached"))
    func aBusThatIsAbsent() throws {
        let bundle = try bundle()
        let output = try create(bundle, bus: "/nosuch/bus")
        output.failed(
            naming: "linux.cgroupsPath", "systemd not running on this host, cannot use systemd cgroups manager")
        bundle.expectNothingLeft()
    }

    /// What goes before a command that sees neither the bus nor the manager's socket.
    private static let withoutSystemd = [
        "unshare", "--mount", "--propagation", "private", "sh", "-c",
        "mount -n -t tmpfs tmpfs /run/dbus && mount -n --bind /dev/null /run/systemd/private && exec \"$0\" \"$@\"",
    ]

    /// The host has systemd, and neither its bus nor the manager's own socket is in sight.
    @Test(.requires(.systemd)) func noWayToTheManager() throws {
        let bundle = try bundle()
        let arguments = bundle.arguments(
            ["create", "--bundle", bundle.path, bundle.id],
            global: ["--root", bundle.stateRoot, "--log", bundle.log, "--systemd-cgroup"])
        let output = try Command(
            Self.withoutSystemd + arguments
        ).wait()
        output.failed(
            naming: "linux.cgroupsPath", "connect /run/dbus/system_bus_socket: no such file or directory",
            "systemctl start dbus.socket")
        bundle.expectNothingLeft()
    }

    /// A container whose bus has fallen silent can be deleted: its processes and its cgroup need no systemd.
    @Test(.requires(.systemd)) func deleteWithoutABus() throws {
        let bundle = try bundle()
        try create(bundle, bus: "/run/dbus/system_bus_socket").succeeded()
        try Command(
            Self.withoutSystemd + bundle.arguments(["delete", "--force", bundle.id])
        ).wait().succeeded()
        #expect((contents(bundle.log) ?? "").contains("unable to remove container's cgroup: cannot "))
        bundle.expectNothingLeft()
    }
}
