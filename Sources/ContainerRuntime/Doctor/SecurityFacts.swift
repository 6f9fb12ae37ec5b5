import LinuxKernel
import RuntimeSpec
import Seccomp

/// What a host has of seccomp, AppArmor and SELinux.
package struct SecurityFacts: Sendable {
    /// Whether the kernel takes filters of system calls.
    package var hasSeccomp: Bool
    /// The actions and flags of filters that the kernel lacks.
    package var missingActions: [String]
    package var missingFlags: [String]
    package var hasAppArmor: Bool
    package var hasSELinux: Bool
    /// Whether SELinux refuses, and does not only tell.
    package var enforcesSELinux: Bool

    package init(
        hasSeccomp: Bool = true, missingActions: [String] = [], missingFlags: [String] = [], hasAppArmor: Bool = false,
        hasSELinux: Bool = false, enforcesSELinux: Bool = false
    ) {
        self.hasSeccomp = hasSeccomp
        self.missingActions = missingActions
        self.missingFlags = missingFlags
        self.hasAppArmor = hasAppArmor
        self.hasSELinux = hasSELinux
        self.enforcesSELinux = enforcesSELinux
    }

    package static func gather() -> SecurityFacts {
        SecurityFacts(
            hasSeccomp: SeccompKernel.isAvailable,
            missingActions: SeccompAction.allCases.filter { !SeccompKernel.supports($0) }.map(\.rawValue),
            missingFlags: SeccompFlag.allCases.filter { !SeccompKernel.supports($0) }.map(\.rawValue),
            hasAppArmor: HostFile.text("/sys/module/apparmor/parameters/enabled") == "Y",
            hasSELinux: HostFile.status("/sys/fs/selinux/enforce") != nil,
            enforcesSELinux: HostFile.text("/sys/fs/selinux/enforce") == "1")
    }

    /// What the facts mean.
    package func findings() -> [HostFinding] {
        var findings: [HostFinding] = []
        if !hasSeccomp {
            findings.append(
                HostFinding(
                    "security.seccomp", .warning, "the kernel takes no filters of system calls",
                    cost: "a configuration with linux.seccomp is an error, and every engine's default has it",
                    remedy:
                        "a kernel that is built with CONFIG_SECCOMP_FILTER, or no filter around this process that refuses seccomp(2)"
                ))
        } else if missingActions.isEmpty, missingFlags.isEmpty {
            findings.append(.good("security.seccomp", "seccomp with all actions and flags of the specification"))
        } else {
            findings.append(
                HostFinding(
                    "security.seccomp", .note,
                    "seccomp without " + (missingActions + missingFlags).joined(separator: ", "),
                    cost: "a profile that has one of them is an error", remedy: "a newer kernel: see docs/kernels.md"))
        }
        findings.append(
            hasAppArmor
                ? .good("security.apparmor", "AppArmor is on")
                : HostFinding(
                    "security.apparmor", .note, "AppArmor is off or not there",
                    cost: "process.apparmorProfile is an error", remedy: ""))
        findings.append(
            hasSELinux
                ? .good("security.selinux", "SELinux is on and " + (enforcesSELinux ? "enforces" : "only tells"))
                : HostFinding(
                    "security.selinux", .note, "SELinux is off or not there",
                    cost: "process.selinuxLabel and linux.mountLabel are errors", remedy: ""))
        return findings
    }
}
