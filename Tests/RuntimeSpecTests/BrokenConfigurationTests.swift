import RuntimeSpec
import Testing

/// A configuration with something wrong in it, and the whole text of the error.
struct BrokenConfiguration: Sendable, CustomTestStringConvertible {
    /// Members of the configuration beside `ociVersion` and `root`, or of its `process` or `linux`.
    let json: String
    let text: String

    var testDescription: String { json }

    init(_ json: String, _ text: String) {
        self.json = json
        self.text = text
    }

    /// Members of `process` beside `cwd` and `args`.
    static func process(_ json: String, _ text: String) -> BrokenConfiguration {
        BrokenConfiguration(#""process":{"cwd":"/","args":["sh"],\#(json)}"#, text)
    }

    /// Members of `linux`.
    static func linux(_ json: String, _ text: String) -> BrokenConfiguration {
        BrokenConfiguration(#""linux":{\#(json)}"#, text)
    }

    /// Members of `linux.resources`.
    static func resources(_ json: String, _ text: String) -> BrokenConfiguration {
        linux(#""resources":{\#(json)}"#, text)
    }

    /// Members of `linux.seccomp`.
    static func seccomp(_ json: String, _ text: String) -> BrokenConfiguration {
        linux(#""seccomp":{"defaultAction":"SCMP_ACT_ERRNO",\#(json)}"#, text)
    }

    /// One mount.
    static func mount(_ json: String, _ text: String) -> BrokenConfiguration {
        BrokenConfiguration(#""mounts":[{\#(json)}]"#, text)
    }

    var document: String { #"{"ociVersion":"1.3.0","root":{"path":"rootfs"},\#(json)}"# }
}

@Suite struct BrokenConfigurationTests {
    static let processes: [BrokenConfiguration] = [
        .process(
            #""scheduler":{"policy":"SCHED_IDLE","nice":20}"#,
            "process.scheduler.nice: invalid scheduler.nice: 20 when scheduler.policy is SCHED_IDLE"),
        .process(
            #""scheduler":{"policy":"SCHED_IDLE","period":20}"#,
            "process.scheduler.period: scheduler runtime/deadline/period can only be specified for SchedDeadline "
                + #"policy: 0/0/20 with "SCHED_IDLE""#),
        .process(
            #""user":{"additionalGids":[\#(Array(repeating: "1", count: 65537).joined(separator: ","))]}"#,
            "process.user.additionalGids: 65537 groups, but the kernel takes no more than 65536"),
        .init(
            #""process":{"cwd":"/","args":["sh"],"user":{"additionalGids":[9,10]}},"linux":{"namespaces":[{"type":"user"}],"uidMappings":[{"containerID":0,"hostID":1,"size":10}],"gidMappings":[{"containerID":0,"hostID":1,"size":10}]}"#,
            "process.user.additionalGids[1]: 10 is not mapped in the user namespace"),
        .init(#""process":{"args":["sh"]}"#, "process.cwd: Cwd property must not be empty"),
        .init(#""process":{"cwd":"","args":["sh"]}"#, "process.cwd: Cwd property must not be empty"),
        .init(
            #""process":{"cwd":"tmp","args":["sh"]}"#, #"process.cwd: Cwd must be an absolute path: "tmp""#),
        .init(#""process":{"cwd":"/"}"#, "process.args: args must not be empty"),
        .init(#""process":{"cwd":"/","args":[]}"#, "process.args: args must not be empty"),
        .init(#""process":[]"#, "process: expected an object, found an array []"),
        .init(
            #""process":{"cwd":1,"args":["a",2]}"#,
            "process.cwd: expected a string, found a number 1; process.args[1]: expected a string, found a number 2"),
        .process(#""terminal":"yes""#, #"process.terminal: expected a boolean, found a string "yes""#),
        .process(#""consoleSize":{"height":25}"#, "process.consoleSize.width: required, but missing"),
        .process(
            #""consoleSize":{"height":65536,"width":80}"#,
            "process.consoleSize.height: 65536 is out of range (0 to 65535)"),
        .process(
            #""env":["A=b","FOO"]"#, #"process.env[1]: invalid environment variable "FOO": missing '='"#),
        .process(
            #""env":["=b"]"#, #"process.env[0]: invalid environment variable "=b": name cannot be empty"#),
        .process(#""oomScoreAdj":1001"#, "process.oomScoreAdj: 1001 is out of range (-1000 to 1000)"),
        .process(#""oomScoreAdj":1.5"#, "process.oomScoreAdj: expected an integer, found 1.5"),
        .process(#""oomScoreAdj":1e3"#, "process.oomScoreAdj: expected an integer, found 1e3"),
        .process(#""user":{"uid":-1}"#, "process.user.uid: -1 is out of range (0 to 4294967295)"),
        .process(
            #""user":{"uid":4294967296,"gid":4294967295}"#,
            "process.user.uid: 4294967296 is out of range (0 to 4294967295)"),
        .process(#""user":{"uid":4294967295}"#, "process.user.uid: 4294967295 is not a user id"),
        .process(
            #""user":{"additionalGids":[4294967295]}"#,
            "process.user.additionalGids[0]: 4294967295 is not a group id"),
        .process(#""user":{"umask":512}"#, "process.user.umask: 512 is out of range (0 to 511)"),
        .process(
            #""capabilities":{"effective":["CAP_KILL","CAP_NOPE"]}"#,
            #"process.capabilities.effective[0]: "CAP_KILL" is not in the permitted set, so it cannot be effective"#),
        .process(
            #""rlimits":[{"type":"RLIMIT_CPU","soft":1,"hard":1},{"type":"RLIMIT_AS","soft":1,"hard":1},{"type":"RLIMIT_FOO","soft":1,"hard":1}]"#,
            #"process.rlimits[2].type: wrong rlimit value: RLIMIT_FOO"#),
        .process(
            #""rlimits":[{"type":"RLIMIT_CPU","soft":1,"hard":1},{"type":"RLIMIT_CPU","soft":1,"hard":1}]"#,
            #"process.rlimits[1].type: duplicate resource "RLIMIT_CPU""#),
        .process(
            #""rlimits":[{"type":"RLIMIT_CPU","soft":2,"hard":1}]"#,
            #"process.rlimits[0].soft: 2 is above the hard limit 1 of "RLIMIT_CPU""#),
        .process(
            #""rlimits":[{}]"#,
            "process.rlimits[0].type: required, but missing; process.rlimits[0].hard: required, but missing; "
                + "process.rlimits[0].soft: required, but missing"),
        .process(
            #""rlimits":[{"type":"RLIMIT_CPU","soft":18446744073709551616,"hard":18446744073709551615}]"#,
            "process.rlimits[0].soft: 18446744073709551616 is out of range (0 to 18446744073709551615)"),
        .process(#""scheduler":{"nice":1}"#, "process.scheduler.policy: scheduler policy is required"),
        .process(
            #""scheduler":{"policy":"SCHED_FOO","flags":["SCHED_FLAG_FOO"]}"#,
            #"process.scheduler.policy: invalid scheduler policy "SCHED_FOO"; "#
                + #"process.scheduler.flags[0]: invalid scheduler flag "SCHED_FLAG_FOO""#),
        .process(
            #""scheduler":{"policy":"SCHED_OTHER","nice":20}"#,
            "process.scheduler.nice: invalid scheduler.nice: 20 when scheduler.policy is SCHED_OTHER"),
        .process(
            #""scheduler":{"policy":"SCHED_OTHER","priority":3}"#,
            "process.scheduler.priority: scheduler.priority can only be specified for SchedFIFO or SchedRR policy: 3"),
        .process(
            #""scheduler":{"policy":"SCHED_FIFO","priority":100}"#,
            #"process.scheduler.priority: 100 is out of range (1 to 99) for "SCHED_FIFO""#),
        .process(
            #""scheduler":{"policy":"SCHED_BATCH","runtime":1024}"#,
            #"process.scheduler.runtime: scheduler runtime/deadline/period can only be specified for SchedDeadline policy: "#
                + #"1024/0/0 with "SCHED_BATCH""#),
        .process(
            #""scheduler":{"policy":"SCHED_ISO"}"#,
            #"process.scheduler.policy: "SCHED_ISO" is not implemented by Linux"#),
        .process(
            #""scheduler":{"policy":"SCHED_DEADLINE","runtime":1,"deadline":2048,"period":2000}"#,
            "process.scheduler.runtime: 1 is below 1024 nanoseconds; "
                + "process.scheduler.deadline: 2048 is above the period 2000"),
        .process(
            #""scheduler":{"policy":"SCHED_DEADLINE","runtime":4096,"deadline":2048}"#,
            "process.scheduler.runtime: 4096 is above the deadline 2048"),
        .process(#""ioPriority":{"priority":1}"#, "process.ioPriority.class: required, but missing"),
        .process(
            #""ioPriority":{"class":"FOO"}"#, #"process.ioPriority.class: invalid ioPriority.Class: "FOO""#),
        .process(
            #""ioPriority":{"class":"IOPRIO_CLASS_BE","priority":8}"#,
            "process.ioPriority.priority: invalid ioPriority.Priority: 8"),
        .process(
            #""execCPUAffinity":{"initial":"3-1","final":"0,,1"}"#,
            #"process.execCPUAffinity.initial: invalid CPU list "3-1"; "#
                + #"process.execCPUAffinity.final: invalid CPU list "0,,1""#),
        .process(
            #""apparmorProfile":"a\u0000b""#, #"process.apparmorProfile: contains a null byte: "a\x00b""#),
    ]

    static let general: [BrokenConfiguration] = [
        .init(#""root":null"#, "root: root must be specified"),
        .init(#""root":{"path":""}"#, "root.path: must not be empty"),
        .init(#""root":{}"#, "root.path: required, but missing"),
        .init(#""hostname":"x""#, #"hostname: unable to set hostname without a private UTS namespace: "x""#),
        .init(
            #""domainname":"x""#, #"domainname: unable to set domainname without a private UTS namespace: "x""#),
        .init(
            #""hostname":"\#(String(repeating: "h", count: 65))","linux":{"namespaces":[{"type":"uts"}]}"#,
            #"hostname: "\#(String(repeating: "h", count: 65))" is longer than 64 bytes"#),
        .init(#""hooks":{"poststop":[{"path":"bin/x"}]}"#, #"hooks.poststop[0].path: "bin/x" is not an absolute path"#),
        .init(#""hooks":{"prestart":[{"args":["x"]}]}"#, "hooks.prestart[0].path: required, but missing"),
        .init(
            #""hooks":{"createRuntime":[{"path":"/x","timeout":0}]}"#,
            "hooks.createRuntime[0].timeout: 0 is not above 0"),
        .init(#""hooks":{"poststart":{}}"#, "hooks.poststart: expected an array, found an object {}"),
        .init(#""annotations":{"":"x"}"#, #"annotations[""]: "" is not a key: "x""#),
        .init(#""annotations":{"a.b":1}"#, #"annotations["a.b"]: expected a string, found a number 1"#),
        .init(#""annotations":{"a":"\u0000"}"#, #"annotations.a: contains a null byte: "\x00""#),
        .mount(#""type":"proc""#, "mounts[0].destination: required, but missing"),
        .mount(#""destination":"""#, "mounts[0].destination: must not be empty"),
        .mount(
            #""destination":"/x","type":"bind""#, #"mounts[0].source: a bind mount needs a source: "/x""#),
        .mount(
            #""destination":"/x","source":"/y","options":["rbind","ro","size=1m"]"#,
            #"mounts[0].options[2]: invalid mount "/x": bind mounts cannot have any filesystem-specific options "#
                + #"applied: "size=1m""#),
        .mount(
            #""destination":"/x","type":"tmpfs","uidMappings":[{"containerID":0,"hostID":1,"size":1}],"gidMappings":[{"containerID":0,"hostID":1,"size":1}]"#,
            #"mounts[0]: id-mapped mounts are only supported for bind-mounts: "/x""#),
        .mount(
            #""destination":"/x","source":"/y","options":["bind"],"uidMappings":[{"containerID":0,"hostID":1,"size":1}]"#,
            #"mounts[0].gidMappings: id-mapped mounts must have both uid and gid mappings specified: "/x""#),
        .mount(
            #""destination":"/x","source":"/y","options":["bind","ridmap"]"#,
            #"mounts[0].options[1]: "ridmap" needs mappings or a user namespace"#),
        .mount(
            #""destination":"/proc","type":"tmpfs""#,
            #"mounts[0].type: "/proc" cannot be mounted because it is not of type proc"#),
        .mount(
            #""destination":"/a\u0000","type":"tmpfs""#,
            #"mounts[0].destination: mount field contains null byte: "/a\x00""#),
        .init(#""mounts":[{"destination":"/x"},null]"#, "mounts[1]: expected an object, found null"),
    ]

    static let linux: [BrokenConfiguration] = [
        .linux(
            #""devices":[{"path":"/dev/x","type":"p","uid":4294967295,"gid":4294967295}]"#,
            "linux.devices[0].uid: 4294967295 is not a user id; linux.devices[0].gid: 4294967295 is not a group id"),
        .linux(
            #""namespaces":[{"type":"user"}],"uidMappings":[{"containerID":0,"hostID":1,"size":10}],"gidMappings":[{"containerID":0,"hostID":1,"size":10}],"devices":[{"path":"/dev/x","type":"p","uid":10,"gid":9}]"#,
            "linux.devices[0].uid: 10 is not mapped in the user namespace"),
        .linux(
            #""namespaces":[{"type":"user"}],"uidMappings":[{"containerID":0,"hostID":4294967295,"size":1}],"gidMappings":[{"containerID":0,"hostID":0,"size":4294967295}]"#,
            "linux.uidMappings[0]: host ids from 4294967295 on are less than 1"),
        .linux(
            #""namespaces":[{"type":"network"}],"netDevices":{"a":{"name":"eth0"},"b":{"name":"eth0"},"c":{"name":"e%d"},"d":{"name":"e%d"}}"#,
            #"linux.netDevices.b.name: "eth0" is the name of two devices"#),
        .linux(#""namespaces":[{"type":"foo"}]"#, #"linux.namespaces[0].type: namespace {"foo" ""} does not exist"#),
        .linux(#""namespaces":[{}]"#, "linux.namespaces[0].type: required, but missing"),
        .linux(
            #""namespaces":[{"type":"pid"},{"type":"pid","path":"/x"}]"#,
            #"linux.namespaces[1]: malformed spec file: duplicated ns {"pid" "/x"}"#),
        .linux(
            #""namespaces":[{"type":"pid","path":"proc/1/ns/pid"}]"#,
            #"linux.namespaces[0].path: "proc/1/ns/pid" is not an absolute path"#),
        .linux(
            #""namespaces":[{"type":"user"}],"gidMappings":[{"containerID":0,"hostID":0,"size":1}]"#,
            "linux.uidMappings: user namespaces enabled, but no uid mappings found"),
        .linux(
            #""namespaces":[{"type":"user"}],"uidMappings":[{"containerID":0,"hostID":0,"size":0}],"gidMappings":[{"containerID":0,"hostID":4294967295,"size":2}]"#,
            "linux.uidMappings[0].size: 0 is not above 0; "
                + "linux.gidMappings[0]: host ids from 4294967295 on are less than 2"),
        .linux(
            #""namespaces":[{"type":"user"}],"gidMappings":[{"containerID":0,"hostID":0,"size":1}],"uidMappings":[{"containerID":0,"hostID":1000,"size":10},{"containerID":9,"hostID":1,"size":1},{"containerID":20,"hostID":1005,"size":1}]"#,
            "linux.uidMappings[1]: container ids from 9 on are mapped twice; "
                + "linux.uidMappings[2]: host ids from 1005 on are mapped twice"),
        .linux(
            #""namespaces":[{"type":"user"}],"gidMappings":[{"containerID":0,"hostID":0,"size":1}],"uidMappings":[{"containerID":0,"size":1}]"#,
            "linux.uidMappings[0].hostID: required, but missing"),
        .linux(
            #""timeOffsets":{"monotonic":{"secs":1}}"#,
            "linux.timeOffsets: time namespace offsets specified, but time namespace isn't enabled in the config"),
        .linux(
            #""namespaces":[{"type":"time","path":"/t"}],"timeOffsets":{"monotonic":{"secs":1}}"#,
            "linux.timeOffsets: time namespace enabled, but both namespace path and time offsets specified -- "
                + #"you may only provide one: "/t""#),
        .linux(
            #""namespaces":[{"type":"time"}],"timeOffsets":{"boottime":{"nanosecs":1000000000}}"#,
            "linux.timeOffsets.boottime.nanosecs: 1000000000 is out of range (0 to 999999999)"),
        .linux(
            #""namespaces":[{"type":"time"}],"timeOffsets":{"realtime":{}}"#,
            #"linux.timeOffsets.realtime: unknown clock "realtime""#),
        .linux(
            #""maskedPaths":["/proc/kcore"]"#,
            "linux.maskedPaths: unable to restrict sys entries without a private MNT namespace: "
                + #""/proc/kcore""#),
        .linux(
            #""namespaces":[{"type":"mount"}],"readonlyPaths":["proc"]"#,
            #"linux.readonlyPaths[0]: "proc" is not an absolute path"#),
        .linux(#""rootfsPropagation":"foo""#, "linux.rootfsPropagation: rootfsPropagation=foo is not supported"),
        .linux(#""personality":{"domain":"FOO"}"#, "linux.personality.domain: invalid personality domain FOO"),
        .linux(#""personality":{}"#, "linux.personality.domain: required, but missing"),
        .linux(
            #""personality":{"domain":"LINUX32","flags":["x"]}"#, #"linux.personality.flags[0]: unknown flag "x""#),
        .linux(#""devices":[{"type":"z","path":"/dev/z"}]"#, #"linux.devices[0].type: invalid device type "z""#),
        .linux(
            #""devices":[{"type":"c","path":"/dev/z","minor":1048576}]"#,
            #"linux.devices[0].major: required for type "c", but missing: "/dev/z"; "#
                + "linux.devices[0].minor: 1048576 is out of range (0 to 1048575)"),
        .linux(
            #""devices":[{"type":"b","path":"/dev/z","major":-1,"minor":0,"fileMode":4096}]"#,
            "linux.devices[0].major: -1 is out of range (0 to 4095); "
                + "linux.devices[0].fileMode: 4096 is out of range (0 to 4095)"),
        .linux(
            #""devices":[{"type":"p","path":"/a"},{"type":"u","path":"/a","major":1,"minor":3}]"#,
            #"linux.devices[1].path: "/a" is given twice for different devices"#),
        .linux(
            #""netDevices":{"eth0":{}}"#,
            #"linux.netDevices: unable to move network devices without a NET namespace: "eth0""#),
        .linux(
            #""namespaces":[{"type":"network"}],"netDevices":{"a/b":{},"c":{"name":"sixteen letters!"},"d":{"name":"eth%d"},"e":{"name":"%deth"}}"#,
            #"linux.netDevices["a/b"]: invalid network device name "a/b"; "#
                + #"linux.netDevices.c.name: invalid network device name "sixteen letters!"; "#
                + #"linux.netDevices.e.name: invalid network device name "%deth""#),
        .linux(
            #""sysctl":{"kernel.foo":"1"}"#,
            #"linux.sysctl["kernel.foo"]: sysctl "kernel.foo" is not in a separate kernel namespace"#),
        .linux(
            #""sysctl":{"kernel/shmmax":"1"}"#,
            #"linux.sysctl["kernel/shmmax"]: sysctl "kernel.shmmax" is not allowed in the hosts ipc namespace"#),
        .linux(
            #""sysctl":{"net.ipv4.ip_forward":"1"}"#,
            #"linux.sysctl["net.ipv4.ip_forward"]: sysctl "net.ipv4.ip_forward" not allowed in host network namespace"#),
        .linux(
            #""namespaces":[{"type":"uts"}],"sysctl":{"kernel.domainname":"x","kernel.hostname":"x"}"#,
            #"linux.sysctl["kernel.hostname"]: sysctl "kernel.hostname" is not allowed as it conflicts with the OCI "#
                + #""hostname" field"#),
        .linux(
            #""sysctl":{"user.max_mnt_namespaces":"1"}"#,
            #"linux.sysctl["user.max_mnt_namespaces"]: setting ucounts without a user namespace not allowed: "#
                + #""user.max_mnt_namespaces""#),
        .linux(
            #""namespaces":[{"type":"network"}],"sysctl":{"net/../kernel/core_pattern":"x"}"#,
            #"linux.sysctl["net/../kernel/core_pattern"]: sysctl "net/../kernel/core_pattern" is not the name of a "#
                + "kernel parameter"),
        .linux(#""intelRdt":{"closID":"a/b"}"#, #"linux.intelRdt.closID: invalid intelRdt.ClosID "a/b""#),
        .linux(
            #""intelRdt":{"memBwSchema":"L3:0=f"}"#,
            #"linux.intelRdt.memBwSchema: "L3:0=f" does not start with "MB:""#),
        .linux(
            #""intelRdt":{"schemata":["L3:0=f","MB:0=20\n"]}"#,
            #"linux.intelRdt.schemata[1]: "MB:0=20\n" is more than one line"#),
        .linux(
            #""memoryPolicy":{"mode":"FOO"}"#, #"linux.memoryPolicy.mode: invalid memory policy mode "FOO""#),
        .linux(#""memoryPolicy":{}"#, #"linux.memoryPolicy.mode: invalid memory policy mode """#),
        .linux(#""memoryPolicy":{"mode":""}"#, #"linux.memoryPolicy.mode: invalid memory policy mode """#),
        .linux(#""memoryPolicy":{"nodes":"0-7"}"#, #"linux.memoryPolicy.mode: invalid memory policy mode """#),
        .linux(
            #""memoryPolicy":{"mode":"MPOL_BIND","nodes":"0-x","flags":["x"]}"#,
            #"linux.memoryPolicy.flags[0]: invalid memory policy flag "x""#),
        .linux(
            #""memoryPolicy":{"mode":"MPOL_BIND","nodes":"0-x"}"#,
            #"linux.memoryPolicy.nodes: invalid memory policy nodes "0-x": not a list such as 0-3,7"#),
        .linux(
            #""memoryPolicy":{"mode":"MPOL_INTERLEAVE"}"#,
            #"linux.memoryPolicy.nodes: invalid memory policy nodes "": "MPOL_INTERLEAVE" needs some"#),
        .linux(
            #""memoryPolicy":{"mode":"MPOL_LOCAL","nodes":"0","flags":["MPOL_F_STATIC_NODES","MPOL_F_RELATIVE_NODES","MPOL_F_NUMA_BALANCING"]}"#,
            #"linux.memoryPolicy.nodes: invalid memory policy mode "MPOL_LOCAL" for nodes "0": mode requires 0 nodes but got 1; "#
                + #"linux.memoryPolicy.flags: "MPOL_F_STATIC_NODES" and "MPOL_F_RELATIVE_NODES" exclude each other; "#
                + #"linux.memoryPolicy.flags: "MPOL_F_NUMA_BALANCING" cannot be used with "MPOL_LOCAL""#),
    ]

    static let resources: [BrokenConfiguration] = [
        .resources(
            #""devices":[{"type":"c","access":"r"}]"#, "linux.resources.devices[0].allow: required, but missing"),
        .resources(
            #""devices":[{"allow":true,"type":"u","access":"r"}]"#,
            #"linux.resources.devices[0].type: invalid cgroup device type "u""#),
        .resources(
            #""devices":[{"allow":true,"access":""}]"#,
            "linux.resources.devices[0].access: device access at 0 field cannot be empty"),
        .resources(
            #""devices":[{"allow":false,"access":"rwm"},{"allow":true}]"#,
            "linux.resources.devices[1].access: device access at 1 field cannot be empty"),
        .resources(
            #""devices":[{"allow":true,"access":"x"}]"#,
            #"linux.resources.devices[0].access: "x" has none of the letters "rwm""#),
        .resources(
            #""devices":[{"allow":true,"type":"a","major":1,"minor":-2,"access":"r"}]"#,
            #"linux.resources.devices[0].major: 1 is given, but type "a" stands for all devices; "#
                + "linux.resources.devices[0].minor: -2 is below -1"),
        .resources(
            #""memory":{"limit":"1g"}"#, #"linux.resources.memory.limit: expected a number, found a string "1g""#),
        .resources(#""memory":{"limit":-2}"#, "linux.resources.memory.limit: -2 is below -1"),
        .resources(
            #""memory":{"swappiness":101}"#, "linux.resources.memory.swappiness: 101 is out of range (0 to 100)"),
        .resources(
            #""memory":{"swap":1}"#, "linux.resources.memory.swap: unable to set swap limit 1 without memory limit"),
        .resources(
            #""memory":{"limit":2,"swap":1}"#,
            "linux.resources.memory.swap: memory+swap limit 1 should be >= memory limit 2"),
        .resources(#""cpu":{"quota":999}"#, "linux.resources.cpu.quota: 999 is below 1000 microseconds"),
        .resources(
            #""cpu":{"period":1000001}"#,
            "linux.resources.cpu.period: 1000001 is out of range (1000 to 1000000)"),
        .resources(
            #""cpu":{"quota":1000,"burst":1001}"#, "linux.resources.cpu.burst: 1001 is above the quota 1000"),
        .resources(#""cpu":{"idle":2}"#, "linux.resources.cpu.idle: 2 is neither 0 nor 1"),
        .resources(
            #""cpu":{"cpus":"0-3:1/2,x","mems":"1-0"}"#,
            #"linux.resources.cpu.cpus: "0-3:1/2,x" is not a list such as "0-3,7"; "#
                + #"linux.resources.cpu.mems: "1-0" is not a list such as "0-3,7""#),
        .resources(#""pids":{"limit":1.5}"#, "linux.resources.pids.limit: expected an integer, found 1.5"),
        .resources(
            #""blockIO":{"weight":65536}"#, "linux.resources.blockIO.weight: 65536 is out of range (0 to 65535)"),
        .resources(
            #""blockIO":{"leafWeight":1001}"#,
            "linux.resources.blockIO.leafWeight: 1001 is out of range (0 to 1000)"),
        .resources(
            #""blockIO":{"weightDevice":[{"major":8,"minor":0}]}"#,
            "linux.resources.blockIO.weightDevice[0]: 8:0 needs a weight or a leafWeight"),
        .resources(
            #""blockIO":{"throttleReadBpsDevice":[{"rate":1,"minor":-1}]}"#,
            "linux.resources.blockIO.throttleReadBpsDevice[0].major: required, but missing"),
        .resources(
            #""blockIO":{"throttleWriteIOPSDevice":[{"major":8,"minor":-1}]}"#,
            "linux.resources.blockIO.throttleWriteIOPSDevice[0].minor: -1 is below 0"),
        .resources(
            #""hugepageLimits":[{"pageSize":"2M","limit":1}]"#,
            #"linux.resources.hugepageLimits[0].pageSize: "2M" is not a page size such as "2MB""#),
        .resources(
            #""hugepageLimits":[{"pageSize":"2MB"}]"#,
            "linux.resources.hugepageLimits[0].limit: required, but missing"),
        .resources(
            #""network":{"priorities":[{"name":"lo"}]}"#,
            "linux.resources.network.priorities[0].priority: required, but missing"),
        .resources(#""rdma":{"mlx":{}}"#, #"linux.resources.rdma.mlx: "mlx" needs hcaHandles or hcaObjects"#),
        .resources(
            #""unified":{"../memory.max":"1"}"#,
            #"linux.resources.unified["../memory.max"]: "../memory.max" is not the name of a cgroup file: "1""#),
        .resources(#""unified":[]"#, "linux.resources.unified: expected an object, found an array []"),
    ]

    static let seccomp: [BrokenConfiguration] = [
        .seccomp(
            #""syscalls":[{"names":["read","a\u0000"],"action":"SCMP_ACT_ALLOW"}]"#,
            #"linux.seccomp.syscalls[0].names[1]: contains a null byte: "a\x00""#),
        .linux(
            #""seccomp":{"syscalls":[{"names":["a"],"action":"SCMP_ACT_ALLOW"}]}"#,
            "linux.seccomp.defaultAction: required, but missing"),
        .linux(
            #""seccomp":{"defaultAction":"FOO"}"#,
            "linux.seccomp.defaultAction: string FOO is not a valid action for seccomp"),
        .linux(
            #""seccomp":{"defaultAction":"SCMP_ACT_NOTIFY","listenerPath":"/s"}"#,
            "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be used as default action"),
        .linux(
            #""seccomp":{"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":1}"#,
            #"linux.seccomp.defaultErrnoRet: 1 is given, but "SCMP_ACT_ALLOW" takes none"#),
        .seccomp(
            #""architectures":["FOO"],"flags":["BAR"]"#,
            "linux.seccomp.architectures[0]: string FOO is not a valid arch for seccomp; "
                + "linux.seccomp.flags[0]: seccomp flag BAR is not known"),
        .seccomp(
            #""listenerMetadata":"x""#,
            #"linux.seccomp.listenerMetadata: "x" is given, but seccomp listenerPath is not set"#),
        .seccomp(
            #""syscalls":[{"names":["a"],"action":"SCMP_ACT_NOTIFY"}]"#,
            #"linux.seccomp.syscalls[0].action: "SCMP_ACT_NOTIFY" is given, but seccomp listenerPath is not set"#),
        .seccomp(
            #""listenerPath":"/s","syscalls":[{"names":["write"],"action":"SCMP_ACT_NOTIFY"}]"#,
            #"linux.seccomp.syscalls[0].action: SCMP_ACT_NOTIFY cannot be used for the write syscall"#),
        .seccomp(
            #""syscalls":[{"names":[],"action":"SCMP_ACT_ALLOW"}]"#,
            "linux.seccomp.syscalls[0].names: must not be empty"),
        .seccomp(
            #""syscalls":[{"action":"SCMP_ACT_ALLOW"}]"#, "linux.seccomp.syscalls[0].names: required, but missing"),
        .seccomp(
            #""syscalls":[{"names":["a"],"action":"SCMP_ACT_ERRNO","errnoRet":4096}]"#,
            "linux.seccomp.syscalls[0].errnoRet: 4096 is out of range (0 to 4095)"),
        .seccomp(
            #""syscalls":[{"names":["a"],"action":"SCMP_ACT_ALLOW","args":[{"index":6,"value":1,"op":"SCMP_CMP_EQ"}]}]"#,
            "linux.seccomp.syscalls[0].args[0].index: 6 is out of range (0 to 5)"),
        .seccomp(
            #""syscalls":[{"names":["a"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":-1,"op":"SCMP_CMP"}]}]"#,
            "linux.seccomp.syscalls[0].args[0].value: -1 is out of range (0 to 18446744073709551615); "
                + "linux.seccomp.syscalls[0].args[0].op: string SCMP_CMP is not a valid operator for seccomp"),
    ]

    @Test(arguments: processes + general + linux + resources + seccomp)
    func tellsPathAndReason(_ broken: BrokenConfiguration) throws {
        let error = try #require(throws: SpecError.self) { try Spec(validating: bytes(broken.document)) }
        #expect(error.text == broken.text)
    }

    @Test func tellsLineAndColumn() {
        let text = """
            {
              "ociVersion": "1.3.0",
              "process": { "cwd": "/", "args": ["é", 3],
                "rlimits": [ {"type": "RLIMIT_FOO", "soft": 1} ] }
            }
            """
        let error = #expect(throws: SpecError.self) { try Spec(json: bytes(text)) }
        #expect(
            error?.findings == [
                Finding(path: "process.args[1]", message: "expected a string, found a number 3", line: 3, column: 42),
                Finding(
                    path: "process.rlimits[0].type", message: #"wrong rlimit value: RLIMIT_FOO"#, line: 4, column: 27),
                Finding(path: "process.rlimits[0].hard", message: "required, but missing", line: 4, column: 18),
            ])
    }

    @Test func joinsFindingsOfFormAndMeaning() {
        let text = """
            {"ociVersion":"1.3.0","hostname":"h","process":{"cwd":"tmp","args":[],"user":{"uid":"root"}},
            "mounts":[{"destination":"/x","type":"bind"}],
            "linux":{"namespaces":[{"type":"uts"},{"type":"foo"}],"maskedPaths":["/x"],"sysctl":{"net.a":"1"}}}
            """
        let error = #expect(throws: SpecError.self) { try Spec(validating: bytes(text)) }
        // Nothing is said about what the unknown namespace could have been.
        #expect(
            error?.text == #"process.user.uid: expected a number, found a string "root"; "#
                + #"linux.namespaces[1].type: namespace {"foo" ""} does not exist; "#
                + #"process.cwd: Cwd must be an absolute path: "tmp"; process.args: args must not be empty; "#
                + #"root: root must be specified; mounts[0].source: a bind mount needs a source: "/x""#)
    }

    @Test func bindsTheNumberOfFindings() throws {
        let bad = Array(repeating: #"{"path":"x"}"#, count: 5000).joined(separator: ",")
        let spec = try Spec(json: bytes(#"{"ociVersion":"1.0.0","root":{"path":"r"},"hooks":{"poststop":[\#(bad)]}}"#))
        #expect(spec.validate().count == 100)
        let worse = Array(repeating: "1", count: 5000).joined(separator: ",")
        let error = #expect(throws: SpecError.self) {
            try Spec(json: bytes(#"{"ociVersion":"1.0.0","mounts":[\#(worse)]}"#))
        }
        #expect(error?.findings.count == 101)
        #expect(error?.findings.last?.message == "4900 more findings")
    }
}
