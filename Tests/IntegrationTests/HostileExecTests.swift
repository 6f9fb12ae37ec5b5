import Foundation
import Testing

/// A container that lays traps where the runtime comes in: in its /proc and its /dev.
@Suite(.containers, .requires(.root, .runtime))
struct HostileExecTests {
    /// What lies at the container's /dev/null has no say in whether a process without input starts, nor in its input.
    @Test(arguments: [
        "mkdir /dev/null", "ln -s null /dev/null", "ln -s /proc/1/exe /dev/null", "mkfifo /dev/null", "true",
        "ln -s /proc/self/fd /dev/null", "echo trap >/dev/null", "ln -s /proc/kmsg /dev/null",
    ])
    func aNullDeviceThatIsNone(_ trap: String) throws {
        let bundle = try TestBundle(shell: "rm -f /dev/null; \(trap); echo ready; sleep 1000")
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("the trap is laid") { read() == "ready\n" }
        let output = try bundle.exec(shell: "cat; echo done")
        #expect(output.stdout == "done\n", "\(output.stderr)")
        #expect(output.status == 0)
    }

    /// The container's null device is used, not the host's, whose permissions a container's root could change.
    @Test func theContainersOwnNullDevice() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let places = try bundle.exec(shell: "stat -L -c %d:%i /proc/self/fd/0 /dev/null").lines
        #expect(places.count == 2 && places.first == places.last)
    }

    /// The runtime makes the terminal, and joins the session keyring and all else, without the container's /proc.
    @Test(
        .requires(.userNamespaces),
        arguments: [
            "mount -t tmpfs none /proc",
            "mount -t tmpfs none /proc && mkdir -p /proc/self/fd && mkfifo /proc/self/fd/5",
            "mount --bind /bin /proc",
        ])
    func aTerminalWithoutTheContainersProc(_ trap: String) throws {
        let bundle = try TestBundle(shell: "\(trap) && echo ready; sleep 1000") {
            $0.addNamespace("user")
            let mapping: JSONValue = ["containerID": 0, "hostID": 100_000, "size": 65536]
            $0.linux.uidMappings = [mapping]
            $0.linux.gidMappings = [mapping]
            $0.setCapabilities("CAP_SYS_ADMIN")
        }
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("the trap is laid") { read() == "ready\n" }
        let socket = try SocketListener()
        let command = try bundle.launch([
            "exec", "--detach", "--tty", "--console-socket", socket.path, bundle.id, "sh", "-c", "echo at $(tty)",
        ])
        let terminal = Terminal(master: try #require(try socket.receive().descriptors.first))
        try command.wait().succeeded()
        terminal.wait(for: "at /dev/pts/0\r\n")
    }

    /// The wait for a reader needs the container's /proc, and takes none but a real one.
    @Test func theWaitForAReaderWithATrapForProc() throws {
        let bundle = try TestBundle(
            shell:
                "mount -t tmpfs none /proc && mkdir -p /proc/self && ln -s /tmp /proc/self/fd && echo ready; sleep 1000"
        ) { $0.setCapabilities("CAP_SYS_ADMIN") }
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("the trap is laid") { read() == "ready\n" }
        let fifo = bundle.stateRoot + "/fifo"
        try #require(mkfifo(fifo, 0o666) == 0)
        defer { unlink(fifo) }
        let output = try bundle.apus("exec", "--exec-wait-fifo", fifo, bundle.id, "true", seconds: 10)
        #expect(output.status == 255)
        #expect(output.stderr.contains("failed to open exec wait fifo"))
    }

    // MARK: Hooks that run inside

    /// A hook in the container gets its input by a descriptor: no /proc is needed, and none can spoil it.
    @Test(arguments: ["none", "fifos"]) func aHookInsideWithoutProc(_ kind: String) throws {
        let bundle = try TestBundle(shell: "cat /log/state") {
            $0.mounts.removeAll { $0.destination == "/proc" }
            $0.linux.remove("maskedPaths")
            $0.linux.remove("readonlyPaths")
            $0.hooks.startContainer = [
                ["path": "/bin/sh", "args": ["sh", "-c", "cat >/log/state; cat >>/log/state"], "env": ["PATH=/bin"]]
            ]
        }
        if kind == "fifos" {
            try FileManager.default.createDirectory(
                atPath: bundle.rootfs + "/proc/self/fd", withIntermediateDirectories: true)
            for number in 0..<20 { mkfifo(bundle.rootfs + "/proc/self/fd/\(number)", 0o666) }
        }
        let log = bundle.directory("hooks")
        try bundle.change { $0.mount("/log", source: log, "bind") }
        let output = try bundle.run().succeeded()
        #expect(try JSONValue(parsing: output.stdout).id == .string(bundle.id))
    }

    /// What a hook is told cannot be changed by it.
    @Test func aHookCannotWriteToItsInput() throws {
        let bundle = try TestBundle(shell: "true") {
            $0.hooks.createRuntime = [
                [
                    "path": "/bin/sh",
                    "args": [
                        "sh", "-c", "! (echo spoiled >&0) 2>/dev/null && ! (echo spoiled >/proc/self/fd/0) 2>/dev/null",
                    ],
                    "env": ["PATH=/usr/bin:/bin"],
                ]
            ]
        }
        try bundle.run().succeeded()
    }
}
