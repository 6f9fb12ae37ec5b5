import Foundation
import Testing

/// What a container sees of the runtime that comes into its pid namespace, and what others can do to one that waits.
@Suite(.containers, .requires(.root, .runtime))
struct HiddenRuntimeTests {
    /// Looks at every process that comes, as fast as it can, and says what of the host it could open.
    private static let watcher = """
        import os, sys
        host = {tuple(map(int, text.split(':'))) for text in sys.argv[1:]}
        known = set(os.listdir('/proc'))
        print('ready', flush=True)
        def look(path, follow):
            try:
                place = os.stat(path)
            except OSError:
                return
            if (place.st_dev, place.st_ino) in host:
                print('seen', path, flush=True)
        while True:
            for process in os.listdir('/proc'):
                if process in known:
                    continue
                for name in ('root', 'cwd'):
                    look('/proc/%s/%s' % (process, name), True)
                try:
                    numbers = os.listdir('/proc/%s/fd' % process)
                except OSError:
                    continue
                for number in numbers:
                    look('/proc/%s/fd/%s' % (process, number), True)
                try:
                    os.close(os.open('/proc/%s/exe' % process, os.O_WRONLY))
                    print('exe of', process, flush=True)
                except OSError:
                    pass
        """

    /// A container with the watcher, and the function to read what it says.
    private func watching(
        _ capabilities: String..., places: [String]
    ) throws -> (container: TestBundle, seen: () -> String) {
        let bundle = try TestBundle {
            for directory in ["/usr", "/lib", "/lib64"] { $0.mount(directory, source: directory, "rbind", "ro") }
            let identities = places.map { path in
                var place = stat()
                stat(path, &place)
                return JSONValue.string("\(place.st_dev):\(place.st_ino)")
            }
            $0.process.args = .array(["/usr/bin/python3", "-c", .string(Self.watcher)] + identities)
            for set in ["bounding", "effective", "permitted"] {
                $0.process.capabilities[set] = JSONValue(capabilities)
            }
        }
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("it watches") { read().hasPrefix("ready\n") }
        return (bundle, read)
    }

    private func places(_ bundle: TestBundle) -> [String] {
        ["/", "/proc", "/tmp", bundle.path, bundle.stateRoot, bundle.rootfs]
            + HostCgroups.hierarchies.values + HostCgroups.directories(bundle.cgroup)
    }

    @Test(.requires(.program("python3")), arguments: ["CAP_SYS_PTRACE", "CAP_KILL"])
    func execIntoAWatchedContainer(_ capability: String) throws {
        let other = try TestBundle()
        let (container, seen) = try watching(capability, places: places(other))
        for _ in 0..<30 {
            try container.apus("exec", container.id, "true", directory: other.path).succeeded()
        }
        #expect(seen() == "ready\n")
    }

    @Test(.requires(.program("python3")), arguments: ["CAP_SYS_PTRACE", "CAP_KILL"])
    func aPIDNamespaceOfAWatchedContainer(_ capability: String) throws {
        let guest = try TestBundle { $0.process.args = ["true"] }
        let (container, seen) = try watching(capability, places: places(guest).filter { $0 != guest.rootfs })
        let pid = try container.pid()
        try guest.change { $0.addNamespace("pid", path: "/proc/\(pid)/ns/pid") }
        // Where the kernel cannot mount the procfs in advance, the child enters first; hidden, which CAP_SYS_PTRACE ignores.
        let isSafe = capability == "CAP_KILL" || Self.canMountProcfsOfAnother
        for _ in 0..<30 {
            try guest.create().succeeded()
            try guest.delete("--force").succeeded()
        }
        if isSafe { #expect(seen() == "ready\n") }
    }

    /// The child of a new user namespace, on its way into another container's pid namespace, belongs to the host's root
    /// until it has its mappings.
    @Test(.requires(.program("python3"), .userNamespaces), arguments: ["CAP_SYS_PTRACE", "CAP_KILL"])
    func aPIDNamespaceJoinedWithANewUserNamespace(_ capability: String) throws {
        let guest = try TestBundle { $0.process.args = ["true"] }
        let (container, seen) = try watching(capability, places: places(guest).filter { $0 != guest.rootfs })
        let pid = try container.pid()
        try guest.change {
            $0.addNamespace("pid", path: "/proc/\(pid)/ns/pid")
            $0.addNamespace("user")
            let mapping: JSONValue = ["containerID": 0, "hostID": 100_000, "size": 65536]
            $0.linux.uidMappings = [mapping]
            $0.linux.gidMappings = [mapping]
            // A procfs belongs to the owner of its pid namespace.
            $0.mounts.removeAll { $0.destination != "/dev" }
            $0.linux.remove("maskedPaths")
            $0.linux.remove("readonlyPaths")
        }
        for _ in 0..<30 {
            try guest.create().succeeded()
            try guest.delete("--force").succeeded()
        }
        #expect(seen() == "ready\n")
    }

    /// Linux 6.17 on: a procfs of a pid namespace that the one who mounts it is not in.
    private static let canMountProcfsOfAnother: Bool = {
        let script = """
            import ctypes, os, sys
            libc = ctypes.CDLL(None)
            context = libc.syscall(430, b'proc', 1)
            sys.exit(0 if libc.syscall(431, context, 5, b'pidns', None, os.open('/proc/self/ns/pid', 0)) == 0 else 1)
            """
        return (try? Command.run("python3", "-c", script))?.status == 0
    }()

    /// What the program is afterwards is what it is without another's pid namespace.
    @Test func aProcessOfAJoinedPIDNamespaceIsAsAnyOther() throws {
        let owner = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let pid = try owner.pid()
        let script = """
            grep -E '^(Uid|Groups|Cap|NoNewPrivs|Seccomp:)' /proc/self/status; ulimit -u; ulimit -n
            cat /proc/self/oom_score_adj; cut -d' ' -f 19,41 /proc/self/stat; [ "$(cut -d' ' -f 6 /proc/self/stat)" = $$ ] && echo leader; tty; ls /proc/self/fd
            """
        func seen(joining: Bool, _ noNewPrivileges: Bool) throws -> String {
            try output(of: script) {
                if joining { $0.addNamespace("pid", path: "/proc/\(pid)/ns/pid") }
                $0.process.noNewPrivileges = .bool(noNewPrivileges)
                $0.process.user = ["uid": 1000, "gid": 1000, "additionalGids": [5]]
                $0.process.oomScoreAdj = 100
                $0.process.scheduler = ["policy": "SCHED_BATCH", "nice": 3]
                $0.process.rlimits = [
                    ["type": "RLIMIT_NPROC", "soft": 50000, "hard": 60000],
                    ["type": "RLIMIT_NOFILE", "soft": 200, "hard": 300],
                ]
                $0.linux.seccomp = [
                    "defaultAction": "SCMP_ACT_ALLOW",
                    "syscalls": [["names": ["acct"], "action": "SCMP_ACT_ERRNO"]],
                ]
            }
        }
        for noNewPrivileges in [true, false] {
            let plain = try seen(joining: false, noNewPrivileges)
            #expect(plain.contains("3 3\n") && plain.contains("50000"))
            #expect(try seen(joining: true, noNewPrivileges) == plain)
        }
    }

    /// A limit of one task holds for the container, not for the making of it.
    @Test func aLimitOfOneTaskWithAJoinedPIDNamespace() throws {
        let owner = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let pid = try owner.pid()
        let printed = try output(of: "echo alone") {
            $0.addNamespace("pid", path: "/proc/\(pid)/ns/pid")
            $0.linux.resources.pids = ["limit": 1]
        }
        #expect(printed == "alone")
    }

    // MARK: The start

    /// Where others may enter the state root, only the runtime's user starts a container.
    @Test(arguments: [false, true]) func nobodyElseStartsAContainer(_ hasUserNamespace: Bool) throws {
        let bundle = try TestBundle { configuration in
            configuration.process.args = ["sleep", "1000"]
            guard hasUserNamespace else { return }
            configuration.addNamespace("user")
            let mapping: JSONValue = ["containerID": 0, "hostID": 100_000, "size": 65536]
            configuration.linux.uidMappings = [mapping]
            configuration.linux.gidMappings = [mapping]
        }
        mkdir(bundle.stateRoot, 0o755)
        try bundle.create().succeeded()
        let fifo = bundle.stateRoot + "/" + bundle.id + "/exec.fifo"
        var place = stat()
        try #require(stat(fifo, &place) == 0)
        #expect(place.st_mode & 0o777 == 0o600 && place.st_uid == 0 && place.st_gid == 0)
        // Nor does anybody else reach what else is there, such as the socket of the readiness.
        try #require(stat(bundle.stateRoot + "/" + bundle.id, &place) == 0)
        #expect(place.st_mode & 0o777 == 0o700)
        for user in ["1000", "100000"] {
            let others = try Command.run(
                "setpriv", "--reuid", user, "--regid", user, "--clear-groups", "sh", "-c", "echo 0 1<>\(fifo) >&1")
            #expect(others.status != 0)
        }
        #expect(try bundle.status == "created")
        try bundle.start().succeeded()
        #expect(try bundle.status == "running")
    }
}
