import CIntegrationSupport
import Foundation
import Testing

/// Mounts, as the container's mountinfo shows them.
@Suite(.containers, .requires(.root, .runtime))
struct MountTests {
    // MARK: The default ones

    @Test func theDefaultMounts() throws {
        let mounts = try TestBundle().mounts()
        let proc = try #require(mounts.at("/proc"))
        #expect(proc.type == "proc" && proc.root == "/")
        let dev = try #require(mounts.at("/dev"))
        #expect(dev.type == "tmpfs" && dev.options.contains("nosuid") && !dev.options.contains("nodev"))
        #expect(dev.superOptions.isSuperset(of: ["size=65536k", "mode=755"]))
        let pts = try #require(mounts.at("/dev/pts"))
        #expect(pts.type == "devpts" && pts.options.isSuperset(of: ["nosuid", "noexec"]))
        #expect(pts.superOptions.isSuperset(of: ["gid=5", "mode=620", "ptmxmode=666"]))
        let shm = try #require(mounts.at("/dev/shm"))
        #expect(
            shm.type == "tmpfs" && shm.source == "shm" && shm.options.isSuperset(of: ["nosuid", "noexec", "nodev"]))
        #expect(mounts.at("/dev/mqueue")?.type == "mqueue")
        let sys = try #require(mounts.at("/sys"))
        #expect(sys.type == "sysfs" && sys.options.isSuperset(of: ["ro", "nosuid", "noexec", "nodev"]))
        #expect(mounts.at("/")?.options.contains("ro") ?? false)
        // Nothing of the host is left below the root.
        #expect(!mounts.contains { $0.point.contains("apus-tests") || $0.point.hasPrefix("/..") })
    }

    @Test func theRootIsReadOnlyAndDevIsNot() throws {
        let text = try output(of: "touch /x 2>&1; touch /dev/x && echo fine")
        #expect(text == "touch: /x: Read-only file system\nfine")
        #expect(try output(of: "touch /x && echo fine") { $0.root.readonly = false } == "fine")
        #expect(try output(of: "touch /x && echo fine") { $0.root.remove("readonly") } == "fine")
    }

    // MARK: Options

    @Test(arguments: [
        ("ro", "ro"), ("nosuid", "nosuid"), ("nodev", "nodev"), ("noexec", "noexec"), ("noatime", "noatime"),
        ("nodiratime", "nodiratime"), ("relatime", "relatime"), ("sync", "sync"), ("dirsync", "dirsync"),
        ("lazytime", "lazytime"), ("nosymfollow", "nosymfollow"),
    ])
    func anOptionOfANewFileSystem(_ option: String, _ shown: String) throws {
        let mount = try TestBundle { $0.mount("/mnt/x", type: "tmpfs", source: "tmpfs", option) }.mounts().at("/mnt/x")
        #expect(mount?.options.union(mount?.superOptions ?? []).contains(shown) ?? false)
    }

    @Test func strictatime() throws {
        let mount = try #require(
            try TestBundle { $0.mount("/mnt/x", type: "tmpfs", source: "tmpfs", "strictatime") }.mounts().at("/mnt/x"))
        #expect(mount.options.isDisjoint(with: ["relatime", "noatime"]))
    }

    @Test(arguments: [
        ("ro", "ro"), ("nosuid", "nosuid"), ("nodev", "nodev"), ("noexec", "noexec"), ("noatime", "noatime"),
        ("nodiratime", "nodiratime"), ("nosymfollow", "nosymfollow"),
    ])
    func anOptionOfABind(_ option: String, _ shown: String) throws {
        let bundle = try TestBundle()
        let source = bundle.directory("source")
        try bundle.change { $0.mount("/mnt/x", source: source, "bind", option) }
        #expect(try bundle.mounts().at("/mnt/x")?.options.contains(shown) ?? false)
        // The source itself is not touched.
        #expect(!(Mountinfo.host().contains { $0.point.hasPrefix(source) }))
    }

    @Test func theLastOfContradictingOptionsWins() throws {
        let mounts = try TestBundle {
            $0.mount(
                "/mnt/a", type: "tmpfs", source: "tmpfs", "ro", "rw", "nosuid", "suid", "noexec", "exec", "nodev", "dev"
            )
            $0.mount("/mnt/b", type: "tmpfs", source: "tmpfs", "rw", "ro", "exec", "noexec", "defaults", "async")
        }.mounts()
        #expect(mounts.at("/mnt/a")?.options.isDisjoint(with: ["ro", "nosuid", "noexec", "nodev"]) ?? false)
        #expect(mounts.at("/mnt/b")?.options.isSuperset(of: ["ro", "noexec"]) ?? false)
    }

    @Test func otherOptionsAreTheFileSystems() throws {
        let mount = try TestBundle {
            $0.mount("/mnt/x", type: "tmpfs", source: "something", "size=1m", "nosuid", "mode=700", "uid=3")
        }.mounts().at("/mnt/x")
        #expect(mount?.source == "something")
        #expect(mount?.superOptions.isSuperset(of: ["size=1024k", "mode=700", "uid=3"]) ?? false)
    }

    /// A bare bind keeps what the source has, and one flag more does not lose the others.
    @Test func aBindOfARestrictedSource() throws {
        let bundle = try TestBundle()
        let source = bundle.directory("source")
        try #require(support_mount("tmpfs", source, "tmpfs", 2 | 4, nil) == 0)
        try bundle.change {
            $0.mount("/mnt/a", source: source, "rbind")
            $0.mount("/mnt/b", source: source, "rbind", "ro")
        }
        let mounts = try bundle.mounts()
        #expect(mounts.at("/mnt/a")?.options.isSuperset(of: ["nosuid", "nodev"]) ?? false)
        #expect(mounts.at("/mnt/b")?.options.contains("ro") ?? false)
    }

    // MARK: Recursive attributes

    @Test func roIsNotRecursive() throws {
        let bundle = try TestBundle()
        let tree = try bundle.tree("tree")
        try bundle.change {
            $0.mount("/mnt/flat", source: tree, "bind", "ro")
            $0.mount("/mnt/deep", source: tree, "rbind", "ro")
        }
        let mounts = try bundle.mounts()
        #expect(mounts.at("/mnt/flat")?.options.contains("ro") ?? false)
        #expect(mounts.at("/mnt/flat/sub") == nil)
        #expect(mounts.at("/mnt/deep")?.options.contains("ro") ?? false)
        #expect(mounts.at("/mnt/deep/sub")?.options.contains("rw") ?? false)
    }

    @Test(arguments: [
        ("rro", "ro"), ("rnosuid", "nosuid"), ("rnodev", "nodev"), ("rnoexec", "noexec"), ("rnoatime", "noatime"),
        ("rnodiratime", "nodiratime"), ("rnosymfollow", "nosymfollow"),
    ])
    func aRecursiveAttribute(_ option: String, _ shown: String) throws {
        let bundle = try TestBundle()
        let tree = try bundle.tree("tree")
        try bundle.change { $0.mount("/mnt/x", source: tree, "rbind", option) }
        let mounts = try bundle.mounts()
        #expect(mounts.at("/mnt/x")?.options.contains(shown) ?? false)
        #expect(mounts.at("/mnt/x/sub")?.options.contains(shown) ?? false)
        // The host's mounts stay as they are.
        #expect(Mountinfo.host().at(tree + "/sub")?.options.contains("rw") ?? false)
    }

    @Test func recursiveAttributesAreClearedToo() throws {
        let bundle = try TestBundle()
        let tree = bundle.directory("tree")
        mkdir(tree + "/sub", 0o755)
        // MS_NOSUID | MS_NODEV | MS_NOEXEC
        try #require(support_mount("tmpfs", tree + "/sub", "tmpfs", 2 | 4 | 8, nil) == 0)
        try bundle.change { $0.mount("/mnt/x", source: tree, "rbind", "rsuid", "rdev", "rexec", "rstrictatime") }
        let sub = try #require(try bundle.mounts().at("/mnt/x/sub"))
        #expect(sub.options.isDisjoint(with: ["nosuid", "nodev", "noexec", "relatime", "noatime"]))
    }

    @Test func aReadOnlyTreeCannotBeWritten() throws {
        let bundle = try TestBundle(shell: "touch /mnt/x/f 2>&1; touch /mnt/x/sub/f 2>&1")
        let tree = try bundle.tree("tree")
        try bundle.change { $0.mount("/mnt/x", source: tree, "rbind", "rro") }
        #expect(
            try bundle.run().lines == [
                "touch: /mnt/x/f: Read-only file system", "touch: /mnt/x/sub/f: Read-only file system",
            ])
    }

    // MARK: Propagation

    @Test(arguments: [
        ("private", ""), ("rprivate", ""), ("shared", "shared:"), ("rshared", "shared:"), ("unbindable", "unbindable"),
        ("runbindable", "unbindable"), ("slave", "master:"), ("rslave", "master:"),
    ])
    func propagationOfABind(_ option: String, _ shown: String) throws {
        let bundle = try TestBundle()
        let tree = try bundle.tree("tree")
        // A shared source, so that a slave has a master.
        try #require(support_mount(tree, tree, nil, 0x1000 | 0x4000, nil) == 0)
        try #require(support_mount(nil, tree, nil, 0x100000 | 0x4000, nil) == 0)
        try bundle.change { $0.mount("/mnt/x", source: tree, "rbind", .init(option)) }
        let mounts = try bundle.mounts()
        for point in option.hasPrefix("r") ? ["/mnt/x", "/mnt/x/sub"] : ["/mnt/x"] {
            let found = try #require(mounts.at(point)).propagation
            #expect(
                shown.isEmpty ? found.isEmpty : found.contains { $0.hasPrefix(shown) }, "\(point): \(found)")
        }
    }

    /// With rslave, what the host mounts later appears in the container, and not the other way round.
    @Test func mountsOfTheHostReachASlave() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let tree = try bundle.tree("tree")
        mkdir(tree + "/later", 0o755)
        try #require(support_mount(tree, tree, nil, 0x1000 | 0x4000, nil) == 0)
        try #require(support_mount(nil, tree, nil, 0x100000 | 0x4000, nil) == 0)
        try bundle.change {
            $0.mount("/mnt/slave", source: tree, "rbind", "rslave")
            $0.mount("/mnt/private", source: tree, "rbind", "rprivate")
        }
        _ = try bundle.running()
        try #require(support_mount("tmpfs", tree + "/later", "tmpfs", 0, nil) == 0)
        let mounts = Mountinfo.parse(try bundle.exec(shell: "cat /proc/self/mountinfo").succeeded().stdout)
        #expect(mounts.at("/mnt/slave/later") != nil)
        #expect(mounts.at("/mnt/private/later") == nil)
    }

    // runc 1.1.5 leaves the root private where shared is asked for, and fails with unbindable.
    @Test(arguments: [
        ("shared", "shared:"), ("rshared", "shared:"), ("slave", "master:"), ("rslave", "master:"), ("private", ""),
        ("rprivate", ""), ("unbindable", "unbindable"), ("runbindable", "unbindable"),
    ])
    func rootPropagation(_ value: String, _ shown: String) throws {
        let bundle = try TestBundle { $0.linux.rootfsPropagation = .string(value) }
        // A shared mount below the root file system, which the whole tree's propagation concerns.
        let mounts = try bundle.mounts()
        let root = try #require(mounts.at("/"))
        if shown == "master:" {
            // Slave only where the host's mount is shared; never shared itself.
            #expect(!root.propagation.contains { $0.hasPrefix("shared:") })
        } else if shown.isEmpty {
            #expect(root.propagation == [])
        } else {
            #expect(root.propagation.contains { $0.hasPrefix(shown) }, "\(root.propagation)")
        }
    }

    @Test func theHostSeesNoMountOfTheContainer() throws {
        let before = Set(Mountinfo.host().map(\.point).filter { !$0.hasPrefix("/tmp/apus-tests.") })
        for propagation in ["shared", "rslave", "private"] {
            _ = try TestBundle {
                $0.linux.rootfsPropagation = .string(propagation)
                $0.process.args = ["sleep", "1000"]
                $0.mount("/mnt/visible", type: "tmpfs", source: "tmpfs")
            }.running()
        }
        let after = Mountinfo.host()
        #expect(Set(after.map(\.point).filter { !$0.hasPrefix("/tmp/apus-tests.") }) == before)
        #expect(!after.contains { $0.point.hasSuffix("/mnt/visible") })
    }

    // MARK: Places

    @Test func mountsAreMadeInTheirOrder() throws {
        let forward = try TestBundle {
            $0.mount("/mnt/a", type: "tmpfs", source: "first")
            $0.mount("/mnt/a/b", type: "tmpfs", source: "second")
        }.mounts()
        #expect(forward.at("/mnt/a")?.source == "first")
        #expect(forward.at("/mnt/a/b")?.source == "second")
        let covered = try output(of: "ls /mnt/a") {
            $0.mount("/mnt/a/b", type: "tmpfs", source: "first")
            $0.mount("/mnt/a", type: "tmpfs", source: "second")
        }
        #expect(covered == "")
    }

    // runc 1.1.5 makes files executable.
    @Test func targetsAreMade() throws {
        let bundle = try TestBundle(shell: "cat /opt/new/file; stat -c %F:%a /opt/new /opt/new/directory /opt/new/file")
        let directory = bundle.directory("directory")
        chmod(directory, 0o700)
        let file = try bundle.file("file", "content\n", mode: 0o600)
        try bundle.change {
            $0.mount("/opt/new/directory", source: directory, "bind")
            $0.mount("/opt/new/file", source: file, "bind")
        }
        #expect(
            try bundle.run().succeeded().lines == ["content", "directory:755", "directory:700", "regular file:600"])
        var information = stat()
        #expect(stat(bundle.rootfs + "/opt/new/file", &information) == 0)
        #expect(information.st_mode == S_IFREG | 0o644)
        #expect(stat(bundle.rootfs + "/opt/new/directory", &information) == 0)
        #expect(information.st_mode == S_IFDIR | 0o755)
    }

    @Test func aRelativeSourceIsBelowTheBundle() throws {
        let bundle = try TestBundle(shell: "cat /mnt/file") { $0.mount("/mnt", source: "volume", "bind") }
        mkdir(bundle.path + "/volume", 0o755)
        try "here\n".write(toFile: bundle.path + "/volume/file", atomically: false, encoding: .utf8)
        let output = try bundle.apus("run", "-b", bundle.path, bundle.id, directory: "/")
        #expect(try output.succeeded().stdout == "here\n")
    }

    @Test func aRelativeDestinationIsBelowTheRoot() throws {
        let bundle = try TestBundle { $0.mount("mnt/x", type: "tmpfs", source: "tmpfs") }
        #expect(try bundle.mounts().at("/mnt/x")?.type == "tmpfs")
        #expect(contents(bundle.log)?.contains("level=warning") ?? false)
    }

    @Test func aSymbolicLinkInTheImageIsResolvedInside() throws {
        let bundle = try TestBundle { $0.mount("/mnt/link/x", type: "tmpfs", source: "tmpfs") }
        symlink("/var", bundle.rootfs + "/mnt/link")
        #expect(try bundle.mounts().at("/var/x")?.type == "tmpfs")
    }

    @Test func tmpcopyup() throws {
        let bundle = try TestBundle(
            shell:
                "cat /etc/passwd | head -n 1; stat -c %a /etc/private; readlink /etc/link; touch /etc/new && echo fine"
        ) {
            $0.mount("/etc", type: "tmpfs", source: "tmpfs", "tmpcopyup")
        }
        mkdir(bundle.rootfs + "/etc/private", 0o700)
        symlink("target", bundle.rootfs + "/etc/link")
        #expect(try bundle.run().succeeded().lines == ["root:x:0:0:root:/root:/bin/sh", "700", "target", "fine"])
        #expect(!exists(bundle.rootfs + "/etc/new"))
    }

    /// A tmpfs on a directory of the image takes the directory's mode, unless the options say another.
    @Test func aTmpfsKeepsTheModeOfWhatItCovers() throws {
        let bundle = try TestBundle(shell: "stat -c %a /mnt/a /mnt/b") {
            $0.mount("/mnt/a", type: "tmpfs", source: "tmpfs")
            $0.mount("/mnt/b", type: "tmpfs", source: "tmpfs", "mode=711")
        }
        for name in ["a", "b"] {
            mkdir(bundle.rootfs + "/mnt/" + name, 0o700)
            chmod(bundle.rootfs + "/mnt/" + name, 0o750)
        }
        #expect(try bundle.run().succeeded().lines == ["750", "711"])
    }

    @Test func overlay() throws {
        let bundle = try TestBundle(shell: "cat /mnt/file; echo new >/mnt/file")
        for name in ["lower", "upper", "work"] { _ = bundle.directory(name) }
        let lower = bundle.directory("lower")
        try "old\n".write(toFile: lower + "/file", atomically: false, encoding: .utf8)
        let parent = (lower as NSString).deletingLastPathComponent
        try bundle.change {
            $0.mount(
                "/mnt", type: "overlay", source: "overlay", "lowerdir=\(lower)", "upperdir=\(parent)/upper",
                "workdir=\(parent)/work")
        }
        #expect(try bundle.run().succeeded().stdout == "old\n")
        #expect(contents(lower + "/file") == "old\n")
        #expect(contents(parent + "/upper/file") == "new\n")
    }

    @Test func withoutPivotRoot() throws {
        let bundle = try TestBundle(shell: "ls / | tr '\\n' ' '; touch /x 2>&1; cat /proc/1/comm; ls /.. | wc -l")
        let output = try bundle.run("--no-pivot").succeeded()
        #expect(
            output.stdout.hasPrefix(
                "bin dev etc home mnt proc root run sys tmp var touch: /x: Read-only file system\nsh\n"))
    }

    // MARK: Id-mapped mounts

    // runc 1.1.5 has no id-mapped mounts.
    @Test func mappingsOfAMount() throws {
        let bundle = try TestBundle(shell: "stat -c %u:%g /mnt/x/f; touch /mnt/x/new") {
            $0.process.user = ["uid": 2000, "gid": 3000]
        }
        let source = bundle.directory("source")
        chown(source, 1000, 1500)
        try "".write(toFile: source + "/f", atomically: false, encoding: .utf8)
        chown(source + "/f", 1000, 1500)
        try bundle.change {
            $0.mount("/mnt/x", source: source, "bind", "idmap")
            let last = $0.mounts.items.count - 1
            $0.mounts[last].uidMappings = [["containerID": 1000, "hostID": 2000, "size": 1]]
            $0.mounts[last].gidMappings = [["containerID": 1500, "hostID": 3000, "size": 1]]
        }
        #expect(try bundle.run().succeeded().stdout == "2000:3000\n")
        var information = stat()
        #expect(stat(source + "/new", &information) == 0)
        #expect(information.st_uid == 1000 && information.st_gid == 1500)
    }

    @Test(.requires(.userNamespaces), arguments: [("idmap", false), ("ridmap", true)])
    func theContainersMappings(_ option: String, _ recursive: Bool) throws {
        let bundle = try TestBundle(shell: "stat -c %u /mnt/x/f /mnt/x/sub") {
            $0.addNamespace("user")
            $0.linux.uidMappings = [["containerID": 0, "hostID": 100_000, "size": 65536]]
            $0.linux.gidMappings = [["containerID": 0, "hostID": 100_000, "size": 65536]]
        }
        // Root of the namespace may not make it.
        mkdir(bundle.rootfs + "/mnt/x", 0o755)
        let tree = try bundle.tree("tree")
        try "".write(toFile: tree + "/f", atomically: false, encoding: .utf8)
        chown(tree + "/f", 5, 5)
        chown(tree + "/sub", 6, 6)
        try bundle.change { $0.mount("/mnt/x", source: tree, "rbind", .init(option)) }
        #expect(try bundle.run().succeeded().lines == ["5", recursive ? "6" : "65534"])
    }

    // MARK: Errors

    @Test func aSourceThatIsMissing() throws {
        let bundle = try TestBundle { $0.mount("/mnt", source: "/nosuch/source", "bind") }
        try bundle.run().failed(from: "runc run failed: ", to: "no such file or directory")
        #expect(try bundle.run().error.contains("/nosuch/source"))
        bundle.expectNothingLeft()
    }

    @Test func aFileSystemThatIsUnknown() throws {
        let bundle = try TestBundle { $0.mount("/mnt", type: "nosuchfs", source: "none") }
        try bundle.run().failed(from: "runc run failed: ", to: "no such device")
        bundle.expectNothingLeft()
    }

    // runc 1.1.5 ignores the data of a bind.
    @Test func aBindWithOptionsOfAFileSystem() throws {
        let bundle = try TestBundle { $0.mount("/mnt", source: "/tmp", "bind", "size=1m") }
        try bundle.run().failed(
            naming: "runc run failed: ", "bind mounts cannot have any filesystem-specific options applied")
        bundle.expectNothingLeft()
    }

    @Test(arguments: ["/proc/sys/kernel/hostname", "/proc/1", "/proc/self/attr"])
    func placesInsideProc(_ destination: String) throws {
        let bundle = try TestBundle { $0.mount(destination, source: "/etc/hostname", "bind") }
        let output = try bundle.run()
        output.failed(from: "runc run failed: ", to: "")
        #expect(output.error.contains("/proc"))
        bundle.expectNothingLeft()
    }

    @Test func aFewFilesInProcMayBeCovered() throws {
        let bundle = try TestBundle(shell: "cat /proc/uptime /proc/loadavg")
        let file = try bundle.file("fake", "fake\n")
        try bundle.change {
            $0.mount("/proc/uptime", source: file, "bind")
            $0.mount("/proc/loadavg", source: file, "bind", "ro")
        }
        #expect(try bundle.run().succeeded().stdout == "fake\nfake\n")
    }

    @Test func aDirectoryOfTheHostOnTheRoot() throws {
        let other = try TestBundle()
        for destination in ["/", "/mnt/..", "/./"] {
            let bundle = try TestBundle(shell: "cat /which; mkdir /made; stat -c %a /dev/null; mount | head -1") {
                $0.mount(destination, source: other.rootfs, "bind")
                $0.mounts = .array($0.mounts.items.suffix(1) + $0.mounts.items.dropLast())
                $0.root.readonly = false
            }
            try "other\n".write(toFile: other.rootfs + "/which", atomically: false, encoding: .utf8)
            let output = try bundle.run().succeeded().stdout
            #expect(output.hasPrefix("other\n666\n"), "\(destination)")
            #expect(!exists(bundle.rootfs + "/made"))
            #expect(rmdir(other.rootfs + "/made") == 0)
            bundle.expectNothingLeft()
        }
    }

    @Test func aCopyOfTheRootInMemory() throws {
        let bundle = try TestBundle(shell: "touch /made && stat -f -c %T / && stat -f -c %T /proc && ls /") {
            $0.mount("/", type: "tmpfs", source: "tmpfs", "tmpcopyup")
            $0.mounts = .array($0.mounts.items.suffix(1) + $0.mounts.items.dropLast())
            $0.root.readonly = false
        }
        let lines = try bundle.run().succeeded().stdout.split(separator: "\n")
        #expect(lines.prefix(2) == ["tmpfs", "proc"])
        #expect(lines.contains("made") && lines.contains("bin"))
        #expect(!exists(bundle.rootfs + "/made"))
    }

    @Test func aCoveredRootCanBeReadOnly() throws {
        let bundle = try TestBundle(shell: "touch /made") {
            $0.mount("/", type: "tmpfs", source: "tmpfs", "tmpcopyup")
            $0.mounts = .array($0.mounts.items.suffix(1) + $0.mounts.items.dropLast())
            $0.root.readonly = true
        }
        try bundle.run().failed(naming: "Read-only file system")
    }

    @Test(arguments: ["proc", "sysfs", "devpts", "mqueue", "cgroup"])
    func theRootIsForFiles(_ type: String) throws {
        let bundle = try TestBundle { $0.mount("/", type: type, source: type) }
        try bundle.run().failed(naming: "is on the top of rootfs")
        bundle.expectNothingLeft()
    }

    @Test func procIsOnlyAProc() throws {
        let bundle = try TestBundle { $0.mounts[0] = ["destination": "/proc", "type": "tmpfs", "source": "tmpfs"] }
        let output = try bundle.run()
        output.failed(from: "runc run failed: ", to: "")
        #expect(output.error.contains("/proc"))
        bundle.expectNothingLeft()
    }
}
