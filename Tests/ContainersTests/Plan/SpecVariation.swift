import RuntimeSpec

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

/// Changes configurations at random, each change one that a caller could make.
struct SpecVariation {
    private var generator: SeededGenerator
    /// The names of the changes of the last configuration.
    private(set) var applied: [String] = []

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private typealias Change = (name: String, apply: @Sendable (inout Spec, inout SpecVariation) -> Void)

    mutating func vary(_ spec: Spec) -> Spec {
        var spec = spec
        applied = []
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            guard let change = Self.changes.randomElement(using: &generator) else { break }
            applied.append(change.name)
            change.apply(&spec, &self)
        }
        return spec
    }

    private mutating func chance() -> Bool { Bool.random(using: &generator) }

    private mutating func one<Value>(of values: [Value], or fallback: Value) -> Value {
        values.randomElement(using: &generator) ?? fallback
    }

    private static let changes: [Change] = [
        (
            "drop a namespace",
            { spec, random in
                let kind = random.one(of: NamespaceType.allCases, or: .pid)
                spec.linux?.namespaces.removeAll { $0.type == kind }
            }
        ),
        (
            "new namespace",
            { spec, random in
                let kind = random.one(of: NamespaceType.allCases, or: .pid)
                spec.linux?.namespaces.removeAll { $0.type == kind }
                spec.linux?.namespaces.append(Namespace(type: kind))
                guard kind == .user else { return }
                spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
                spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
            }
        ),
        (
            "joined namespace",
            { spec, random in
                let kind = random.one(of: NamespaceType.allCases, or: .pid)
                spec.linux?.namespaces.removeAll { $0.type == kind }
                spec.linux?.namespaces.append(Namespace(type: kind, path: "/run/ns/\(kind.rawValue)"))
            }
        ),
        (
            "time offsets",
            { spec, random in
                spec.linux?.namespaces.removeAll { $0.type == .time }
                spec.linux?.namespaces.append(Namespace(type: .time))
                spec.linux?.timeOffsets = [.monotonic: TimeOffset(secs: 5), .boottime: TimeOffset(nanosecs: 7)]
            }
        ),
        (
            "terminal",
            { spec, random in
                spec.process?.terminal = random.chance()
                spec.process?.consoleSize = ConsoleSize(height: 25, width: 80)
            }
        ),
        (
            "hooks",
            { spec, random in
                let hooks = [Hook(path: "/bin/true"), Hook(path: "/bin/false", args: ["x"], env: ["A=b"], timeout: 3)]
                if random.chance() { spec.hooks.prestart = hooks }
                if random.chance() { spec.hooks.createRuntime = hooks }
                if random.chance() { spec.hooks.createContainer = hooks }
                if random.chance() { spec.hooks.startContainer = hooks }
                if random.chance() { spec.hooks.poststop = hooks }
            }
        ),
        (
            "network devices",
            { spec, random in
                spec.linux?.netDevices = random.chance() ? ["eth7": NetDevice()] : ["a": NetDevice(name: "eth%d")]
            }
        ),
        (
            "resctrl",
            { spec, random in
                spec.linux?.intelRdt = IntelRdt(
                    closID: random.chance() ? nil : "gold", l3CacheSchema: "L3:0=f", enableMonitoring: random.chance())
            }
        ),
        (
            "mounts",
            { spec, random in
                let options: [ByteString] = [
                    "ro", "rbind", "bind", "rslave", "rro", "nosuid", "idmap", "tmpcopyup", "size=5m",
                ]
                let type: ByteString = random.one(
                    of: ["bind", "tmpfs", "proc", "sysfs", "cgroup", "overlay", "mqueue"], or: "bind")
                spec.mounts.append(
                    Mount(
                        destination: random.one(of: ["/a", "/a/b", "/dev/x", "/proc", "/sys/fs/cgroup"], or: "/a"),
                        type: type, source: random.one(of: ["/srv", "x", ""], or: ""),
                        options: options.filter { _ in random.chance() }))
                if random.chance() { spec.mounts.removeFirst() }
            }
        ),
        (
            "process",
            { spec, random in
                spec.process?.user = User(uid: 1000, gid: 1000, umask: 0o77, additionalGids: [5])
                spec.process?.noNewPrivileges = random.chance()
                spec.process?.oomScoreAdj = random.chance() ? -1000 : nil
                spec.process?.rlimits = random.chance() ? [] : [Rlimit(type: .nofile, soft: 1, hard: .max)]
                spec.process?.capabilities = random.chance() ? nil : Capabilities(bounding: ["CAP_CHOWN", "CAP_NOPE"])
                spec.process?.scheduler = Scheduler(policy: .batch, nice: 3, flags: [.resetOnFork])
                spec.process?.ioPriority = IOPriority(ioClass: .idle)
                spec.process?.apparmorProfile = random.chance() ? "p" : nil
                spec.process?.selinuxLabel = random.chance() ? "l" : nil
            }
        ),
        (
            "linux",
            { spec, random in
                spec.linux?.rootfsPropagation = random.one(of: RootfsPropagation.allCases, or: .slave)
                spec.linux?.personality = random.chance() ? nil : Personality(domain: .linux32)
                spec.linux?.memoryPolicy = random.chance() ? nil : MemoryPolicy(mode: .bind, nodes: "0-1")
                spec.linux?.sysctl = random.chance() ? [:] : ["net.ipv4.ip_forward": "1"]
                spec.linux?.mountLabel = random.chance() ? nil : "label"
                spec.linux?.cgroupsPath = random.one(of: [nil, "/a/b", "a/../b", "a:b:c"], or: nil)
                spec.linux?.devices = [Device(path: "/dev/fifo", type: .fifo)]
                spec.linux?.maskedPaths = random.chance() ? [] : ["/proc/kcore"]
                if random.chance() { spec.linux?.resources = nil }
            }
        ),
        (
            "seccomp",
            { spec, random in
                guard random.chance() else {
                    spec.linux?.seccomp = nil
                    return
                }
                spec.linux?.seccomp = SeccompProfile(
                    defaultAction: .allow, listenerPath: "/seccomp.sock",
                    syscalls: [SyscallRule(names: ["mkdir", "nosuch"], action: .notify)])
            }
        ),
        ("read-only root", { spec, random in spec.root?.readonly = random.chance() }),
        ("nothing of Linux", { spec, random in if random.chance() { spec.linux = nil } }),
    ]
}
