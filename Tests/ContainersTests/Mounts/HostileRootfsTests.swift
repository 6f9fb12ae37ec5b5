import LinuxKernel
import RootfsProbe
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// Images that try to make the runtime touch what is outside of them.
@Suite(.enabled(if: ProbedRootfs.canRun, "needs root and /bin/busybox"))
struct HostileRootfsTests {
    @Test(arguments: ["/etc", "..", "/dev"])
    func procMustNotBeLink(_ target: String) throws {
        let rootfs = try ProbedRootfs()
        try rootfs.link("rootfs/proc", to: Path(target))
        let (output, status) = try rootfs.run("true")
        #expect(status == 3)
        #expect(output.contains("filesystem \"proc\" must be mounted on ordinary directory"))
    }

    @Test func sysMustNotBeLink() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.link("rootfs/sys", to: "/proc")
        let (output, status) = try rootfs.run("true")
        #expect(status == 3)
        #expect(output.contains("filesystem \"sysfs\" must be mounted on ordinary directory"))
    }

    @Test func linkToTheRootIsNoPlaceForMount() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.link("rootfs/dev", to: "/")
        let (output, status) = try rootfs.run("true")
        #expect(status == 3)
        #expect(output.contains("is on the top of the root file system"))
    }

    @Test func devicesGoIntoTheRootOnly() throws {
        let rootfs = try ProbedRootfs(mounts: [Mount(destination: "/proc", type: "proc", source: "proc")])
        try rootfs.link("rootfs/dev", to: "../../../..")
        let (output, status) = try rootfs.run("busybox ls /")
        #expect(status == 0, "\(output)")
        #expect(output.contains("urandom"))
        #expect(try rootfs.names(in: "rootfs").contains("urandom"))
        #expect(try rootfs.names(in: "").sorted() == ["rootfs", "scenario"])
    }

    @Test func dotsAndLinksStayInside() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.write("host", to: "hosts")
        try rootfs.link("rootfs/etc", to: "../../../..")
        try rootfs.link("rootfs/var", to: "/etc/gone/deeper")
        rootfs.spec.mounts += [
            Mount(destination: "/etc/apus-hosts", source: "hosts", options: ["bind", "ro"]),
            Mount(destination: "/var/directory", type: "tmpfs"),
        ]
        let (output, status) = try rootfs.run("cat /apus-hosts; busybox ls -d /gone/deeper/directory")
        #expect(status == 0)
        #expect(output == "host/gone/deeper/directory\n")
        #expect(!fileExists("/apus-hosts"))
        #expect(!fileExists("/gone"))
    }

    @Test func absoluteLinkOfTheImageDoesNotReachTheHost() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.write("outside", to: "outside/file")
        try rootfs.link("rootfs/data", to: rootfs.bundle + "/outside")
        rootfs.spec.mounts.append(Mount(destination: "/data/new", type: "tmpfs"))
        let (_, status) = try rootfs.run("test -d /data/new")
        #expect(status == 0)
        #expect(try rootfs.names(in: "outside") == ["file"])
    }

    @Test func magicLinksAreRefused() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.link("rootfs/out", to: "/proc/self/cwd")
        try rootfs.link("rootfs/other", to: "/proc/self/fd/3")
        for path in ["/out/x", "/other"] {
            var spec = rootfs.spec
            spec.mounts.append(Mount(destination: Path(path), type: "tmpfs"))
            let before = rootfs.spec
            rootfs.spec = spec
            let (output, status) = try rootfs.run("true")
            #expect(status == 3, "\(path): \(output)")
            #expect(output.contains("too many levels of symbolic links"))
            rootfs.spec = before
            rootfs.spec.linux?.maskedPaths = [Path(path)]
            let (masked, maskStatus) = try rootfs.run("true")
            #expect(maskStatus == 3, "\(path): \(masked)")
        }
    }

    @Test func linkIntoProcIsNoPlaceForMount() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.link("rootfs/harmless", to: "/proc/sys/kernel")
        rootfs.spec.mounts.append(Mount(destination: "/harmless", type: "tmpfs"))
        let (output, status) = try rootfs.run("true")
        #expect(status == 3)
        #expect(output.contains("cannot be mounted because it is inside /proc"))
    }

    /// Engines tell a place that is not there from one that may not be covered.
    @Test(arguments: ["/proc/self", "/tmp/../proc/sys", "/proc/1/status", "/proc/none", "/proc/none/x"])
    func placesInProcAreRefused(_ place: String) throws {
        let rootfs = try ProbedRootfs()
        rootfs.spec.mounts.append(Mount(destination: Path(place), type: "tmpfs"))
        let (output, status) = try rootfs.run("true")
        #expect(status == 3)
        #expect(output.contains("cannot be mounted because it is inside /proc"))
        #expect(output.contains("no such file or directory") == place.hasPrefix("/proc/none"))
    }

    @Test func fifoAsNullDeviceIsRefused() throws {
        let rootfs = try ProbedRootfs(mounts: [Mount(destination: "/proc", type: "proc", source: "proc")])
        try rootfs.makeSubdirectory("rootfs/dev")
        try makeNode(rootfs.rootfs + "/dev/null", kind: .fifo, permissions: 0o666)
        let (output, status) = try rootfs.run("true")
        #expect(status == 3)
        #expect(output.contains("error creating device nodes /dev/null"))
        #expect(output.contains("/dev/null has incorrect ftype: 010000 doesn't match expected 020000"))
    }

    @Test(arguments: ["fifo", "file", "link"])
    func falseNullDeviceMasksNothing(_ kind: String) throws {
        let rootfs = try ProbedRootfs()
        try rootfs.makeSubdirectory("devices")
        switch kind {
        case "fifo":
            try makeNode(rootfs.bundle + "/devices/null", kind: .fifo, permissions: 0o666)
        case "file":
            try rootfs.write("", to: "devices/null")
        default:
            try rootfs.link("devices/null", to: "/proc/sysrq-trigger")
        }
        rootfs.spec.mounts = [
            Mount(destination: "/proc", type: "proc", source: "proc"),
            Mount(destination: "/dev", source: "devices", options: ["bind"]),
        ]
        rootfs.spec.linux?.maskedPaths = ["/proc/timer_list"]
        let (output, status) = try rootfs.run("true")
        #expect(status == 3)
        #expect(output.contains("mask /proc/timer_list: "))
        #expect(output.contains(" no such "))
    }

    @Test func sysctlIgnoresWhatLiesAtProc() throws {
        let rootfs = try ProbedRootfs(mounts: [])
        try rootfs.write("false", to: "rootfs/proc/sys/net/ipv4/ip_default_ttl")
        rootfs.spec.linux?.sysctl["net.ipv4.ip_default_ttl"] = "77"
        let (output, status) = try rootfs.run(
            "cat /proc/sys/net/ipv4/ip_default_ttl; busybox mount -t proc proc /proc; cat /proc/sys/net/ipv4/ip_default_ttl"
        )
        #expect(status == 0)
        #expect(output == "false77\n")
    }

    @Test func linksOfTheImageStayWhereTheyAre() throws {
        let rootfs = try ProbedRootfs(mounts: [Mount(destination: "/proc", type: "proc", source: "proc")])
        try rootfs.makeSubdirectory("rootfs/dev")
        try rootfs.write("untouched", to: "victim")
        try rootfs.link("rootfs/dev/ptmx", to: rootfs.bundle + "/victim")
        try rootfs.link("rootfs/dev/stdin", to: "elsewhere")
        let (output, status) = try rootfs.run("readlink /dev/ptmx; readlink /dev/stdin")
        #expect(status == 0)
        #expect(output == "pts/ptmx\nelsewhere\n")
        #expect(try rootfs.read("victim") == "untouched")
    }

    @Test func nodeOfTheImageMustBeTheDevice() throws {
        let rootfs = try ProbedRootfs(mounts: [Mount(destination: "/proc", type: "proc", source: "proc")])
        try rootfs.makeSubdirectory("rootfs/dev")
        try makeNode(
            rootfs.rootfs + "/dev/null", kind: .characterDevice, permissions: 0o666, major: 1,
            minor: 1)
        #expect(try rootfs.run("true").status == 3)
        try unlink(rootfs.rootfs + "/dev/null")
        try makeNode(
            rootfs.rootfs + "/dev/null", kind: .characterDevice, permissions: 0o600, major: 1,
            minor: 3)
        #expect(try rootfs.run("true").status == 0)
    }

    @Test func consoleMustNotBeLink() throws {
        let rootfs = try ProbedRootfs(
            mounts: [
                Mount(destination: "/proc", type: "proc", source: "proc"),
                Mount(
                    destination: "/dev/pts", type: "devpts", source: "devpts",
                    options: ["newinstance", "ptmxmode=0666", "mode=0620"]),
            ])
        rootfs.scenario.hasConsole = true
        try rootfs.makeSubdirectory("rootfs/dev")
        try rootfs.link("rootfs/dev/console", to: "/proc/sys/kernel/core_pattern")
        let (output, status) = try rootfs.run("true")
        #expect(status == 3)
        #expect(output.contains("mount the terminal on /dev/console: "))
        #expect(output.contains(": too many levels of symbolic links"))
        try unlink(rootfs.rootfs + "/dev/console")
        let (plain, plainStatus) = try rootfs.run("busybox stat -c '%F %t' /dev/console")
        #expect(plainStatus == 0, "\(plain)")
        #expect(plain == "character special file 88\n")
    }
}
