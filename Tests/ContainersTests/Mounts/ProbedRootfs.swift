import CLinuxKernel
import LinuxKernel
import RootfsProbe
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// A root file system with busybox in it, and a way to look at it from inside.
final class ProbedRootfs {
    let bundle: Path
    var spec: Spec
    var facts: MountFacts
    var scenario = ProbeScenario()

    var rootfs: Path { bundle + "/rootfs" }

    static var canRun: Bool { linux_syscall(Int(SYS_geteuid), 0, 0, 0, 0, 0, 0) == 0 && fileExists("/bin/busybox") }

    init(mounts: [Mount]? = nil) throws {
        bundle = "/tmp/apus-mounts-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        try makeDirectory(bundle, mode: 0o755)
        try makeDirectory(bundle + "/rootfs", mode: 0o755)
        try makeDirectory(bundle + "/rootfs/bin", mode: 0o755)
        let program = try FileDescriptor.open("/bin/busybox")
        let copy = try FileDescriptor.open(
            bundle + "/rootfs/bin/busybox", [.create, .exclusive, .writeOnly], mode: 0o755)
        while try copy.sendFile(from: program, count: 1 << 30) > 0 {}
        spec = Spec(root: Root(path: "rootfs"), mounts: mounts ?? Self.defaultMounts, linux: LinuxConfiguration())
        spec.linux?.namespaces = [.pid, .network, .ipc, .uts, .mount].map { Namespace(type: $0) }
        facts = MountFacts(bundle: bundle, rootfs: bundle + "/rootfs")
    }

    deinit {
        do throws(Errno) {
            try removeTree(bundle)
        } catch {
            Issue.record("\(bundle) cannot be removed: \(error.message)")
        }
    }

    static let defaultMounts: [Mount] = [
        Mount(destination: "/proc", type: "proc", source: "proc"),
        Mount(
            destination: "/dev", type: "tmpfs", source: "tmpfs",
            options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        Mount(
            destination: "/dev/pts", type: "devpts", source: "devpts",
            options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
        Mount(
            destination: "/dev/shm", type: "tmpfs", source: "shm",
            options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
        Mount(
            destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"]),
        Mount(destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"]),
    ]

    static let maskedPaths: [Path] = [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
    ]
    static let readonlyPaths: [Path] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]

    /// Writes a file of the bundle, making its directories.
    func write(_ text: String, to path: String) throws {
        if let slash = path.lastIndex(of: "/") { try makeSubdirectory(String(path[..<slash])) }
        let file = try FileDescriptor.open(
            bundle + "/" + path, [.create, .truncate, .writeOnly], mode: 0o644)
        try file.write(Array(text.utf8))
    }

    func read(_ path: String) throws -> String { try readKernelFile(bundle + "/" + path).text }

    func link(_ path: String, to target: Path) throws {
        try makeSymbolicLink(bundle + "/" + path, to: target)
    }

    func makeSubdirectory(_ path: String) throws {
        var directory = bundle
        for part in path.split(separator: "/") {
            directory = directory + "/" + String(part)
            if !fileExists(directory) { try makeDirectory(directory, mode: 0o755) }
        }
    }

    func names(in path: String) throws -> [String] {
        let directory = try FileDescriptor.open(bundle + "/" + path, .directory)
        return try directory.directoryEntries().map(\.text).sorted()
    }

    /// Plans the specification, performs the plan, and runs `script` inside.
    func run(_ script: String) throws -> (output: String, status: Int32) {
        scenario.hasUserNamespace = spec.linux?.namespaces.contains { $0.type == .user } ?? false
        scenario.hasCgroupNamespace = spec.linux?.namespaces.contains { $0.type == .cgroup } ?? false
        scenario.hasNetworkNamespace = spec.linux?.namespaces.contains { $0.type == .network } ?? false
        let plan = try RootfsPlan(spec: spec, facts: facts)
        scenario.sources = plan.sources.map(\.step)
        scenario.steps = plan.beforeSwitch + [plan.rootSwitch] + plan.afterSwitch
        scenario.program = [
            "/bin/busybox", "sh", "-c",
            "for name in cat touch readlink; do alias $name=\"busybox $name\"; done\n" + script,
        ]
        var encoder = PlanEncoder()
        encoder.encode(scenario)
        let file = try FileDescriptor.open(
            bundle + "/scenario", [.create, .truncate, .writeOnly], mode: 0o600)
        try file.write(encoder.bytes)
        return try Self.runProbe(bundle + "/scenario")
    }

    private static func runProbe(_ scenario: Path) throws -> (output: String, status: Int32) {
        // The test runner is a program of the toolchain; the products lie beside the test bundle.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        let directory = bundle.lastIndex(of: "/").map { bundle[...$0] } ?? ""
        let program = try LaunchedProgram.start(
            "\(String(directory))RootfsProbe", arguments: ["RootfsProbe", scenario.bytes], environment: [], input: [],
            directory: nil)
        let status = try program.process.reap()
        var output = [UInt8]()
        output += try program.output.readAll(limit: 1 << 20)
        output += try program.error.readAll(limit: 1 << 20)
        return (String(decoding: output, as: UTF8.self), status.code)
    }
}

/// In tests a path is often put together of text.
func + (directory: Path, rest: String) -> Path { "\(directory)\(rest)" }

private func removeTree(_ path: Path, at parent: borrowing FileDescriptor = .workingDirectory) throws(Errno) {
    do throws(Errno) {
        try unlink(path, at: parent)
    } catch .isDirectory {
        do {
            let directory = try FileDescriptor.open(path, at: parent, [.directory, .noFollow])
            for name in try directory.directoryEntries() { try removeTree(Path(name), at: directory) }
        }
        try unlink(path, at: parent, isDirectory: true)
    } catch .noSuchFileOrDirectory {
        return
    }
}
