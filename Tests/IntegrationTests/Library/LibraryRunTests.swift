import Containers
import Foundation
import Testing

/// `ContainerStore.run` and what hangs on it: streams, ends, limits, cancellation.
@Suite(.containers, .requires(.root, .runtime), .timeLimit(.minutes(10)))
struct LibraryRunTests {
    @Test func outputIsCollected() async throws {
        let library = try LibraryStore()
        let result = try await library.store.run(
            library.source("read line; echo \"got $line\"; echo no >&2; exit 3"), input: .text("hello\n"))
        #expect(result.terminationStatus == .exited(3))
        #expect(result.standardOutput == "got hello\n")
        #expect(result.standardError == "no\n")
        #expect(!result.exceededTimeLimit)
        #expect(result.resourceUsage.map { $0.peakMemory > 0 } ?? false)
        try library.expectEmpty()
    }

    @Test func streamsFlowBothWays() async throws {
        let library = try LibraryStore()
        let outcome = try await library.store.run(
            library.source("while read line; do echo \"<$line>\"; done; echo end")
        ) { process in
            var answers: [String] = []
            var lines = process.standardOutput.lines().makeAsyncIterator()
            for word in ["one", "two", "three"] {
                try await process.standardInput.write(word + "\n")
                answers.append(try await lines.next()?.text ?? "none")
            }
            process.standardInput.finish()
            while let line = try await lines.next() { answers.append(line.text) }
            return answers
        }
        #expect(outcome.value == ["<one>", "<two>", "<three>", "end"])
        #expect(outcome.terminationStatus.isSuccess)
        try library.expectEmpty()
    }

    /// More than pipes hold, in both directions, while nobody reads the other output.
    @Test func muchGoesThrough() async throws {
        let library = try LibraryStore()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 1000) }
        let outcome = try await library.store.run(library.source("cat; head -c 500000 /dev/zero >&2")) { process in
            async let written: Void = {
                try await process.standardInput.write(bytes)
                process.standardInput.finish()
            }()
            let output = try await process.standardOutput.collect(upTo: 10_000_000)
            try await written
            return output
        }
        #expect(outcome.value.bytes == bytes)
        #expect(outcome.terminationStatus.isSuccess)
        try library.expectEmpty()
    }

    /// What one task writes is not torn apart by another, however small the pipe is.
    @Test func manyTasksWriteInTurn() async throws {
        let library = try LibraryStore()
        let outcome = try await library.store.run(library.source("sleep 0.2; cat")) { process in
            async let output = process.standardOutput.collect(upTo: 10_000_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for letter in UInt8(ascii: "a")...UInt8(ascii: "h") {
                    group.addTask {
                        let line = [UInt8](repeating: letter, count: 99_999) + [UInt8(ascii: "\n")]
                        try await process.standardInput.write(line)
                    }
                }
                try await group.waitForAll()
            }
            process.standardInput.finish()
            return try await output
        }
        let lines = outcome.value.text.split(separator: "\n")
        #expect(lines.count == 8 && lines.allSatisfy { $0.count == 99_999 && Set($0).count == 1 })
        try library.expectEmpty()
    }

    @Test func bothOutputsInOneOrder() async throws {
        let library = try LibraryStore()
        let outcome = try await library.store.run(
            library.source("for i in 1 2 3; do echo out $i; echo err $i >&2; done"),
            streams: ProcessStreams(error: .combinedWithOutput)
        ) { try await $0.standardOutput.collect() }
        #expect(outcome.value == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n")
        let error = await #expect(throws: ContainerError.self) {
            try await library.store.run(
                library.source("true"), streams: ProcessStreams(output: .combinedWithOutput)
            ) { _ in }
        }
        #expect(error?.code == .invalidConfiguration)
        try library.expectEmpty()
    }

    @Test func theTimeLimitKills() async throws {
        let library = try LibraryStore()
        let result = try await library.store.run(
            library.source("echo before; sleep 1000 & sleep 1000"), timeLimit: .milliseconds(300))
        #expect(result.exceededTimeLimit)
        #expect(result.terminationStatus == .signaled(.kill))
        #expect(result.standardOutput == "before\n")
        try library.expectEmpty()
    }

    @Test func cancellationKillsAndRemoves() async throws {
        let library = try LibraryStore()
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (store, source) = (library.store, library.source("echo up; sleep 1000"))
        let task = Task {
            try await store.run(source) { process in
                for try await _ in process.standardOutput { start.yield() }
            }
        }
        for await _ in started { break }
        task.cancel()
        let error = await #expect(throws: ContainerError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        try library.expectEmpty()
    }

    @Test func whatTheBodyThrowsComesThrough() async throws {
        struct Mine: Error {}
        let library = try LibraryStore()
        await #expect(throws: Mine.self) {
            try await library.store.run(library.source("sleep 1000")) { _ in throw Mine() }
        }
        try library.expectEmpty()
    }

    @Test func tooMuchOutputIsAnError() async throws {
        let library = try LibraryStore()
        let error = await #expect(throws: ContainerError.self) {
            try await library.store.run(library.source("yes"), collectingUpTo: 100_000)
        }
        #expect(error?.code == .tooMuchOutput)
        try library.expectEmpty()
    }

    /// A process that goes on and holds the pipe does not hold up who waits for the first one.
    @Test func aLeftOverProcessDelaysNobody() async throws {
        let library = try LibraryStore()
        let container = try await library.store.create("c", library.source("sleep 1000"))
        try await container.start()
        let exec = try await container.exec(["sh", "-c", "sleep 1000 & echo done"])
        #expect(try await exec.standardOutput.collect() == "done\n")
        #expect(try await exec.wait().status == .exited(0))
        try await container.delete(force: true)
        try library.expectEmpty()
    }

    @Test func aBundleRunsAsWell() async throws {
        let library = try LibraryStore()
        try library.bundle.change { $0.process.args = ["echo", "from the bundle"] }
        let result = try await library.store.run(.bundle(Path(ByteString(library.bundle.path))))
        #expect(result.standardOutput == "from the bundle\n")
        try library.expectEmpty()
    }

    @Test func errorsAreData() async throws {
        let library = try LibraryStore()
        let missing = await #expect(throws: ContainerError.self) {
            try await library.store.run(library.source("") { $0.process?.args = ["no-such-program"] })
        }
        #expect(missing?.code == .programNotFound, "\(String(describing: missing))")
        let mount = await #expect(throws: ContainerError.self) {
            try await library.store.run(
                library.source("true") {
                    $0.mounts.append(Mount(destination: "/mnt", type: "bind", source: "/no/such", options: ["bind"]))
                })
        }
        #expect(mount?.property?.hasPrefix("mounts[") ?? false, "\(String(describing: mount))")
        #expect(mount?.errno == .noSuchFileOrDirectory)
        let invalid = await #expect(throws: ContainerError.self) {
            try await library.store.run(library.source("true") { $0.process?.cwd = "relative" })
        }
        #expect(invalid?.code == .invalidConfiguration)
        try library.expectEmpty()
    }
}
