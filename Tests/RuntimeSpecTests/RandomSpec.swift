import RuntimeSpec

/// Makes documents that have every property in some of them. They keep the form, not the meaning, of the specification.
struct RandomSpec {
    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(state: seed) }

    private mutating func chance(_ percent: Int = 50) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func maybe<T>(_ make: (inout RandomSpec) -> T) -> T? { chance() ? make(&self) : nil }

    private mutating func list<T>(_ make: (inout RandomSpec) -> T) -> [T] {
        guard chance() else { return [] }
        return (0..<Int.random(in: 1...3, using: &generator)).map { _ in make(&self) }
    }

    private mutating func map<T>(_ make: (inout RandomSpec) -> T) -> OrderedPairs<ByteString, T> {
        var pairs = OrderedPairs<ByteString, T>()
        for key in list({ ByteString($0.string()) }) { pairs[key] = make(&self) }
        return pairs
    }

    private mutating func text() -> String { string() }
    private mutating func text() -> ByteString { ByteString(string()) }
    private mutating func text() -> Path { Path(string()) }

    private mutating func string() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", "0", "/", ".", "\"", "\\", "<", ">", "&", "\n", "\t", "\u{0}", "\u{1F}", "\u{7F}", "é", "€", "😀",
            "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{10FFFF}", "\u{301}", " ",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 1...20, using: &generator) {
            if let scalar = scalars.randomElement(using: &generator) { text.append(scalar) }
        }
        return String(text)
    }

    private mutating func number<T: FixedWidthInteger>() -> T {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: .max
        case 1: .min
        case 2: T.random(in: 0...100, using: &generator)
        default: T.random(in: .min ... .max, using: &generator)
        }
    }

    private mutating func any<T: CaseIterable>(_ type: T.Type = T.self) -> T {
        let cases = Array(T.allCases)
        return cases[Int.random(in: 0..<cases.count, using: &generator)]
    }

    mutating func spec() -> Spec {
        Spec(
            ociVersion: text(), process: maybe { $0.process() },
            root: maybe { Root(path: $0.text(), readonly: $0.chance()) }, hostname: maybe { $0.text() },
            domainname: maybe { $0.text() }, mounts: list { $0.mount() }, hooks: hooks(),
            annotations: map { $0.chance() ? "" : $0.text() }, linux: maybe { $0.linux() })
    }

    private mutating func process() -> Process {
        Process(
            terminal: chance(), consoleSize: maybe { ConsoleSize(height: $0.number(), width: $0.number()) },
            user: User(
                uid: number(), gid: number(), umask: maybe { $0.number() }, additionalGids: list { $0.number() }),
            args: list { $0.text() }, env: list { $0.text() }, cwd: text(), capabilities: maybe { $0.capabilities() },
            rlimits: list { Rlimit(type: $0.any(), soft: $0.number(), hard: $0.number()) }, noNewPrivileges: chance(),
            apparmorProfile: maybe { $0.text() }, oomScoreAdj: maybe { $0.number() },
            scheduler: maybe { random in
                Scheduler(
                    policy: random.any(), nice: random.number(), priority: random.number(),
                    flags: random.list { $0.any() }, runtime: random.number(), deadline: random.number(),
                    period: random.number())
            }, selinuxLabel: maybe { $0.text() },
            ioPriority: maybe { IOPriority(ioClass: $0.any(), priority: $0.number()) },
            execCPUAffinity: maybe { random in
                ExecCPUAffinity(initial: random.maybe { $0.text() }, final: random.maybe { $0.text() })
            })
    }

    private mutating func capabilities() -> Capabilities {
        func set(_ random: inout RandomSpec) -> [String]? { random.maybe { $0.list { $0.text() } } }
        return Capabilities(
            bounding: set(&self), effective: set(&self), inheritable: set(&self), permitted: set(&self),
            ambient: set(&self))
    }

    private mutating func mapping() -> IDMapping {
        IDMapping(containerID: number(), hostID: number(), size: number())
    }

    private mutating func mount() -> Mount {
        Mount(
            destination: text(), type: maybe { $0.text() }, source: maybe { $0.text() }, options: list { $0.text() },
            uidMappings: list { $0.mapping() }, gidMappings: list { $0.mapping() })
    }

    private mutating func hook() -> Hook {
        Hook(
            path: text(), args: list { $0.text() }, env: maybe { $0.list { $0.text() } }, timeout: maybe { $0.number() }
        )
    }

    private mutating func hooks() -> Hooks {
        Hooks(
            prestart: list { $0.hook() }, createRuntime: list { $0.hook() }, createContainer: list { $0.hook() },
            startContainer: list { $0.hook() }, poststart: list { $0.hook() }, poststop: list { $0.hook() })
    }

    private mutating func linux() -> LinuxConfiguration {
        var linux = LinuxConfiguration(
            uidMappings: list { $0.mapping() }, gidMappings: list { $0.mapping() }, sysctl: map { $0.text() },
            resources: maybe { $0.resources() }, cgroupsPath: maybe { $0.text() },
            namespaces: list { random in Namespace(type: random.any(), path: random.maybe { $0.text() }) },
            devices: list { $0.device() }, netDevices: map { random in NetDevice(name: random.maybe { $0.text() }) },
            seccomp: maybe { $0.seccomp() }, rootfsPropagation: maybe { $0.any() }, maskedPaths: list { $0.text() },
            readonlyPaths: list { $0.text() }, mountLabel: maybe { $0.text() })
        linux.intelRdt = maybe { random in
            IntelRdt(
                closID: random.maybe { $0.text() }, schemata: random.list { $0.text() },
                l3CacheSchema: random.maybe { $0.text() }, memBwSchema: random.maybe { $0.text() },
                enableMonitoring: random.chance())
        }
        linux.memoryPolicy = maybe { random in
            MemoryPolicy(mode: random.any(), nodes: random.maybe { $0.text() }, flags: random.list { $0.any() })
        }
        linux.personality = maybe { random in Personality(domain: random.any(), flags: random.list { $0.text() }) }
        for clock in list({ $0.any(TimeOffsetClock.self) }) {
            linux.timeOffsets[clock] = TimeOffset(secs: number(), nanosecs: number())
        }
        return linux
    }

    private mutating func device() -> Device {
        Device(
            path: text(), type: any(), major: maybe { $0.number() }, minor: maybe { $0.number() },
            fileMode: maybe { $0.number() }, uid: maybe { $0.number() }, gid: maybe { $0.number() })
    }

    mutating func resources() -> Resources {
        Resources(
            devices: list { random in
                DeviceRule(
                    allow: random.chance(), type: random.maybe { $0.any() }, major: random.maybe { $0.number() },
                    minor: random.maybe { $0.number() }, access: random.text())
            }, memory: maybe { $0.memory() }, cpu: maybe { $0.cpu() },
            pids: maybe { random in PidsResources(limit: random.maybe { $0.number() }) },
            blockIO: maybe { $0.blockIO() },
            hugepageLimits: list { HugepageLimit(pageSize: $0.text(), limit: $0.number()) },
            network: maybe { random in
                NetworkResources(
                    classID: random.maybe { $0.number() },
                    priorities: random.list { InterfacePriority(name: $0.text(), priority: $0.number()) })
            },
            rdma: map { random in
                RdmaLimit(hcaHandles: random.maybe { $0.number() }, hcaObjects: random.maybe { $0.number() })
            }, unified: map { $0.text() })
    }

    private mutating func memory() -> MemoryResources {
        MemoryResources(
            limit: maybe { $0.number() }, reservation: maybe { $0.number() }, swap: maybe { $0.number() },
            kernel: maybe { $0.number() }, kernelTCP: maybe { $0.number() }, swappiness: maybe { $0.number() },
            disableOOMKiller: maybe { $0.chance() }, useHierarchy: maybe { $0.chance() },
            checkBeforeUpdate: maybe { $0.chance() })
    }

    private mutating func cpu() -> CPUResources {
        CPUResources(
            shares: maybe { $0.number() }, quota: maybe { $0.number() }, burst: maybe { $0.number() },
            period: maybe { $0.number() }, realtimeRuntime: maybe { $0.number() },
            realtimePeriod: maybe { $0.number() }, cpus: maybe { $0.text() }, mems: maybe { $0.text() },
            idle: maybe { $0.number() })
    }

    private mutating func blockIO() -> BlockIOResources {
        func throttles(_ random: inout RandomSpec) -> [ThrottleDevice] {
            random.list { ThrottleDevice(major: $0.number(), minor: $0.number(), rate: $0.number()) }
        }
        return BlockIOResources(
            weight: maybe { $0.number() }, leafWeight: maybe { $0.number() },
            weightDevice: list { random in
                WeightDevice(
                    major: random.number(), minor: random.number(), weight: random.maybe { $0.number() },
                    leafWeight: random.maybe { $0.number() })
            }, throttleReadBpsDevice: throttles(&self), throttleWriteBpsDevice: throttles(&self),
            throttleReadIOPSDevice: throttles(&self), throttleWriteIOPSDevice: throttles(&self))
    }

    private mutating func seccomp() -> SeccompProfile {
        SeccompProfile(
            defaultAction: any(), defaultErrnoRet: maybe { $0.number() }, architectures: list { $0.any() },
            flags: maybe { $0.list { $0.any() } }, listenerPath: maybe { $0.text() },
            listenerMetadata: maybe { $0.text() },
            syscalls: list { random in
                SyscallRule(
                    names: random.list { SyscallName($0.text()) }, action: random.any(),
                    errnoRet: random.maybe { $0.number() },
                    args: random.list {
                        SyscallArgument(
                            index: $0.number(), value: $0.number(), valueTwo: $0.number(), op: $0.any())
                    })
            })
    }
}
