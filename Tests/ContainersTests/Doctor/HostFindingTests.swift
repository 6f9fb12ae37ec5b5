import ByteStrings
import LinuxKernel
import Testing

@testable import ContainerRuntime

/// What facts about a host mean.
struct HostFindingTests {
    private let debian = Distribution(family: .debian, name: "Debian")
    private let fedora = Distribution(family: .fedora, name: "Fedora")

    private func finding(_ identifier: String, _ findings: [HostFinding]) throws -> HostFinding {
        try #require(findings.first { $0.identifier == identifier }, "\(findings.map(\.identifier))")
    }

    @Test func distributions() {
        let fedora = Distribution(
            osRelease: "NAME=x\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nPRETTY_NAME=\"Rocky Linux 9\"")
        #expect(fedora == Distribution(family: .fedora, name: "Rocky Linux 9"))
        #expect(
            Distribution(osRelease: "ID=debian\nPRETTY_NAME='Debian 12'")
                == Distribution(family: .debian, name: "Debian 12"))
        #expect(Distribution(osRelease: "ID=arch\n\n=\n").family == .other)
        #expect(Distribution(osRelease: "") == Distribution())
    }

    @Test func aKernelThatLacksWhatItTakes() throws {
        let facts = KernelFacts(release: "4.19", absent: ["pidfd_open", "openat2"])
        let findings = facts.findings(isRoot: true)
        #expect(findings.filter { $0.level == .failure }.map(\.text) == ["no pidfd_open"])
        #expect(findings.filter { $0.level == .note }.map(\.text) == ["no openat2"])
        #expect(findings[0].text.hasPrefix("Linux 4.19 has "))
        let failure = try #require(findings.first { $0.level == .failure })
        #expect(failure.remedy.contains("Linux 5.3"))
    }

    /// An ordinary user is refused what only root may ask for; that is no fault of the host.
    @Test func whatIsRefused() {
        let facts = KernelFacts(release: "6.1", refused: ["open_tree, move_mount, fsopen, fsconfig, fsmount"])
        #expect(facts.findings(isRoot: false).count == 1)
        let findings = facts.findings(isRoot: true)
        #expect(findings.count == 2)
        #expect(findings[1].remedy.contains("seccomp profile"))
    }

    @Test func layoutsOfCgroups() throws {
        let all = ["cpu", "cpuset", "io", "memory", "pids"]
        func findings(_ facts: CgroupFacts, isRoot: Bool = true) -> [HostFinding] {
            facts.findings(isRoot: isRoot, usesSystemd: true, debian)
        }
        #expect(findings(CgroupFacts(controllers: all)).allSatisfy { $0.level == .good })
        #expect(try finding("cgroups.layout", findings(CgroupFacts(version: .none))).level == .failure)
        let hybrid = try finding("cgroups.layout", findings(CgroupFacts(version: .both, controllers: all)))
        #expect(hybrid.level == .note && hybrid.remedy.contains("update-grub"))
        let without = try finding(
            "cgroups.controllers", findings(CgroupFacts(controllers: ["cpu", "cpuset", "io", "pids"])))
        #expect(
            without.level == .warning && without.text.contains("memory")
                && without.remedy.contains("cgroup_enable=memory"))
        // Version 1 has another name for the one of block devices.
        let one = findings(CgroupFacts(version: .one, controllers: ["cpu", "cpuset", "blkio", "memory", "pids"]))
        #expect(try finding("cgroups.controllers", one).level == .good)
    }

    @Test func delegation() throws {
        let all = ["cpu", "cpuset", "io", "memory", "pids"]
        func delegation(_ facts: CgroupFacts, systemd: Bool = true) throws -> HostFinding {
            try finding("cgroups.delegation", facts.findings(isRoot: false, usesSystemd: systemd, fedora))
        }
        #expect(try delegation(CgroupFacts(controllers: all, ownControllers: all)).level == .good)
        let partly = try delegation(CgroupFacts(controllers: all, ownControllers: ["memory", "pids"]))
        #expect(partly.level == .note && partly.text.hasSuffix("without cpu, cpuset, io"))
        #expect(partly.remedy.contains("Delegate=cpu cpuset io memory pids"))
        let no = try delegation(CgroupFacts(controllers: all, ownControllers: all, isDelegated: false))
        #expect(no.level == .warning && no.remedy.contains("systemd-run --user --scope --property=Delegate=yes"))
        #expect(try delegation(CgroupFacts(isDelegated: false), systemd: false).remedy.contains("chown"))
        #expect(try delegation(CgroupFacts(version: .both)).level == .note)
    }

    @Test func userNamespaces() throws {
        let helpers = ["newuidmap", "newgidmap"].map {
            UserNamespaceFacts.Helper(name: $0, path: "/usr/bin/" + $0, isPrivileged: true)
        }
        func level(_ facts: UserNamespaceFacts, isRoot: Bool = false, _ identifier: String = "userns.allowed") throws
            -> HostFinding
        {
            try finding(identifier, facts.findings(isRoot: isRoot, debian))
        }
        #expect(UserNamespaceFacts(helpers: helpers).findings(isRoot: false, debian).allSatisfy { $0.level == .good })
        #expect(try level(UserNamespaceFacts(maximum: 0)).level == .failure)
        #expect(try level(UserNamespaceFacts(maximum: 0), isRoot: true).level == .note)
        #expect(
            try level(UserNamespaceFacts(unprivilegedClone: 0)).remedy.contains("kernel.unprivileged_userns_clone=1"))
        #expect(try level(UserNamespaceFacts(exist: false)).level == .failure)
        #expect(try level(UserNamespaceFacts(apparmorRestriction: 1)).level == .warning)
        let missing = [UserNamespaceFacts.Helper(name: "newuidmap", path: nil, isPrivileged: false)]
        #expect(
            try level(UserNamespaceFacts(helpers: missing), "userns.helpers").remedy
                == "as root: apt-get install uidmap")
        let powerless = [UserNamespaceFacts.Helper(name: "newuidmap", path: "/usr/bin/newuidmap", isPrivileged: false)]
        #expect(
            try level(UserNamespaceFacts(helpers: powerless), "userns.helpers").remedy
                == "as root: chmod u+s /usr/bin/newuidmap")
        let few = UserNamespaceFacts(user: "ada", subordinateUsers: 0, helpers: helpers)
        #expect(try level(few, "userns.ranges").remedy.contains("usermod --add-subuids 100000-165535"))
    }

    @Test func subordinateIDs() {
        let text: ByteString = "ada:100000:65536\n1000:200000:10\nbob:300000:65536\nada:x:y\nada:1:4294967296\n:::"
        #expect(UserNamespaceFacts.granted(text, "ada", 1000) == 65546)
        #expect(UserNamespaceFacts.granted(text, "bob", 1001) == 65536)
        #expect(UserNamespaceFacts.granted(text, "eve", 7) == 0)
    }

    @Test func security() throws {
        let none = SecurityFacts(hasSeccomp: false).findings()
        #expect(try finding("security.seccomp", none).level == .warning)
        let some = SecurityFacts(missingActions: ["SCMP_ACT_NOTIFY"], hasAppArmor: true, hasSELinux: true).findings()
        #expect(try finding("security.seccomp", some).text == "seccomp without SCMP_ACT_NOTIFY")
        #expect(try finding("security.apparmor", some).level == .good)
        #expect(try finding("security.selinux", some).text.hasSuffix("only tells"))
    }

    @Test func systemd() throws {
        func finding(_ facts: SystemdFacts) -> HostFinding { facts.findings(user: 1000, userName: "ada", debian)[0] }
        #expect(finding(SystemdFacts()).level == .good)
        #expect(finding(SystemdFacts(isRunning: false)).level == .note)
        let silent = finding(SystemdFacts(version: nil, silence: "no bus", isUsers: true))
        #expect(silent.level == .warning && silent.remedy.contains("loginctl enable-linger ada"))
        #expect(silent.remedy.contains("/run/user/1000") && silent.text.contains("no bus"))
    }

    @Test func theStateDirectory() throws {
        #expect(StateFacts().findings(isRoot: true, user: 0).allSatisfy { $0.level == .good })
        let user = StateFacts(isWritable: false).findings(isRoot: false, user: 1000)
        #expect(try finding("state.directory", user).level == .failure)
        #expect(try finding("state.directory", user).remedy.contains("XDG_RUNTIME_DIR=/run/user/1000"))
        #expect(
            try finding("state.seal", StateFacts(protection: nil).findings(isRoot: true, user: 0)).level == .failure)
        #expect(
            try finding("state.seal", StateFacts(protection: .memoryCopy).findings(isRoot: true, user: 0)).level
                == .note)
    }

    @Test func checkpoints() {
        #expect(CheckpointFacts().findings(fedora)[0].remedy == "dnf install criu")
        #expect(CheckpointFacts(path: "/usr/sbin/criu", version: "4.0").findings(debian)[0].level == .good)
        let faulty = CheckpointFacts(path: "/usr/sbin/criu", version: "4.0", complaint: "no dirty tracker").findings(
            debian)[0]
        #expect(faulty.level == .note && faulty.text.hasSuffix("no dirty tracker"))
    }

    @Test func aReport() {
        var report = HostReport(findings: [.good("kernel.release", "Linux 6.1")], host: "Debian")
        #expect(report.allowsContainers)
        report.findings.append(HostFinding("state.directory", .warning, "w", cost: "c", remedy: "r"))
        #expect(report.allowsContainers)
        report.findings.append(HostFinding("userns.allowed", .failure, "f"))
        #expect(!report.allowsContainers)
        #expect(
            report.text == """
                Debian

                kernel
                  ok     Linux 6.1

                state
                  WARN   w
                           so: c
                         mend: r

                user namespaces
                  FAIL   f

                Containers do not run on this host: see what is marked FAIL.

                """)
    }
}
