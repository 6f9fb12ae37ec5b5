import LinuxKernel

/// Where the state of the containers lies, and how the runtime's own executable is protected from them.
package struct StateFacts: Sendable {
    /// The state directory.
    package var root: String
    /// Whether it, or what there is of the way to it, can be written to.
    package var isWritable: Bool
    /// Whether that is on a tmpfs.
    package var isInMemory: Bool
    /// How the executable is protected; nil where it cannot be.
    package var protection: SealedExecutable.Protection?

    package init(
        root: String = "/run/apus", isWritable: Bool = true, isInMemory: Bool = true,
        protection: SealedExecutable.Protection? = .readOnlyOverlay
    ) {
        self.root = root
        self.isWritable = isWritable
        self.isInMemory = isInMemory
        self.protection = protection
    }

    package static func gather(root: Path) -> StateFacts {
        var place = root
        while place != "/", !fileExists(place) { place = place.parent }
        var facts = StateFacts(
            root: root.text, isWritable: HostFile.isWritable(place), isInMemory: false, protection: nil)
        do throws(Errno) { facts.isInMemory = try fileSystemKind(place) == .tmpfs } catch {}
        do throws(Errno) {
            facts.protection = try SealedExecutable.open().protection
        } catch {
            facts.protection = nil
        }
        return facts
    }

    /// What the facts mean.
    package func findings(isRoot: Bool, user: UInt32) -> [HostFinding] {
        var findings: [HostFinding] = []
        if !isWritable {
            findings.append(
                HostFinding(
                    "state.directory", .failure, "the state directory " + quoted(root) + " cannot be written to",
                    cost: "no container can be made",
                    remedy: isRoot
                        ? "--root with a directory on a tmpfs"
                        : "export XDG_RUNTIME_DIR=/run/user/" + String(user)
                            + " (after: loginctl enable-linger, as root), or --root with a directory of this user"))
        } else if isInMemory {
            findings.append(.good("state.directory", "the state directory " + quoted(root) + " is on a tmpfs"))
        } else {
            findings.append(
                HostFinding(
                    "state.directory", .note, "the state directory " + quoted(root) + " is not on a tmpfs",
                    cost: "it outlives a boot, after which its containers are stopped, and is slower",
                    remedy: "--root with a directory on a tmpfs, such as one below /run"))
        }
        switch protection {
        case .readOnlyMount, .readOnlyOverlay:
            findings.append(
                .good("state.seal", "the runtime's executable is read-only for its containers, without a copy"))
        case .memoryCopy:
            findings.append(
                HostFinding(
                    "state.seal", .note,
                    "the kernel gives no overlay: containers start from a sealed copy of the executable in memory",
                    cost: "some milliseconds and megabytes for each container while it is made",
                    remedy: isRoot ? "modprobe overlay" : ""))
        case nil:
            findings.append(
                HostFinding(
                    "state.seal", .failure, "the runtime's executable can be protected in no way",
                    cost: "no container can be made",
                    remedy: "sysctl vm.memfd_noexec below 2, and /proc mounted"))
        }
        return findings
    }
}
