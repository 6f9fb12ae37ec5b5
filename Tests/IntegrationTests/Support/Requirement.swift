import CIntegrationSupport
import Foundation
import Testing

/// What a test needs of the host.
enum Requirement {
    case root
    /// A runtime that has the commands.
    case runtime
    /// A v1 hierarchy of this controller.
    case cgroupV1(String)
    /// A unified hierarchy, with or without controllers.
    case unified
    /// The unified hierarchy and no other.
    case unifiedAlone
    /// The unified hierarchy at a place of its own, beside those of version 1.
    case unifiedBesideV1
    /// A controller of the unified hierarchy.
    case cgroupV2(String)
    /// A unified hierarchy that has not this controller.
    case cgroupV2Without(String)
    /// A file at the top of the unified hierarchy.
    case unifiedFile(String)
    case userNamespaces
    /// User namespaces that an ordinary user may make.
    case rootless
    case timeNamespaces
    case apparmor
    case noApparmor
    /// A profile that the kernel has loaded.
    case apparmorProfile(String)
    case selinux
    case noSELinux
    /// A runtime that is linked statically, as the release build is.
    case staticBinary
    /// A program in the host's PATH.
    case program(String)
    /// A capability of the tests themselves, by its number.
    case capability(Int, String)
    /// A file or directory of the host.
    case path(String)
    /// CRIU, on a kernel that it works with.
    case criu
    /// systemd as the host's first process, on any layout of cgroups.
    case systemd
    /// Also logind, and an ordinary user named `user`.
    case session

    /// Why the host does not meet the requirement; nil when it does.
    var missing: String? {
        switch self {
        case .root: geteuid() == 0 ? nil : "needs root"
        case .runtime: Runtime.works ? nil : "needs a runtime that makes containers: \(Runtime.path) does not"
        case .cgroupV1(let controller):
            HostCgroups.hierarchies[controller] != nil ? nil : "needs a cgroup v1 hierarchy of \(controller)"
        case .unified: HostCgroups.hasUnified ? nil : "needs a cgroup v2 hierarchy"
        case .unifiedAlone:
            HostCgroups.hasUnified && !HostCgroups.hasV1 ? nil : "needs a host with cgroup v2 alone"
        case .cgroupV2(let controller):
            HostCgroups.unifiedControllers.contains(controller) ? nil : "needs the cgroup v2 controller \(controller)"
        case .unifiedBesideV1:
            HostCgroups.hasUnified && HostCgroups.hasV1 && HostCgroups.hierarchies[""] != "/sys/fs/cgroup"
                ? nil : "needs a host with both versions of cgroups"
        case .cgroupV2Without(let controller):
            HostCgroups.hasUnified && !HostCgroups.unifiedControllers.contains(controller)
                ? nil : "needs a cgroup v2 hierarchy without the controller \(controller)"
        case .unifiedFile(let name):
            HostCgroups.directory("/" + name, controller: "").map(exists) ?? false
                ? nil : "needs the file \(name) of cgroup v2"
        case .userNamespaces:
            (contents("/proc/sys/user/max_user_namespaces")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "0")
                != "0"
                ? nil : "needs user namespaces"
        case .rootless: Self.isRootlessPossible ? nil : "needs user namespaces for ordinary users"
        case .timeNamespaces: exists("/proc/self/ns/time") ? nil : "needs time namespaces"
        case .apparmor: Self.hasApparmor ? nil : "needs AppArmor"
        case .noApparmor: Self.hasApparmor ? "needs a host without AppArmor" : nil
        case .apparmorProfile(let name):
            (contents("/sys/kernel/security/apparmor/profiles") ?? "").contains(name + " (")
                ? nil : "needs the AppArmor profile \(name)"
        case .selinux: exists("/sys/fs/selinux/enforce") ? nil : "needs a host with SELinux"
        case .noSELinux: exists("/sys/fs/selinux/enforce") ? "needs a host without SELinux" : nil
        case .staticBinary: Self.isStatic ? nil : "needs the release build: \(Runtime.path) is linked dynamically"
        case .program(let name):
            Self.search(name) ? nil : "needs the program \(name)"
        case .capability(let number, let name):
            Self.effective & (1 << UInt64(number)) != 0 ? nil : "needs \(name)"
        case .path(let path): exists(path) ? nil : "needs \(path)"
        case .criu: Self.criuComplaint
        case .systemd:
            exists("/run/systemd/system") ? nil : "needs systemd as the host's first process"
        case .session:
            exists("/run/systemd/seats") && getpwnam("user") != nil && Self.search("su")
                ? nil : "needs logind and a user named user"
        }
    }

    private static var hasApparmor: Bool {
        contents("/sys/module/apparmor/parameters/enabled")?.hasPrefix("Y") ?? false
    }

    /// A dynamic executable names its interpreter, the loader, near its beginning.
    private static let isStatic: Bool = {
        guard let file = FileHandle(forReadingAtPath: Runtime.path) else { return false }
        let head = (try? file.read(upToCount: 4096)) ?? Data()
        return head.range(of: Data("/ld-linux".utf8)) == nil
    }()

    private static let criuComplaint: String? = {
        guard search("criu") else { return "needs the program criu" }
        guard let output = try? Command.run("criu", "check") else { return "needs a criu that can be run" }
        return output.status == 0 ? nil : "needs a criu that works with this kernel: criu check says it does not"
    }()

    private static let isRootlessPossible =
        (try? Command(HostView.engineUser.prefix + ["true"]).wait().status) == 0

    private static func search(_ name: String) -> Bool {
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].contains {
            exists($0 + "/" + name)
        }
    }

    private static let effective: UInt64 = {
        let status = contents("/proc/self/status") ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") } ?? ""
        return UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) ?? 0
    }()
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, with the reasons, where the host lacks something.
    static func requires(_ requirements: Requirement...) -> Self {
        let missing = requirements.compactMap(\.missing)
        return .enabled(if: missing.isEmpty, "\(missing.joined(separator: "; "))")
    }
}
