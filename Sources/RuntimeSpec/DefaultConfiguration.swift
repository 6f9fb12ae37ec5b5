import ByteStrings

extension Spec {
    /// The configuration that the command `spec` writes: a shell in a terminal, in namespaces of its own.
    public static var defaultConfiguration: Spec {
        let capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
        return Spec(
            process: Process(
                terminal: true, args: ["sh"],
                env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"], cwd: "/",
                capabilities: Capabilities(
                    bounding: capabilities, effective: capabilities, permitted: capabilities),
                rlimits: [Rlimit(type: .nofile, soft: 1024, hard: 1024)], noNewPrivileges: true),
            root: Root(path: "rootfs", readonly: true),
            hostname: "apus",
            mounts: [
                Mount(destination: "/proc", type: "proc", source: "proc"),
                Mount(
                    destination: "/dev", type: "tmpfs", source: "tmpfs",
                    options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
                Mount(
                    destination: "/dev/pts", type: "devpts", source: "devpts",
                    options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
                Mount(
                    destination: "/dev/shm", type: "tmpfs", source: "shm",
                    options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
                Mount(
                    destination: "/dev/mqueue", type: "mqueue", source: "mqueue",
                    options: ["nosuid", "noexec", "nodev"]),
                Mount(
                    destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"]),
                Mount(
                    destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
                    options: ["nosuid", "noexec", "nodev", "relatime", "ro"]),
            ],
            linux: LinuxConfiguration(
                resources: Resources(devices: [DeviceRule(allow: false)]),
                namespaces: [.pid, .network, .ipc, .uts, .mount].map { Namespace(type: $0) },
                maskedPaths: [
                    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
                    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
                ],
                readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]))
    }

    /// The configuration with a cgroup namespace of its own, without which a container on a host with cgroup2 alone sees the
    /// host's whole tree of cgroups.
    public func addingCgroupNamespace() -> Spec {
        var spec = self
        let position = (linux?.namespaces.firstIndex { $0.type == .mount }).map { $0 + 1 } ?? 0
        spec.linux?.namespaces.insert(Namespace(type: .cgroup), at: position)
        return spec
    }

    /// The default configuration for a user without privileges, who is root inside: a user namespace instead of a network
    /// namespace, the host's `/sys`, and no limits.
    ///
    /// - Parameters:
    ///   - user: The user id on the host.
    ///   - group: The group id on the host.
    public static func rootlessConfiguration(user: UInt32, group: UInt32) -> Spec {
        var spec = defaultConfiguration
        for index in spec.mounts.indices {
            // Ids other than the user's own do not exist inside.
            spec.mounts[index].options.removeAll { $0.hasPrefix("gid=") || $0.hasPrefix("uid=") }
            if spec.mounts[index].destination == "/sys" {
                spec.mounts[index].type = "none"
                spec.mounts[index].source = "/sys"
                spec.mounts[index].options = ["rbind", "nosuid", "noexec", "nodev", "ro"]
            }
        }
        spec.linux?.resources = nil
        spec.linux?.namespaces = [.pid, .ipc, .uts, .mount, .user].map { Namespace(type: $0) }
        spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: user, size: 1)]
        spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: group, size: 1)]
        return spec
    }
}
