extension JSONValue {
    /// What `spec` writes, without a terminal: the configuration that every test starts from.
    static func defaultConfiguration(hostname: String) throws -> JSONValue {
        var configuration = try JSONValue(
            parsing: """
                {
                  "ociVersion": "1.3.0",
                  "process": {
                    "terminal": false,
                    "user": { "uid": 0, "gid": 0 },
                    "args": ["sh"],
                    "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
                    "cwd": "/",
                    "capabilities": {
                      "bounding": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
                      "effective": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
                      "permitted": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
                    },
                    "rlimits": [{ "type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024 }],
                    "noNewPrivileges": true
                  },
                  "root": { "path": "rootfs", "readonly": true },
                  "mounts": [
                    { "destination": "/proc", "type": "proc", "source": "proc" },
                    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
                      "options": ["nosuid", "strictatime", "mode=755", "size=65536k"] },
                    { "destination": "/dev/pts", "type": "devpts", "source": "devpts",
                      "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
                    { "destination": "/dev/shm", "type": "tmpfs", "source": "shm",
                      "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
                    { "destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
                      "options": ["nosuid", "noexec", "nodev"] },
                    { "destination": "/sys", "type": "sysfs", "source": "sysfs",
                      "options": ["nosuid", "noexec", "nodev", "ro"] },
                    { "destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
                      "options": ["nosuid", "noexec", "nodev", "relatime", "ro"] }
                  ],
                  "linux": {
                    "resources": { "devices": [{ "allow": false, "access": "rwm" }] },
                    "namespaces": [
                      { "type": "pid" }, { "type": "network" }, { "type": "ipc" }, { "type": "uts" }, { "type": "mount" }
                    ],
                    "maskedPaths": [
                      "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                      "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"
                    ],
                    "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
                  }
                }
                """)
        configuration.hostname = .string(hostname)
        return configuration
    }

    /// Adds a mount to a configuration.
    mutating func mount(
        _ destination: String, type: String? = nil, source: String? = nil, _ options: String...
    ) {
        var mount: JSONValue = ["destination": .string(destination)]
        if let type { mount.type = .string(type) }
        if let source { mount.source = .string(source) }
        if !options.isEmpty { mount.options = JSONValue(options) }
        self.mounts.append(mount)
    }

    /// Takes a namespace out of a configuration, and with it what needs the namespace.
    mutating func dropNamespace(_ type: String) {
        self.linux.namespaces.removeAll { $0.type.text == type }
        if type == "uts" { remove("hostname") }
    }

    /// Adds a namespace, new or, with a path, one to join.
    mutating func addNamespace(_ type: String, path: String? = nil) {
        self.linux.namespaces.removeAll { $0.type.text == type }
        var namespace: JSONValue = ["type": .string(type)]
        if let path { namespace.path = .string(path) }
        self.linux.namespaces.append(namespace)
    }

    /// Adds a user namespace whose ids are the host's from `first` on; the bundle's files belong to nobody in it.
    mutating func mapIDs(to first: Int) {
        addNamespace("user")
        for kind in ["uidMappings", "gidMappings"] {
            self.linux[kind] = [["containerID": 0, "hostID": .number("\(first)"), "size": 65534]]
        }
        self.mounts.removeAll { $0.destination == "/sys/fs/cgroup" }
    }

    /// Gives the process all five capability sets.
    mutating func setCapabilities(_ names: String...) {
        for set in ["bounding", "effective", "permitted", "inheritable", "ambient"] {
            self.process.capabilities[set] = JSONValue(names)
        }
    }

    /// What `spec --rootless` writes instead: no cgroup, and no more ids than a user has.
    mutating func makeRootless(user: Int, ownNamespace: Bool) {
        self.linux.remove("cgroupsPath")
        self.linux.remove("resources")
        self.mounts.removeAll { $0.destination.text == "/dev/pts" }
        mount("/dev/pts", type: "devpts", source: "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666")
        guard ownNamespace else { return }
        addNamespace("user")
        let mapping: JSONValue = ["containerID": 0, "hostID": .number(String(user)), "size": 1]
        self.linux.uidMappings = [mapping]
        self.linux.gidMappings = [mapping]
    }
}
