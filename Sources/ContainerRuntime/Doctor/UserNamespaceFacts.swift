import ContainerSteps
import LinuxKernel

/// What ordinary users may do with user namespaces.
package struct UserNamespaceFacts: Sendable {
    /// A program that maps ids for users.
    package struct Helper: Equatable, Sendable {
        package var name: String
        package var path: String?
        /// Whether it can do it: it is setuid root or has a file capability.
        package var isPrivileged: Bool

        package init(name: String, path: String?, isPrivileged: Bool) {
            self.name = name
            self.path = path
            self.isPrivileged = isPrivileged
        }
    }

    /// The user's name, or `#` and its number.
    package var user: String
    /// Whether the kernel has user namespaces.
    package var exist: Bool
    /// `user.max_user_namespaces`; nil where the kernel has no such limit.
    package var maximum: Int?
    /// Debian's `kernel.unprivileged_userns_clone`; nil elsewhere.
    package var unprivilegedClone: Int?
    /// Ubuntu's `kernel.apparmor_restrict_unprivileged_userns`; nil elsewhere.
    package var apparmorRestriction: Int?
    /// How many ids /etc/subuid and /etc/subgid grant the user.
    package var subordinateUsers: Int
    package var subordinateGroups: Int
    package var helpers: [Helper]
    /// Whether the caller is in a user namespace already.
    package var isInside: Bool

    package init(
        user: String = "user", exist: Bool = true, maximum: Int? = 1000, unprivilegedClone: Int? = nil,
        apparmorRestriction: Int? = nil, subordinateUsers: Int = 65536, subordinateGroups: Int = 65536,
        helpers: [Helper] = [], isInside: Bool = false
    ) {
        self.user = user
        self.exist = exist
        self.maximum = maximum
        self.unprivilegedClone = unprivilegedClone
        self.apparmorRestriction = apparmorRestriction
        self.subordinateUsers = subordinateUsers
        self.subordinateGroups = subordinateGroups
        self.helpers = helpers
        self.isInside = isInside
    }

    package static func gather() -> UserNamespaceFacts {
        let number = effectiveUser
        let name = PasswordFile.host.name(of: number)
        return UserNamespaceFacts(
            user: name, exist: fileExists("/proc/self/ns/user"),
            maximum: HostFile.number("/proc/sys/user/max_user_namespaces"),
            unprivilegedClone: HostFile.number("/proc/sys/kernel/unprivileged_userns_clone"),
            apparmorRestriction: HostFile.number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
            subordinateUsers: granted(HostFile.text("/etc/subuid") ?? "", name, number),
            subordinateGroups: granted(HostFile.text("/etc/subgid") ?? "", name, number),
            helpers: ["newuidmap", "newgidmap"].map(helper), isInside: isInUserNamespace)
    }

    /// How many ids the lines `NAME:FIRST:COUNT` of a file grant a user. See subuid(5).
    package static func granted(_ text: ByteString, _ name: String, _ number: UInt32) -> Int {
        var count = 0
        for line in text.parts(separatedBy: UInt8(ascii: "\n")) {
            let fields = line.parts(separatedBy: UInt8(ascii: ":"))
            guard fields.count == 3, fields[0] == ByteString(name) || fields[0] == "\(number)",
                let more = UInt32(fields[2].text)
            else { continue }
            count += Int(more)
        }
        return count
    }

    private static func helper(_ name: String) -> Helper {
        guard let path = HostProgram.find(name) else { return Helper(name: name, path: nil, isPrivileged: false) }
        var isPrivileged = false
        if let status = HostFile.status(path) { isPrivileged = status.permissions & 0o4000 != 0 && status.user == 0 }
        do throws(Errno) {
            if try extendedAttribute("security.capability", of: path) != nil { isPrivileged = true }
        } catch {
            // A file system without attributes grants nothing by them.
        }
        return Helper(name: name, path: path.text, isPrivileged: isPrivileged)
    }

    /// What the facts mean; for root they are about other users.
    package func findings(isRoot: Bool, _ distribution: Distribution) -> [HostFinding] {
        var findings: [HostFinding] = []
        let blocking: HostFinding.Level = isRoot ? .note : .failure
        func refuse(_ text: String, _ remedy: String) {
            findings.append(
                HostFinding(
                    "userns.allowed", blocking, text,
                    cost: "no containers of ordinary users" + (isRoot ? "" : ": this user cannot run any"),
                    remedy: remedy))
        }
        if !exist {
            refuse("the kernel has no user namespaces", "a kernel that is built with CONFIG_USER_NS")
        } else if maximum == 0 {
            refuse("user.max_user_namespaces is 0", "as root: sysctl -w user.max_user_namespaces=28633")
        } else if unprivilegedClone == 0 {
            refuse("kernel.unprivileged_userns_clone is 0", "as root: sysctl -w kernel.unprivileged_userns_clone=1")
        } else if let restriction = apparmorRestriction, restriction != 0 {
            findings.append(
                HostFinding(
                    "userns.allowed", isRoot ? .note : .warning, "AppArmor restricts user namespaces of ordinary users",
                    cost: "without a profile for apus that says \"userns,\" no containers of ordinary users",
                    remedy: "as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or load such a profile")
            )
        }
        if findings.isEmpty { findings.append(.good("userns.allowed", "ordinary users may make user namespaces")) }
        if isInside { findings.append(.good("userns.inside", "this process is in a user namespace already")) }
        guard exist else { return findings }
        findings += helperFindings(isRoot: isRoot, distribution)
        if !isRoot { findings += rangeFindings() }
        return findings
    }

    private func helperFindings(isRoot: Bool, _ distribution: Distribution) -> [HostFinding] {
        let level: HostFinding.Level = isRoot ? .note : .warning
        let cost = "containers of ordinary users have a single id: images with files of several users do not work"
        let missing = helpers.filter { $0.path == nil }
        let powerless = helpers.filter { $0.path != nil && !$0.isPrivileged }
        if !missing.isEmpty {
            return [
                HostFinding(
                    "userns.helpers", level, "no " + missing.map(\.name).joined(separator: " and no ") + " in PATH",
                    cost: cost,
                    remedy: "as root: " + distribution.install(debian: "uidmap", fedora: "shadow-utils"))
            ]
        }
        return powerless.isEmpty
            ? [
                .good(
                    "userns.helpers",
                    helpers.map(\.name).joined(separator: " and ") + " can map ids of /etc/subuid and /etc/subgid")
            ]
            : powerless.map {
                HostFinding(
                    "userns.helpers", level,
                    quoted($0.path ?? "") + " is neither setuid root nor has it a file capability",
                    cost: cost, remedy: "as root: chmod u+s " + ($0.path ?? ""))
            }
    }

    private func rangeFindings() -> [HostFinding] {
        guard subordinateUsers < 65536 || subordinateGroups < 65536 else {
            return [
                .good(
                    "userns.ranges",
                    user + " has " + String(subordinateUsers) + " subordinate user ids and "
                        + String(subordinateGroups) + " group ids")
            ]
        }
        return [
            HostFinding(
                "userns.ranges", .warning,
                user + " has " + String(subordinateUsers) + " subordinate user ids and " + String(subordinateGroups)
                    + " group ids",
                cost: "images with files of several users do not work; engines ask for 65536 of each",
                remedy: "as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + user
                    + " (a range that nobody else has)")
        ]
    }
}
