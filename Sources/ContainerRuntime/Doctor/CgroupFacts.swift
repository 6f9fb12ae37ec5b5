import Cgroups
import LinuxKernel

/// How a host mounts its cgroups, and what of them the caller may use.
package struct CgroupFacts: Sendable {
    package enum Version: String, Sendable {
        case none
        case one = "v1"
        case both = "v1 and v2"
        case two = "v2"
    }

    package var version: Version
    /// Where cgroup2 is mounted, if it is.
    package var unifiedPlace: String
    /// The controllers of version 1, and those at the top of version 2.
    package var controllers: [String]
    /// The caller's own cgroup of version 2.
    package var ownPath: String
    /// The controllers that the caller's own cgroup of version 2 has.
    package var ownControllers: [String]
    /// Whether the caller may make cgroups below its own one of version 2.
    package var isDelegated: Bool

    package init(
        version: Version = .two, unifiedPlace: String = "/sys/fs/cgroup", controllers: [String] = [],
        ownPath: String = "/",
        ownControllers: [String] = [], isDelegated: Bool = true
    ) {
        self.version = version
        self.unifiedPlace = unifiedPlace
        self.controllers = controllers
        self.ownPath = ownPath
        self.ownControllers = ownControllers
        self.isDelegated = isDelegated
    }

    package static func gather() -> CgroupFacts {
        var facts = CgroupFacts(version: .none, unifiedPlace: "", isDelegated: false)
        let layout: CgroupLayout
        do throws(CgroupError) { layout = try CgroupLayout.detect() } catch { return facts }
        switch layout.kind {
        case .none: facts.version = .none
        case .legacy: facts.version = .one
        case .hybrid: facts.version = .both
        case .unified: facts.version = .two
        }
        for hierarchy in layout.legacy { facts.controllers += hierarchy.controllers.filter { !$0.hasPrefix("name=") } }
        if let unified = layout.unified {
            facts.unifiedPlace = unified.mountPoint.text
            facts.controllers += names("\(unified.mountPoint)/cgroup.controllers")
            let own = unified.mountPoint.appending(unified.ownPathInMount)
            facts.ownPath = unified.ownPathInMount.text
            facts.ownControllers = names("\(own)/cgroup.controllers")
            facts.isDelegated = HostFile.isWritable(own) && HostFile.isWritable("\(own)/cgroup.procs")
        }
        return facts
    }

    private static func names(_ path: Path) -> [String] {
        (HostFile.text(path) ?? "").parts(separatedBy: UInt8(ascii: " ")).map(\.text)
    }

    /// The controllers that configurations of engines use.
    private static let usual = ["cpu", "cpuset", "io", "memory", "pids"]

    /// What the facts mean.
    package func findings(isRoot: Bool, usesSystemd: Bool, _ distribution: Distribution) -> [HostFinding] {
        var findings: [HostFinding] = []
        switch version {
        case .none:
            findings.append(
                HostFinding(
                    "cgroups.layout", .failure, "no cgroup hierarchy is mounted",
                    cost: "a container has no cgroup: no limits, no statistics, no pause",
                    remedy: "mount -t cgroup2 cgroup2 /sys/fs/cgroup, or run with --cgroup-manager disabled"))
            return findings
        case .two: findings.append(.good("cgroups.layout", "cgroup v2 alone, at " + unifiedPlace))
        case .one, .both:
            findings.append(
                HostFinding(
                    "cgroups.layout", .note,
                    version == .one ? "cgroup v1 alone" : "cgroup v1, and cgroup v2 beside it at " + unifiedPlace,
                    cost:
                        "no pressure of single containers, no limits for ordinary users, and newer engines give it up",
                    remedy: usesSystemd ? distribution.addKernelParameter("systemd.unified_cgroup_hierarchy=1") : ""))
        }
        let missing = Self.usual.filter { name in
            !controllers.contains(name) && !(name == "io" && controllers.contains("blkio"))
        }
        if missing.isEmpty {
            findings.append(.good("cgroups.controllers", "controllers: " + controllers.sorted().joined(separator: " ")))
        } else {
            findings.append(
                HostFinding(
                    "cgroups.controllers", .warning, "no controller " + missing.joined(separator: ", "),
                    cost: "a limit that needs one of them is an error",
                    remedy: missing.contains("memory")
                        ? distribution.addKernelParameter("cgroup_enable=memory") : "a kernel that is built with them"))
        }
        if !isRoot { findings += delegation(usesSystemd: usesSystemd) }
        return findings
    }

    private func delegation(usesSystemd: Bool) -> [HostFinding] {
        guard version == .two else {
            return [
                HostFinding(
                    "cgroups.delegation", .note, "cgroup v1 is not delegated to ordinary users",
                    cost:
                        "limits of your containers are an error; without limits they run in the cgroup of their caller",
                    remedy: "")
            ]
        }
        guard isDelegated else {
            return [
                HostFinding(
                    "cgroups.delegation", .warning, "the cgroup " + ownPath + " is not delegated to this user",
                    cost: "limits are an error; containers without limits run in the cgroup of their caller",
                    remedy: usesSystemd
                        ? "systemd-run --user --scope --property=Delegate=yes COMMAND, or --systemd-cgroup in a login session"
                        : "as root: chown this user the directory, its cgroup.procs and its cgroup.subtree_control")
            ]
        }
        let missing = Self.usual.filter { !ownControllers.contains($0) }
        guard !missing.isEmpty else {
            return [.good("cgroups.delegation", "the cgroup " + ownPath + " is delegated with all usual controllers")]
        }
        return [
            HostFinding(
                "cgroups.delegation", .note,
                "the cgroup " + ownPath + " is delegated without " + missing.joined(separator: ", "),
                cost: "a limit that needs one of them is an error",
                remedy: usesSystemd
                    ? "as root: systemctl edit user@.service, with [Service] and Delegate=cpu cpuset io memory pids; then log in again"
                    : "as root: write +" + missing.joined(separator: " +")
                        + " to cgroup.subtree_control of the cgroup above")
        ]
    }
}
