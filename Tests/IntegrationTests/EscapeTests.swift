import CIntegrationSupport
import Foundation
import Testing

/// Published ways out of containers, tried again.
@Suite(.containers, .requires(.root, .runtime))
struct EscapeTests {
    private func digest(_ path: String) -> String? {
        (try? Command.run("sha256sum", path))?.stdout.split(separator: " ").first.map(String.init)
    }

    /// CVE-2019-5736: a program that is /proc/self/exe makes the runtime execute itself inside, from where its file is
    /// opened for writing.
    @Test(arguments: ["init", "exec"]) func overwritingTheRuntime(_ way: String) throws {
        let copy = try TestBundle()
        // A copy of the runtime, which the attack may spoil.
        let binary = try copy.file("runtime")
        unlink(binary)
        try Runtime.copyProgram(to: binary)
        chmod(binary, 0o755)
        let before = try #require(digest(binary))

        let bundle = try TestBundle(
            shell:
                "while :; do for p in /proc/[0-9]*; do [ $p = /proc/$$ ] || { cat $p/exe >/dev/null 2>&1; (echo spoiled >$p/exe) 2>/dev/null && echo written; }; done; done"
        ) { $0.root.readonly = false }
        try "#!/proc/self/exe\n".write(toFile: bundle.rootfs + "/bin/evil", atomically: false, encoding: .utf8)
        chmod(bundle.rootfs + "/bin/evil", 0o755)
        func runtime(_ arguments: String...) throws -> Output {
            try Command([binary, "--root", bundle.stateRoot, "--log", bundle.log] + arguments).wait(seconds: 20)
        }
        if way == "init" {
            try bundle.change { $0.process.args = ["/bin/evil"] }
            _ = try runtime("run", "--bundle", bundle.path, bundle.id)
        } else {
            try runtime("create", "--bundle", bundle.path, bundle.id).succeeded()
            try runtime("start", bundle.id).succeeded()
            for _ in 0..<5 { _ = try runtime("exec", bundle.id, "/bin/evil") }
        }
        #expect(digest(binary) == before)
    }

    /// The same seen directly: what /proc/PID/exe of a waiting init names cannot be opened for writing, also when nobody
    /// executes it any more.
    @Test(arguments: [true, false]) func theExecutableOfInitIsSealed(_ isInNewPIDNamespace: Bool) throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            if !isInNewPIDNamespace { $0.linux.namespaces.removeAll { $0.type == "pid" } }
        }
        // A copy of the runtime, which nobody else executes.
        let binary = try bundle.file("runtime")
        unlink(binary)
        try Runtime.copyProgram(to: binary)
        chmod(binary, 0o755)
        let options = [binary, "--root", bundle.stateRoot, "--log", bundle.log]
        try Command(options + ["create", "--bundle", bundle.path, bundle.id]).wait().succeeded()
        let exe = "/proc/\(try bundle.pid())/exe"
        func expectSealed(_ path: String, _ failures: Set<Int32>) {
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            let failure = errno
            if descriptor >= 0 {
                // A memfd can be opened so, but it is sealed.
                #expect(write(descriptor, "x", 1) == -1)
                close(descriptor)
            } else {
                #expect(failures.contains(failure), "\(failure)")
            }
        }
        expectSealed(exe, [EROFS, ETXTBSY, EACCES, EPERM])
        // What others may see from its first moment on is another file than the one on disk.
        var inside = stat()
        var outside = stat()
        #expect(stat(exe, &inside) == 0 && stat(binary, &outside) == 0)
        let isAnother = inside.st_dev != outside.st_dev || inside.st_ino != outside.st_ino
        #expect(isAnother || isInNewPIDNamespace)
        // O_PATH
        let held = open(exe, 0x20_0000 | O_CLOEXEC)
        try #require(held >= 0)
        afterTest { close(held) }
        try Command(options + ["delete", "--force", bundle.id]).wait().succeeded()
        expectSealed("/proc/self/fd/\(held)", [EROFS])
    }

    /// Nor can anybody make it so, be it the host's root: the mount that it is in belongs to no namespace.
    @Test(.requires(.program("python3")), arguments: [true, false])
    func theExecutableOfInitStaysSealed(_ isInNewPIDNamespace: Bool) throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            if !isInNewPIDNamespace { $0.linux.namespaces.removeAll { $0.type == "pid" } }
        }
        try bundle.create().succeeded()
        let script = """
            import ctypes, os, sys
            libc = ctypes.CDLL(None)
            file, place = os.open(sys.argv[1], os.O_PATH), sys.argv[2].encode()
            path = b'/proc/self/fd/%d' % file
            def change(clear, propagation):
                return libc.syscall(442, file, b'', 0x1000, (ctypes.c_uint64 * 4)(0, clear, propagation, 0), 32)
            ways = {
                'writable': lambda: change(1, 0),
                'shared': lambda: change(0, 1 << 20),
                'copy': lambda: libc.syscall(428, file, b'', 0x1001),
                'attach': lambda: libc.syscall(429, file, b'', -100, place, 4),
                'remount': lambda: libc.mount(None, path, None, 0x1020, None),
                'bind': lambda: libc.mount(path, place, None, 0x1000, None),
                'move': lambda: libc.mount(path, place, None, 0x2000, None),
                'umount': lambda: libc.umount2(path, 2),
            }
            for name in sys.argv[3:]:
                if ways[name]() >= 0:
                    print(name)
            for flags in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC):
                try:
                    os.write(os.open(path, flags), b'x')
                    print('written')
                except OSError:
                    pass
            """
        let attack = ["python3", "-c", script, "/proc/\(try bundle.pid())/exe", try bundle.file("place")]
        // In the runtime's own mount namespace, and where what succeeds is seen nowhere else.
        #expect(try Command(attack + ["writable", "copy"]).wait().succeeded().stdout == "")
        let all = ["writable", "shared", "copy", "attach", "remount", "bind", "move", "umount"]
        #expect(try Command(["unshare", "--mount"] + attack + all).wait().succeeded().stdout == "")
    }

    /// Whether the working directory is where its name says, in the container's own tree.
    private static let place =
        "[ \"$(stat -c %d:%i .)\" = \"$(stat -c %d:%i \"$(pwd -P)\")\" ] && echo inside || echo outside"

    /// CVE-2024-21626: a working directory through a descriptor of a directory of the host.
    @Test(arguments: ["run", "exec"]) func aWorkingDirectoryThroughADescriptor(_ way: String) throws {
        for number in 3..<28 {
            for directory in ["/proc/self/fd/\(number)", "/proc/self/fd/\(number)/../../.."] {
                let bundle = try TestBundle(shell: Self.place) {
                    if way == "run" {
                        $0.process.cwd = .string(directory)
                    } else {
                        $0.process.args = ["sleep", "1000"]
                    }
                }
                let output =
                    way == "run" ? try bundle.run() : try bundle.running().exec("--cwd", directory, shell: Self.place)
                // Refused, or a directory of the container: never one of the host.
                #expect(output.stdout == "" || output.stdout == "inside\n", "\(directory)")
            }
        }
    }

    /// The variant with a link in the image.
    @Test func aWorkingDirectoryThroughALink() throws {
        for number in 3..<28 {
            let bundle = try TestBundle(shell: Self.place) { $0.process.cwd = "/work" }
            symlink("/proc/self/fd/\(number)", bundle.rootfs + "/work")
            let output = try bundle.run()
            #expect(output.stdout == "" || output.stdout == "inside\n", "\(number)")
        }
    }

    /// CVE-2019-19921, CVE-2023-27561: /proc is a link to a directory of the image with a proc of its own.
    @Test func procThatIsALinkIntoAVolume() throws {
        let bundle = try TestBundle(shell: "true") {
            $0.mounts[0] = ["destination": "/volume/proc", "type": "proc", "source": "proc"]
            $0.process.apparmorProfile = nil
        }
        rmdir(bundle.rootfs + "/proc")
        mkdir(bundle.rootfs + "/volume", 0o755)
        symlink("volume/proc", bundle.rootfs + "/proc")
        try bundle.change { $0.mount("/proc", type: "proc", source: "proc") }
        #expect(try bundle.run().status == 1)
        bundle.expectNothingLeft()
    }

    /// CVE-2019-16884: something mounted over the /proc files that the runtime writes labels to.
    @Test(arguments: [
        "/proc/self/attr", "/proc/self/attr/exec", "/proc/thread-self", "/proc/self", "/proc/sys", "/proc/1",
    ])
    func aVolumeOverProc(_ destination: String) throws {
        let bundle = try TestBundle(shell: "true")
        let volume = bundle.directory("volume")
        try bundle.change { $0.mount(destination, source: volume, "bind") }
        let output = try bundle.run()
        #expect(output.status == 1)
        bundle.expectNothingLeft()
    }

    /// CVE-2021-30465: a mount's target is exchanged with a link while the mount is made.
    @Test(.requires(.program("python3"))) func exchangingATargetWithALink() throws {
        let volume = try TestBundle()
        let shared = volume.directory("shared")
        mkdir(shared + "/target", 0o777)
        symlink("/", shared + "/link")
        let script = """
            import ctypes, os, sys
            libc = ctypes.CDLL(None, use_errno=True)
            a, b = (os.path.join(sys.argv[1], n).encode() for n in ('target', 'link'))
            print('ready', flush=True)
            while True: libc.renameat2(-100, a, -100, b, 2)
            """
        let swapper = try Command(["python3", "-c", script, shared])
        eventually("the links are exchanged") { swapper.partialOutput == "ready\n" }
        for _ in 0..<15 {
            let bundle = try TestBundle(shell: "cat /proc/self/mountinfo; echo ---; ls /volume/target/ /; true")
            let marker = bundle.directory("marker")
            try bundle.change {
                $0.mount("/volume", source: shared, "bind")
                $0.mount("/volume/target/deeper", source: marker, "bind")
            }
            let output = try bundle.run()
            guard output.status == 0 else { continue }
            // Wherever the link led, the mount is below the container's root, and the host's root is not in it.
            let mounts = Mountinfo.parse(output.stdout)
            let places = mounts.filter { $0.root == marker || $0.root.hasSuffix("/marker") }.map(\.point)
            #expect(
                places.allSatisfy { $0 == "/volume/target/deeper" || $0 == "/deeper" || $0 == "/volume/link/deeper" },
                "\(places)")
            #expect(!exists("/deeper"))
        }
        swapper.signal(SIGKILL)
        _ = swapper.wait()
    }

    /// CVE-2025-31133: /dev/null of the image is a link, which masking would mount over a path of /proc.
    @Test func maskingWithANullThatIsALink() throws {
        let bundle = try TestBundle(shell: "ls -l /proc/kcore /proc/sysrq-trigger 2>&1; cat /masked") {
            $0.root.readonly = false
            $0.mounts.removeAll { $0.destination.text?.hasPrefix("/dev") ?? false }
            $0.linux.maskedPaths = ["/proc/keys", "/masked", "/proc/timer_list"]
        }
        try "secret\n".write(toFile: bundle.rootfs + "/masked", atomically: false, encoding: .utf8)
        for target in ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/masked"] {
            unlink(bundle.rootfs + "/dev/null")
            symlink(target, bundle.rootfs + "/dev/null")
            let output = try bundle.run()
            // Refused, or masked by the real null device: never the link's target in the masked place.
            if output.status == 0 { #expect(!output.stdout.contains("secret"), "\(target)") }
        }
    }

    /// A null that is an ordinary file with content.
    @Test func maskingWithANullThatIsAFile() throws {
        let bundle = try TestBundle(shell: "cat /masked") {
            $0.root.readonly = false
            $0.mounts.removeAll { $0.destination.text?.hasPrefix("/dev") ?? false }
            $0.linux.maskedPaths = ["/masked"]
        }
        try "secret\n".write(toFile: bundle.rootfs + "/masked", atomically: false, encoding: .utf8)
        try "file\n".write(toFile: bundle.rootfs + "/dev/null", atomically: false, encoding: .utf8)
        let output = try bundle.run()
        #expect(output.status != 0 || output.stdout == "")
    }

    /// CVE-2025-52565: /dev/console or /dev/pts of the image are links when the console is mounted.
    @Test(arguments: ["console", "pts", "ptmx"]) func aConsoleThatIsALink(_ name: String) throws {
        let bundle = try TestBundle(shell: "echo written >/dev/console; sleep 1000") {
            $0.process.terminal = true
            $0.root.readonly = false
            $0.mounts.removeAll { ($0.destination.text?.hasPrefix("/dev") ?? false) && $0.destination != "/dev/pts" }
            if name == "pts" { $0.mounts.removeAll { $0.destination == "/dev/pts" } }
        }
        let precious = try bundle.file("precious", "precious\n")
        symlink(
            name == "pts" ? (precious as NSString).deletingLastPathComponent : precious, bundle.rootfs + "/dev/" + name)
        let socket = try SocketListener()
        _ = try bundle.run("--detach", "--console-socket", socket.path)
        #expect(contents(precious) == "precious\n")
        #expect(!Mountinfo.host().contains { $0.point == precious })
    }

    /// CVE-2025-52881: writes to /proc of the container go elsewhere when the image or a volume covers it.
    @Test func sysctlsAreWrittenToTheRealProc() throws {
        let bundle = try TestBundle(shell: "cat /proc/sys/net/ipv4/ip_forward; cat /fake/sys/net/ipv4/ip_forward") {
            $0.linux.sysctl = ["net.ipv4.ip_forward": "1"]
            $0.root.readonly = false
        }
        let directory = bundle.rootfs + "/fake/sys/net/ipv4"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try "fake\n".write(toFile: directory + "/ip_forward", atomically: false, encoding: .utf8)
        #expect(try bundle.run().succeeded().lines == ["1", "fake"])
        try bundle.change { $0.mount("/proc/sys", source: bundle.rootfs + "/fake/sys", "bind") }
        #expect(try bundle.run().status == 1)
        #expect(contents(directory + "/ip_forward") == "fake\n")
    }

    /// CVE-2016-9962: while exec enters, a process inside with CAP_SYS_PTRACE looks for descriptors of the host in it.
    @Test func theEnteringProcessShowsNothingOfTheHost() throws {
        let bundle = try TestBundle(
            shell: """
                echo ready
                while :; do
                    for p in /proc/[0-9]*; do
                        [ "$p" = "/proc/$$" ] && continue
                        for f in $p/fd/*; do
                            t=$(readlink "$f" 2>/dev/null) || continue
                            [ -d "$f/." ] && [ -e "$f/host-only" ] && echo "directory $t"
                        done
                        [ -e "$p/root/host-only" ] && echo "root of $p"
                        [ -e "$p/cwd/host-only" ] && echo "cwd of $p"
                    done
                done
                """
        ) {
            $0.setCapabilities("CAP_SYS_PTRACE", "CAP_KILL", "CAP_DAC_READ_SEARCH")
            $0.process.noNewPrivileges = false
        }
        for directory in [bundle.path, bundle.path + "/..", bundle.stateRoot] {
            mkdir(directory, 0o755)
            try "".write(toFile: directory + "/host-only", atomically: false, encoding: .utf8)
        }
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("it looks") { read().hasPrefix("ready\n") }
        for _ in 0..<20 { try bundle.apus("exec", bundle.id, "true", directory: bundle.path).succeeded() }
        #expect(read() == "ready\n")
        unlink(bundle.stateRoot + "/host-only")
    }

    /// Nothing of the runtime's command line or environment can be read inside while it enters.
    @Test func theEnteringProcessHidesItsEnvironment() throws {
        let bundle = try TestBundle(
            shell: """
                echo ready
                while :; do for p in /proc/[0-9]*; do
                    [ "$p" = "/proc/$$" ] && continue
                    cat $p/environ $p/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -E 'SECRET|apus-tests' && echo seen
                done; done
                """
        ) { $0.setCapabilities("CAP_SYS_PTRACE") }
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("it looks") { read().hasPrefix("ready\n") }
        for _ in 0..<20 {
            try bundle.apus("exec", bundle.id, "true", environment: ["SECRET_OF_THE_HOST": "SECRET"]).succeeded()
        }
        #expect(!read().contains("seen"))
    }

    /// An exec'd program that is a link to a descriptor of the host.
    @Test func executingThroughADescriptor() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        for number in 3..<10 {
            let output = try bundle.apus("exec", bundle.id, "/proc/self/fd/\(number)")
            #expect(output.status == 255)
        }
    }
}
