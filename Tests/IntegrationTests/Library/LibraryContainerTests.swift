import Containers
import Foundation
import Testing

/// A container step by step: create, start, exec, kill, delete and what lies between.
@Suite(.containers, .requires(.root, .runtime), .timeLimit(.minutes(10)))
struct LibraryContainerTests {
    @Test func theLifeOfAContainer() async throws {
        let library = try LibraryStore()
        let container = try await library.store.create(
            "life", library.source("trap 'exit 7' TERM; echo up; while :; do sleep 0.1; done"))
        #expect(try container.status() == .created)
        #expect(try library.store.identifiers() == ["life"])
        let process = try #require(container.process)
        #expect(try container.state().pid == process.processIdentifier)
        try await container.start()
        var lines = process.standardOutput.lines().makeAsyncIterator()
        #expect(try await lines.next() == "up")
        #expect(try container.status() == .running)
        #expect(try container.processes().contains(process.processIdentifier))
        #expect(try container.configuration().process?.args.first == "sh")
        let again = await #expect(throws: ContainerError.self) {
            try await library.store.create("life", library.source("true"))
        }
        #expect(again?.code == .alreadyExists)
        try await container.pause()
        #expect(try container.status() == .paused)
        try await container.resume()
        let statistics = try await container.statistics()
        #expect(statistics.memory.usage > 0 && statistics.cpu.total > .zero)
        try await container.update(Resources(pids: PidsResources(limit: 77)))
        #expect(try container.configuration().linux?.resources?.pids?.limit == 77)
        let other = try library.store.load("life")
        async let seen = other.wait()
        try await container.kill(.terminate)
        #expect(try await process.wait().status == .exited(7))
        #expect(try await container.wait().status == .exited(7))
        _ = try await seen
        #expect(try container.status() == .stopped)
        try await container.delete()
        try library.expectEmpty()
    }

    @Test func execHasItsOwnProperties() async throws {
        let library = try LibraryStore()
        let container = try await library.store.create("c", library.source("sleep 1000"))
        try await container.start()
        var options = ProcessOptions()
        options.environment = ["WORD=value"]
        options.workingDirectory = "/tmp"
        options.user = User(uid: 1000, gid: 1000)
        options.additionalGroups = [7]
        options.rlimits = [Rlimit(type: .nofile, soft: 99, hard: 99)]
        options.capabilities = Capabilities()
        let process = try await container.exec(
            ["sh", "-c", "echo $WORD; pwd; id -u; id -G; ulimit -n; grep CapEff /proc/self/status; cat"],
            streams: ProcessStreams(input: .text("typed\n")), options: options)
        let lines = try await process.standardOutput.collect().text.split(separator: "\n").map(String.init)
        #expect(lines == ["value", "/tmp", "1000", "1000 7", "99", "CapEff:\t0000000000000000", "typed"])
        #expect(try await process.wait().status == .exited(0))
        let killed = try await container.exec(["sleep", "1000"])
        try killed.send(.kill)
        #expect(try await killed.wait().status == .signaled(.kill))
        let error = #expect(throws: ContainerError.self) { try killed.send(.kill) }
        #expect(error?.code == .notRunning)
        let polite = try await container.exec(["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"])
        for try await _ in polite.standardOutput { break }
        try await polite.terminate(patience: .milliseconds(200))
        #expect(polite.termination?.status == .signaled(.kill))
        try await container.delete(force: true)
        try library.expectEmpty()
    }

    @Test func extraFilesArriveFromThreeOn() async throws {
        let library = try LibraryStore()
        let path = try library.bundle.file("extra", "what the file says\n")
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        let result = try await library.store.run(
            library.source("cat <&3; ls /proc/self/fd | wc -l"), streams: ProcessStreams(extraFiles: [file])
        ) { try await $0.standardOutput.collect() }
        // 0 to 3, and the directory itself.
        #expect(
            result.value.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) } == [
                "what the file says", "5",
            ])
        try library.expectEmpty()
    }

    @Test func aTerminalIsAnObject() async throws {
        let library = try LibraryStore()
        let outcome = try await library.store.run(
            library.source("test -t 0 && tty; stty size; read line; echo \"<$line>\"; stty size") {
                $0.process?.terminal = true
                $0.process?.consoleSize = ConsoleSize(height: 30, width: 90)
            }
        ) { process in
            let terminal = try #require(process.terminal)
            #expect(terminal.size == ConsoleSize(height: 30, width: 90))
            var lines = terminal.output.lines().makeAsyncIterator()
            var text: [String] = []
            while text.count < 2, let line = try await lines.next() { text.append(line.text) }
            try terminal.resize(ConsoleSize(height: 40, width: 100))
            try await terminal.input.write("typed\n")
            while let line = try await lines.next() { text.append(line.text) }
            return text.map { $0.trimmingCharacters(in: .controlCharacters) }
        }
        #expect(outcome.value == ["/dev/pts/0", "30 90", "typed", "<typed>", "40 100"])
        try library.expectEmpty()
    }

    @Test func outOfMemoryIsTold() async throws {
        let library = try LibraryStore()
        let container = try await library.store.create(
            "oom",
            library.source("read line; (head -c 100000000 /dev/zero | tail) ; sleep 1000") {
                $0.linux?.resources?.memory = MemoryResources(limit: 24 << 20, swap: 24 << 20)
            }, streams: .piped)
        let notices = try container.outOfMemoryNotices()
        let pressure = try container.memoryPressureNotices(.low)
        try await container.start()
        async let isUnderPressure: Bool = {
            for try await notice in pressure { return notice.pressure == .low }
            return false
        }()
        try await container.process?.standardInput.write("go\n")
        var count = 0
        for try await notice in notices {
            #expect(notice.isOutOfMemory)
            count += 1
            break
        }
        #expect(count == 1)
        // Whether the kernel told of the pressure before the end is its own business; the sequence ends with the container.
        try await container.delete(force: true)
        _ = try await isUnderPressure
        try library.expectEmpty()
    }

    /// Nobody can read what it writes, so it is told by the kernel as of any pipe, and does not wait for ever.
    @Test func aContainerThatIsForgotten() async throws {
        let library = try LibraryStore()
        let store = library.store
        _ = try await store.create(
            "forgotten",
            library.source("yes; echo $? > /end; sleep 1000") {
                $0.root?.readonly = false
            }, streams: .piped)
        let container = try store.load("forgotten")
        #expect(container.process == nil)
        try await container.start()
        let end = library.bundle.rootfs + "/end"
        while !exists(end) { try await Task.sleep(for: .milliseconds(20)) }
        try await container.delete(force: true)
        try library.expectEmpty()
    }

    @Test func mountsComeAndGo() async throws {
        let library = try LibraryStore()
        let container = try await library.store.create("m", library.source("sleep 1000"))
        try await container.start()
        let mount = Mount(destination: "/mnt", type: "tmpfs", source: "tmpfs")
        try await container.addMounts([mount])
        let seen = try await container.exec(["grep", "-c", " /mnt tmpfs", "/proc/mounts"])
        #expect(try await seen.standardOutput.collect() == "1\n")
        try await container.removeMounts([mount])
        try await container.delete(force: true)
        try library.expectEmpty()
    }

    @Test func explainChangesNothing() async throws {
        let library = try LibraryStore()
        let plan = try library.store.explain("x", library.source("true"))
        #expect(plan.lines.contains { $0.origin.hasPrefix("mounts[") })
        try library.expectEmpty()
    }
}
