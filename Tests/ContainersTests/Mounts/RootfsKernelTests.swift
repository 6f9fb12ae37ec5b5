import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

@Suite(.enabled(if: ProbedRootfs.canRun, "needs root and /bin/busybox"))
struct RootfsKernelTests {
    @Test func defaultConfigurationMountsWhatItSays() throws {
        let rootfs = try ProbedRootfs()
        rootfs.spec.linux?.maskedPaths = ProbedRootfs.maskedPaths
        rootfs.spec.linux?.readonlyPaths = ProbedRootfs.readonlyPaths
        rootfs.spec.root?.readonly = true
        let (output, status) = try rootfs.run("cat /proc/self/mountinfo; busybox ls -l /dev")
        #expect(status == 0)
        #expect(output.contains(" / ro,relatime - "))
        #expect(output.contains(" /proc rw,relatime - proc proc rw"))
        #expect(output.contains(" /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755"))
        #expect(output.contains(" /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5,mode=620,ptmxmode=666"))
        #expect(output.contains(" /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro"))
        #expect(output.contains(" /sys /proc/sys ro,relatime - proc proc rw"))
        #expect(output.contains(" /null /proc/keys "))
        #expect(output.contains("ptmx -> pts/ptmx"))
        #expect(output.contains("crw-rw-rw-    1 0        0           1,   3"))
    }
}

extension RootfsKernelTests {
    private func mountinfo(_ output: String, at place: String) -> String? {
        output.split(separator: "\n").last { line in
            let fields = line.split(separator: " ")
            return fields.count > 6 && fields[4] == place
        }.map { String($0) }
    }

    private static let proc = Mount(destination: "/proc", type: "proc", source: "proc")

    @Test func bindsOfFilesAndDirectoriesGetTheirFlags() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.write("text", to: "data/file")
        rootfs.spec.mounts += [
            Mount(destination: "/data", source: "data", options: ["bind", "ro", "nosuid", "noexec", "noatime"]),
            Mount(destination: "/etc/deep/file", source: "data/file", options: ["bind"]),
            Mount(destination: "/plain", source: "data", options: ["rbind", "rw"]),
        ]
        let (output, status) = try rootfs.run(
            "cat /etc/deep/file /data/file /plain/file; echo; touch /plain/new; touch /data/no; cat /proc/self/mountinfo"
        )
        #expect(status == 0)
        #expect(output.hasPrefix("texttexttext\n"))
        #expect(mountinfo(output, at: "/data")?.contains(" ro,nosuid,noexec,noatime - ") == true)
        #expect(mountinfo(output, at: "/plain")?.contains(" rw,relatime - ") == true)
        #expect(try rootfs.names(in: "data") == ["file", "new"])
    }

    @Test func wholeTreeBecomesReadOnly() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.makeSubdirectory("outer/inner")
        // The bundle's own mounts would be seen by other tests: a bind of a directory with a mount is made inside instead.
        rootfs.spec.mounts += [
            Mount(destination: "/outer", type: "tmpfs", source: "tmpfs"),
            Mount(destination: "/outer/inner", type: "tmpfs", source: "tmpfs", options: ["nodev"]),
            Mount(destination: "/outer", type: "", source: "", options: ["remount", "bind", "rro", "rnoexec"]),
        ]
        let (output, _) = try rootfs.run("cat /proc/self/mountinfo")
        #expect(mountinfo(output, at: "/outer/inner")?.contains(" ro,nodev,noexec,relatime - ") == true)
    }

    @Test func missingSourceIsToldInTheWordsOfTheEngines() throws {
        let rootfs = try ProbedRootfs()
        rootfs.spec.mounts.append(Mount(destination: "/x", source: "/nosuch", options: ["bind"]))
        let (output, status) = try rootfs.run("true")
        #expect(status == 3)
        #expect(
            output == "error mounting \"/nosuch\" to rootfs at \"/x\": failed to fulfil mount request: open /nosuch: "
                + "no such file or directory\n")
    }

    @Test func directoryOnFileIsNotDirectory() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.write("", to: "rootfs/file")
        try rootfs.makeSubdirectory("directory")
        rootfs.spec.mounts.append(Mount(destination: "/file", source: "directory", options: ["bind"]))
        #expect(try rootfs.run("true").output.contains(": not a directory ("))
        rootfs.spec.mounts.removeLast()
        rootfs.spec.mounts.append(Mount(destination: "/bin", source: "/etc/passwd", options: ["bind"]))
        #expect(try rootfs.run("true").output.contains(": not a directory ("))
    }

    @Test func unknownFileSystemIsNoSuchDevice() throws {
        let rootfs = try ProbedRootfs()
        rootfs.spec.mounts.append(Mount(destination: "/x", type: "nosuchfs", source: "none"))
        let (output, _) = try rootfs.run("true")
        #expect(output.contains("error mounting \"none\" to rootfs at \"/x\": "))
        #expect(output.contains("mount nosuchfs: no such device ("))
    }

    @Test func tmpfsKeepsModeAndFilesOfTheCoveredDirectory() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.write("a", to: "rootfs/tmp/file")
        try rootfs.write("b", to: "rootfs/tmp/directory/inner")
        try rootfs.link("rootfs/tmp/link", to: "directory/inner")
        try setPermissions(0o1770, of: rootfs.rootfs + "/tmp")
        try setPermissions(0o4711, of: rootfs.rootfs + "/tmp/file")
        try changeOwner(of: rootfs.rootfs + "/tmp/directory", user: 5, group: 6)
        rootfs.spec.mounts += [
            Mount(destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "ro", "size=1m"]),
            Mount(destination: "/mode", type: "tmpfs", source: "tmpfs", options: ["mode=0711"]),
        ]
        let (output, status) = try rootfs.run(
            "busybox stat -c '%a %u %g %F' /tmp /tmp/file /tmp/directory /mode; cat /tmp/file /tmp/link; echo;"
                + "touch /tmp/x || cat /proc/self/mountinfo")
        #expect(status == 0)
        #expect(
            output.hasPrefix(
                "1770 0 0 directory\n4711 0 0 regular file\n755 5 6 directory\n711 0 0 directory\nab\n"))
        #expect(mountinfo(output, at: "/tmp")?.contains(" ro,relatime - tmpfs tmpfs rw,size=1024k") == true)
    }

    @Test func optionsLongerThanOnePageReachTheFileSystem() throws {
        let rootfs = try ProbedRootfs()
        var layers: [String] = []
        for index in 0..<60 {
            let name = "layers/" + String(repeating: "l", count: 80) + String(index)
            try rootfs.write(String(index), to: name + "/file" + String(index))
            layers.append(rootfs.bundle.text + "/" + name)
        }
        rootfs.spec.mounts.append(
            Mount(
                destination: "/merged", type: "overlay", source: "overlay",
                options: ["ro", ByteString("lowerdir=" + layers.joined(separator: ":"))]))
        let (output, status) = try rootfs.run("busybox ls /merged | busybox wc -l")
        #expect(status == 0, "\(output)")
        #expect(output == "60\n")
    }

    @Test func propagationComesAfterTheMount() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.makeSubdirectory("data")
        rootfs.spec.mounts += [
            Mount(destination: "/shared", source: "data", options: ["bind", "rshared"]),
            Mount(destination: "/private", source: "data", options: ["bind", "rprivate"]),
            Mount(destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["shared"]),
        ]
        let (output, status) = try rootfs.run("cat /proc/self/mountinfo")
        #expect(status == 0, "\(output)")
        for (place, isShared) in [("/shared", true), ("/tmp", true), ("/private", false), ("/", false)] {
            #expect(mountinfo(output, at: place)?.contains(" shared:") == isShared, "\(place) in \(output)")
        }
        // That of the root comes last, and is for all below it.
        rootfs.spec.linux?.rootfsPropagation = .recursiveSlave
        let (slaves, status2) = try rootfs.run("cat /proc/self/mountinfo")
        #expect(status2 == 0, "\(slaves)")
        for place in ["/shared", "/tmp", "/private", "/"] {
            #expect(mountinfo(slaves, at: place)?.contains(" shared:") == false, "\(place) in \(slaves)")
        }
    }

    @Test func hostRootCanBeKept() throws {
        let rootfs = try ProbedRootfs()
        rootfs.facts.keepsHostRoot = true
        rootfs.spec.linux?.maskedPaths = ProbedRootfs.maskedPaths
        rootfs.spec.linux?.readonlyPaths = ProbedRootfs.readonlyPaths
        let (output, status) = try rootfs.run("busybox ls /; cat /proc/self/mountinfo")
        #expect(status == 0, "\(output)")
        #expect(output.hasPrefix("bin\ndev\nproc\nsys\n"))
        #expect(output.split(separator: "\n").filter { $0.contains("- sysfs ") }.count == 1)
    }

    @Test func userNamespaceGetsTreesAndNodesOfTheHost() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.write("text", to: "secret/file")
        // Nobody but the host's root passes here.
        try setPermissions(0o700, of: rootfs.bundle)
        try changeOwner(of: rootfs.rootfs, user: 100_000, group: 100_000)
        rootfs.spec.linux?.namespaces.append(Namespace(type: .user))
        rootfs.spec.linux?.maskedPaths = ProbedRootfs.maskedPaths
        rootfs.spec.linux?.readonlyPaths = ProbedRootfs.readonlyPaths
        rootfs.spec.root?.readonly = true
        rootfs.spec.mounts += [
            Mount(destination: "/secret", source: "secret", options: ["rbind", "ro", "nosuid"]),
            Mount(
                destination: "/mapped", source: "secret", options: ["bind", "idmap"],
                uidMappings: [IDMapping(containerID: 0, hostID: 100_000, size: 10)],
                gidMappings: [IDMapping(containerID: 0, hostID: 100_000, size: 10)]),
        ]
        let (output, status) = try rootfs.run(
            "cat /secret/file; echo; echo x > /dev/null; busybox stat -c '%u' /secret/file /mapped/file; busybox ls -l /dev;"
                + "cat /proc/self/mountinfo")
        #expect(status == 0, "\(output)")
        #expect(output.hasPrefix("text\n65534\n0\n"), "\(output)")
        #expect(mountinfo(output, at: "/secret")?.contains(" ro,nosuid,relatime ") == true)
        #expect(output.contains("1,   3"))
    }

    @Test func sysfsOfTheHostServesWithoutNetworkNamespace() throws {
        let rootfs = try ProbedRootfs()
        rootfs.spec.linux?.namespaces = [.pid, .mount, .ipc, .uts, .user].map { Namespace(type: $0) }
        try changeOwner(of: rootfs.rootfs, user: 100_000, group: 100_000)
        let (output, status) = try rootfs.run("test -d /sys/kernel; cat /proc/self/mountinfo")
        #expect(status == 0, "\(output)")
        #expect(mountinfo(output, at: "/sys")?.contains(" ro,nosuid,nodev,noexec,relatime ") == true)
    }

    @Test func devicesGetOwnerAndMode() throws {
        let rootfs = try ProbedRootfs(mounts: [Self.proc])
        rootfs.spec.linux?.devices = [
            Device(path: "/a/b/zero", type: .unbuffered, major: 1, minor: 5, fileMode: 0o640, uid: 7, gid: 8),
            Device(path: "/dev/fifo", type: .fifo, fileMode: 0o622),
            Device(path: "/dev/loop", type: .block, major: 7, minor: 300),
        ]
        // A set-group-id directory gives new files its group.
        try rootfs.makeSubdirectory("rootfs/dev")
        try setPermissions(0o2755, of: rootfs.rootfs + "/dev")
        try changeOwner(of: rootfs.rootfs + "/dev", user: 9, group: 9)
        try setPermissions(0o2755, of: rootfs.rootfs + "/dev")
        let (output, status) = try rootfs.run(
            "busybox stat -c '%F %a %u %g %t %T' /a/b/zero /dev/fifo /dev/loop /dev/null")
        #expect(status == 0)
        #expect(
            output == """
                character special file 640 7 8 1 5
                fifo 622 0 0 0 0
                block special file 666 0 0 7 12c
                character special file 666 0 0 1 3

                """)
    }

    /// The place of a hierarchy of version 1 that has a controller.
    private static func hasLegacy(_ controller: String) -> Bool {
        fileExists("/sys/fs/cgroup/" + controller + "/cgroup.procs")
    }

    @Test(
        .enabled(
            if: RootfsKernelTests.hasLegacy("cpu") && RootfsKernelTests.hasLegacy("memory"),
            "needs /sys/fs/cgroup/cpu and /sys/fs/cgroup/memory"))
    func cgroupHierarchiesOfVersionOneLieSideBySide() throws {
        let rootfs = try ProbedRootfs()
        rootfs.facts.cgroups = [
            MountFacts.CgroupPlace(controllers: ["cpu", "other"], mountPoint: "/sys/fs/cgroup/cpu", path: "/"),
            MountFacts.CgroupPlace(controllers: ["memory"], mountPoint: "/sys/fs/cgroup/memory", path: "/"),
        ]
        rootfs.spec.mounts.append(
            Mount(
                destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
                options: ["nosuid", "noexec", "nodev", "relatime", "ro"]))
        let (output, status) = try rootfs.run(
            "busybox ls /sys/fs/cgroup; readlink /sys/fs/cgroup/other; cat /proc/self/mountinfo")
        #expect(status == 0, "\(output)")
        #expect(output.hasPrefix("cpu\nmemory\nother\n"))
        #expect(mountinfo(output, at: "/sys/fs/cgroup")?.contains(" ro,nosuid,nodev,noexec,relatime - tmpfs") == true)
        #expect(
            mountinfo(output, at: "/sys/fs/cgroup/memory")?.contains(" ro,nosuid,nodev,noexec,relatime - cgroup")
                == true)
    }

    @Test(.enabled(if: RootfsKernelTests.hasLegacy("memory"), "needs /sys/fs/cgroup/memory"))
    func ownCgroupNamespaceGetsMountsOfItsOwn() throws {
        let rootfs = try ProbedRootfs()
        rootfs.spec.linux?.namespaces.append(Namespace(type: .cgroup))
        rootfs.facts.cgroups = [
            MountFacts.CgroupPlace(controllers: ["memory"], mountPoint: "/sys/fs/cgroup/memory", path: "/nowhere")
        ]
        rootfs.spec.mounts.append(
            Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "ro"]))
        let (output, status) = try rootfs.run("test -f /sys/fs/cgroup/memory/tasks; cat /proc/self/mountinfo")
        #expect(status == 0, "\(output)")
        #expect(mountinfo(output, at: "/sys/fs/cgroup/memory")?.contains(" / /sys/fs/cgroup/memory ro,nosuid") == true)
    }

    @Test func rootlessBindsAreMadeInside() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.write("text", to: "data/file")
        try changeOwner(of: rootfs.rootfs, user: 100_000, group: 100_000)
        rootfs.spec.linux?.namespaces.append(Namespace(type: .user))
        rootfs.facts.isRootless = true
        rootfs.spec.linux?.readonlyPaths = ProbedRootfs.readonlyPaths
        rootfs.spec.root?.readonly = true
        rootfs.spec.mounts += [
            Mount(destination: "/data", source: "data", options: ["rbind", "ro"]),
            Mount(destination: "/host", source: "/proc/version", options: ["bind"]),
            Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro"]),
        ]
        let (output, status) = try rootfs.run("cat /data/file; echo; cat /proc/self/mountinfo")
        #expect(status == 0, "\(output)")
        #expect(output.hasPrefix("text\n"))
        #expect(mountinfo(output, at: "/data")?.contains(" ro,relatime ") == true)
    }

    /// A mount with flags that a user namespace has to keep. It is one that hosts have from their start on: what the
    /// table of mounts shows besides may be another test's, and be gone a moment later.
    private static let locked: Path? = ["/dev/shm", "/dev/mqueue", "/run/lock", "/proc", "/sys"].first {
        do throws(Errno) {
            let directory = try FileDescriptor.open($0, [.path, .directory])
            let permissions = try directory.status().permissions
            return try directory.mountFlags().isSuperset(of: [.noSetuid, .noDevices]) && permissions & 5 == 5
        } catch {
            return false
        }
    }

    @Test(.enabled(if: RootfsKernelTests.locked != nil, "needs a mount with nosuid and nodev, such as /dev/shm"))
    func lockedFlagsStayAndCannotBeClearedInWords() throws {
        let place = try #require(Self.locked)
        let rootfs = try ProbedRootfs()
        try changeOwner(of: rootfs.rootfs, user: 100_000, group: 100_000)
        rootfs.spec.linux?.namespaces.append(Namespace(type: .user))
        rootfs.facts.isRootless = true
        rootfs.spec.mounts.append(Mount(destination: "/x", source: place, options: ["rbind", "noexec"]))
        let (kept, status) = try rootfs.run("cat /proc/self/mountinfo")
        #expect(status == 0, "\(kept)")
        #expect(mountinfo(kept, at: "/x")?.contains("nosuid,nodev,noexec") == true)
        rootfs.spec.mounts[rootfs.spec.mounts.count - 1].options = ["rbind", "suid"]
        let (refused, refusal) = try rootfs.run("true")
        #expect(refusal == 3)
        #expect(refused.contains("cannot clear locked flags ms_nosuid"), "\(refused)")
    }

    @Test func relativeDirectoriesOfOverlaysLieBelowTheBundle() throws {
        let rootfs = try ProbedRootfs()
        try rootfs.write("1", to: "one/a")
        try rootfs.write("2", to: "two/b")
        rootfs.spec.mounts.append(
            Mount(destination: "/merged", type: "overlay", source: "overlay", options: ["lowerdir=one:two"]))
        let (output, status) = try rootfs.run("busybox ls /merged")
        #expect(status == 0, "\(output)")
        #expect(output == "a\nb\n")
    }

    @Test(.enabled(if: RootfsKernelTests.hasLegacy("unified"), "needs /sys/fs/cgroup/unified"))
    func unifiedCgroupIsShownBothWays() throws {
        let rootfs = try ProbedRootfs()
        rootfs.facts.cgroups = [
            MountFacts.CgroupPlace(controllers: [], mountPoint: "/sys/fs/cgroup/unified", path: "/")
        ]
        rootfs.spec.mounts.append(
            Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "ro"]))
        for namespaces in [[NamespaceType](), [.cgroup]] {
            rootfs.spec.linux?.namespaces += namespaces.map { Namespace(type: $0) }
            let (output, status) = try rootfs.run("test -f /sys/fs/cgroup/cgroup.procs; cat /proc/self/mountinfo")
            #expect(status == 0, "\(output)")
            #expect(
                mountinfo(output, at: "/sys/fs/cgroup")?.contains(" ro,nosuid,relatime - cgroup2 ") == true, "\(output)"
            )
        }
    }
}
