import Containers
import Foundation
import Testing

/// A supervisor as others write it: it follows what a container uses, gives it more when it ran out of memory, stops it for a
/// while, saves it and lets it go on.
@Suite(.containers, .requires(.root, .runtime), .timeLimit(.minutes(20)))
struct SupervisorTests {
    private enum Happening: Sendable, Equatable {
        case output(String)
        case outOfMemory
        case ended(TerminationStatus)
    }

    /// All that happens to a container, in one stream that ends with it.
    private static func follow(_ container: Container) throws -> AsyncThrowingStream<Happening, any Error> {
        let notices = try container.outOfMemoryNotices()
        return AsyncThrowingStream { stream in
            let task = Task {
                do {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            guard let output = container.process?.standardOutput else { return }
                            for try await line in output.lines() { stream.yield(.output(line.text)) }
                        }
                        group.addTask { for try await _ in notices { stream.yield(.outOfMemory) } }
                        try await group.waitForAll()
                    }
                    stream.yield(.ended(try await container.wait().status))
                    stream.finish()
                } catch {
                    stream.finish(throwing: error)
                }
            }
            stream.onTermination = { _ in task.cancel() }
        }
    }

    @Test func moreMemoryAfterTooLittle() async throws {
        let library = try LibraryStore()
        var megabytes: Int64 = 16
        var shortages = 0
        while true {
            let limit = megabytes << 20
            let container = try await library.store.create(
                "hungry",
                library.source("head -c 30000000 /dev/zero | tail -c 30000000 | wc -c") {
                    $0.linux?.resources?.memory = MemoryResources(limit: limit, swap: limit)
                })
            let happenings = try Self.follow(container)
            try await container.start()
            var isShort = false
            var output: [String] = []
            for try await happening in happenings {
                switch happening {
                case .outOfMemory:
                    // It could go on without the process that was killed; this one starts anew.
                    if !isShort { try await container.kill(all: true) }
                    isShort = true
                case .output(let line): output.append(line)
                case .ended(let status):
                    if !isShort { #expect(status == .exited(0) && output == ["30000000"], "\(status) \(output)") }
                }
            }
            try await container.delete(force: true)
            guard isShort else { break }
            shortages += 1
            megabytes *= 2
            try #require(megabytes <= 1024, "it never gets enough")
        }
        #expect(shortages > 0)
        try library.expectEmpty()
    }

    @Test func whatItUsesAndMayUse() async throws {
        let library = try LibraryStore()
        let container = try await library.store.create(
            "watched",
            library.source("trap 'exit 0' TERM; echo up; while :; do i=$((i + 1)); done") {
                $0.linux?.resources?.memory = MemoryResources(limit: 64 << 20)
                $0.linux?.resources?.pids = PidsResources(limit: 20)
            })
        try await container.start()
        let process = try #require(container.process)
        for try await _ in process.standardOutput.lines() { break }
        let first = try await container.statistics()
        #expect(first.memory.limit == 64 << 20 && first.pids.limit == 20 && first.pids.current >= 1)
        // It uses time until it is stopped.
        var later = first
        while later.cpu.total <= first.cpu.total { later = try await container.statistics() }
        try await container.pause()
        #expect(try container.status() == .paused)
        let again = await #expect(throws: ContainerError.self) { try await container.pause() }
        #expect(again?.code == .notRunning || again?.code == .wrongStatus)
        let stopped = try await container.statistics().cpu.total
        try await Task.sleep(for: .milliseconds(100))
        #expect(try await container.statistics().cpu.total - stopped < .milliseconds(50))
        let refused = await #expect(throws: ContainerError.self) { try await container.exec(["true"]) }
        #expect(refused?.code == .wrongStatus)
        try await container.resume()
        try await container.update(Resources(memory: MemoryResources(limit: 96 << 20)))
        #expect(try await container.statistics().memory.limit == 96 << 20)
        try await process.terminate(patience: .seconds(300))
        #expect(process.termination?.status == .exited(0))
        let late = await #expect(throws: ContainerError.self) { try await container.pause() }
        #expect(late?.code == .notRunning)
        try await container.delete()
        try library.expectEmpty()
    }

    @Test(.requires(.criu)) func savedHereAndGoneOnThere() async throws {
        let library = try LibraryStore()
        let images = Path(library.bundle.path + "/images")
        let source = library.source("i=0; while :; do i=$((i + 1)); echo $i > /tmp/count; sleep 0.1; done") {
            $0.root?.readonly = false
        }
        let container = try await library.store.create("first", source, streams: .discarded)
        try await container.start()
        let settings = CheckpointSettings(imagePath: images)
        try await container.checkpoint(CheckpointOptions(settings))
        #expect(try library.store.identifiers().isEmpty)
        let other = try await library.store.restore(
            "second", source, from: RestoreOptions(settings), streams: .discarded)
        #expect(try other.status() == .running)
        let process = try #require(other.process)
        async let end = process.wait()
        try await other.kill()
        #expect(try await end.status == .signaled(.kill))
        try await other.delete()
        try library.expectEmpty()
    }
}
