import Containers
import Glibc
import Synchronization

extension Probe {
    /// Does all that the library can do with containers, in a process with ways of its own, and says what has changed in it.
    func effects() async {
        umask(0o027)
        setenv("OUTSIDE", "seen", 1)
        signal(SIGUSR1) { _ in }
        signal(SIGUSR2, SIG_IGN)
        let unreaped = ForeignChild(endingWith: 42)
        unreaped.awaitEnd()
        // A thread of its own, as a service has, that blocks a signal.
        let isReady = Atomic<Bool>(false)
        _ = Thread {
            var mask = sigset_t()
            sigemptyset(&mask)
            sigaddset(&mask, SIGHUP)
            pthread_sigmask(SIG_BLOCK, &mask, nil)
            isReady.store(true, ordering: .releasing)
            while true { pause() }
        }
        while !isReady.load(ordering: .acquiring) { usleep(1000) }
        let before = ProcessAttributes()
        let path = lines(of: "/proc/self/environ").count
        do {
            try await doEverything()
        } catch {
            print("failed: \(error)")
        }
        for difference in ProcessAttributes().differences(from: before) { print("changed: \(difference)") }
        if lines(of: "/proc/self/environ").count != path { print("changed: environ") }
        print("unreaped: \(unreaped.reap().map(String.init) ?? "gone")")
    }

    private func doEverything() async throws {
        var spec = spec(["sh", "-c", "trap 'exit 3' TERM; mknod /tmp/node p; while :; do sleep 0.05; done"])
        spec.root?.readonly = false
        spec.process?.user.umask = 0o077
        spec.process?.rlimits = [Rlimit(type: .nofile, soft: 64, hard: 64)]
        spec.process?.oomScoreAdj = 100
        spec.hostname = "effects"
        spec.linux?.devices.append(
            Device(path: "/dev/own", type: .character, major: 1, minor: 3, fileMode: 0o666))
        let container = try await store.create("effects", .configuration(spec))
        try await container.start()
        try await container.pause()
        try await container.resume()
        try await container.update(Resources(pids: PidsResources(limit: 40)))
        _ = try await container.statistics()
        _ = try container.outOfMemoryNotices()
        _ = try container.memoryPressureNotices()
        let mount = Mount(destination: "/mnt", type: "tmpfs", source: "tmpfs")
        try await container.addMounts([mount])
        try await container.removeMounts([mount])
        var options = ProcessOptions()
        // Nor has the container anything of the process: its signals, mask, descriptors, environment.
        let script =
            "grep -E 'Sig(Ign|Blk)' /proc/self/status; umask; ls /proc/self/fd | tr '\\n' ' '; env | grep -c OUTSIDE"
        print("inside: \(try await container.run(["sh", "-c", "\(script)"]).standardOutput.text)")
        options.user = User(uid: 1000, gid: 1000)
        options.workingDirectory = "/tmp"
        _ = try await container.run(["id"], options: options)
        options.terminal = true
        _ = try await container.run(["tty"], options: options)
        // Nobody reads: a write to it ends neither the process nor the program.
        let deaf = try await container.run(["sh", "-c", "exec <&-; sleep 0.2"]) { process in
            try? await process.standardInput.write([UInt8](repeating: 1, count: 1 << 20))
        }
        print("deaf: \(deaf.terminationStatus)")
        try await container.kill(.terminate)
        print("end: \(try await container.wait().status)")
        try await container.delete()
        let mapped = IDMapping(containerID: 0, hostID: 100_000, size: 65536)
        spec.linux?.namespaces.append(Namespace(type: .user))
        spec.linux?.uidMappings = [mapped]
        spec.linux?.gidMappings = [mapped]
        spec.process?.args = ["true"]
        let other = try await store.create("mapped", .configuration(spec))
        try await other.start()
        print("mapped: \(try await other.wait().status)")
        try await other.delete()
    }
}
