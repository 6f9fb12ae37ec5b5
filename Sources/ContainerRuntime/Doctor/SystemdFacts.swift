import LinuxKernel
import SystemdBus

/// Whether systemd runs a host, and whether it answers.
package struct SystemdFacts: Sendable {
    /// Whether the host was booted with systemd.
    package var isRunning: Bool
    /// The version of the manager that the caller's containers would use; nil where it does not answer.
    package var version: Int?
    /// Why it does not answer.
    package var silence: String
    /// Whether that is the manager of a user and not the system's.
    package var isUsers: Bool
    /// `XDG_RUNTIME_DIR`, where a user's manager and state are.
    package var runtimeDirectory: String

    package init(
        isRunning: Bool = true, version: Int? = 252, silence: String = "", isUsers: Bool = false,
        runtimeDirectory: String = ""
    ) {
        self.isRunning = isRunning
        self.version = version
        self.silence = silence
        self.isUsers = isUsers
        self.runtimeDirectory = runtimeDirectory
    }

    /// How long the manager may take to answer, in milliseconds.
    private static let patience: Int32 = 2_000

    package static func gather(isRoot: Bool) -> SystemdFacts {
        var facts = SystemdFacts(
            isRunning: HostFile.status("/run/systemd/system")?.kind == .directory, version: nil, isUsers: !isRoot,
            runtimeDirectory: environmentVariable("XDG_RUNTIME_DIR")?.text ?? "")
        guard facts.isRunning else { return facts }
        do throws(BusError) {
            var manager = try SystemdManager(user: !isRoot, patience: patience)
            facts.version = try manager.version()
        } catch {
            facts.silence = error.message
        }
        return facts
    }

    /// What the facts mean.
    package func findings(user: UInt32, userName: String, _ distribution: Distribution) -> [HostFinding] {
        let whose = isUsers ? "systemd of this user" : "systemd"
        guard isRunning else {
            return [
                HostFinding(
                    "systemd.manager", .note, "this host was not booted with systemd",
                    cost: "--systemd-cgroup is an error: engines have to be told to use cgroupfs", remedy: "")
            ]
        }
        if let version {
            return [.good("systemd.manager", whose + " " + String(version) + " answers: --systemd-cgroup works")]
        }
        var remedy = "systemctl status dbus, or " + distribution.install(debian: "dbus", fedora: "dbus-broker")
        if isUsers {
            remedy =
                "loginctl enable-linger " + userName + " as root, then export XDG_RUNTIME_DIR=/run/user/" + String(user)
                + "; and " + distribution.install(debian: "dbus-user-session", fedora: "dbus-broker")
        }
        return [
            HostFinding(
                "systemd.manager", .warning, whose + " does not answer: " + silence,
                cost: "--systemd-cgroup, which engines use by default, is an error", remedy: remedy)
        ]
    }
}
