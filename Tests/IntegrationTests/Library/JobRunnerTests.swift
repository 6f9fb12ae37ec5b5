import Containers
import Foundation
import Testing

/// A runner of jobs as others write it from docs/library.md: the log as it comes, a time limit, cancellation.
private struct JobRunner: Sendable {
    struct Report {
        let status: TerminationStatus
        let isTooSlow: Bool
        let log: [String]
        let processorTime: Duration
    }

    let store: ContainerStore
    let rootfs: Path
    let workspace: Path
    let cgroup: ByteString

    func run(
        _ script: String, name: String, environment: [String: String] = [:], timeLimit: Duration = .seconds(100),
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Report {
        var spec = Spec.running(["sh", "-e", "-s"], in: rootfs)
        spec.process?.cwd = "/work"
        spec.process?.env += environment.map { "\($0.key)=\($0.value)" }
        spec.mounts.append(Mount(destination: "/work", type: "bind", source: workspace, options: ["rbind", "rw"]))
        spec.linux?.cgroupsPath = "\(cgroup)/\(name)"
        spec.linux?.resources?.memory = MemoryResources(limit: 128 << 20)
        spec.linux?.resources?.pids = PidsResources(limit: 64)
        let outcome = try await store.run(
            .configuration(spec), id: name,
            streams: ProcessStreams(input: .text(script), error: .combinedWithOutput), timeLimit: timeLimit
        ) { process in
            var lines: [String] = []
            for try await line in process.standardOutput.lines() {
                log(line.text)
                lines.append(line.text)
            }
            return lines
        }
        let usage = outcome.resourceUsage
        return Report(
            status: outcome.terminationStatus, isTooSlow: outcome.exceededTimeLimit, log: outcome.value,
            processorTime: (usage?.userTime ?? .zero) + (usage?.systemTime ?? .zero))
    }
}

@Suite(.containers, .requires(.root, .runtime), .timeLimit(.minutes(10)))
struct JobRunnerTests {
    private func runner(_ library: LibraryStore) throws -> (JobRunner, workspace: String) {
        let workspace = library.bundle.path + "/workspace"
        try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
        let runner = JobRunner(
            store: library.store, rootfs: Path(library.bundle.rootfs), workspace: Path(workspace),
            cgroup: ByteString(library.bundle.cgroup))
        return (runner, workspace)
    }

    @Test func jobsSucceedAndFail() async throws {
        let library = try LibraryStore()
        let (runner, workspace) = try runner(library)
        let good = try await runner.run(
            "echo \"building $TARGET\"; echo warning >&2; echo done > result", name: "good",
            environment: ["TARGET": "all"])
        #expect(good.status.isSuccess && !good.isTooSlow && good.processorTime > .zero)
        #expect(good.log == ["building all", "warning"])
        #expect(try String(contentsOfFile: workspace + "/result", encoding: .utf8) == "done\n")
        let bad = try await runner.run("echo before; false; echo after", name: "bad")
        #expect(bad.status == .exited(1))
        #expect(bad.log == ["before"])
        try library.expectNoContainer()
    }

    @Test func theLogOfASlowJobIsKept() async throws {
        let library = try LibraryStore()
        let (runner, _) = try runner(library)
        // The time counts from the start on, and the host may be slow.
        let report = try await runner.run(
            "echo started; sleep 1000 & sleep 1000", name: "slow", timeLimit: .seconds(2))
        #expect(report.isTooSlow && report.status == .signaled(.kill))
        #expect(report.log == ["started"])
        try library.expectNoContainer()
    }

    @Test func aCancelledJobIsGone() async throws {
        let library = try LibraryStore()
        let (runner, _) = try runner(library)
        let (started, start) = AsyncStream.makeStream(of: String.self)
        let job = Task {
            try await runner.run("echo started; sleep 1000", name: "cancelled") { start.yield($0) }
        }
        for await line in started {
            #expect(line == "started")
            break
        }
        job.cancel()
        let error = await #expect(throws: ContainerError.self) { try await job.value }
        #expect(error?.code == .cancelled)
        try library.expectNoContainer()
    }

    /// Before there is a container, while it is made, and when it has ended: whenever it comes, nothing is left.
    @Test func cancellationMayComeAtAnyTime() async throws {
        let library = try LibraryStore()
        let (runner, _) = try runner(library)
        for delay in stride(from: 0, to: 40, by: 2) {
            let job = Task { try await runner.run("echo up; read line || sleep 1000", name: "any") }
            try await Task.sleep(for: .milliseconds(delay))
            job.cancel()
            let error = await #expect(throws: ContainerError.self) { try await job.value }
            #expect(error?.code == .cancelled, "\(String(describing: error))")
            try library.expectNoContainer()
        }
    }

    @Test func manyJobsRunAtOnce() async throws {
        let library = try LibraryStore()
        let (runner, _) = try runner(library)
        let logs = try await withThrowingTaskGroup(of: [String].self) { group in
            for number in 0..<10 {
                group.addTask { try await runner.run("echo \(number)", name: "job-\(number)").log }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(logs) == Set((0..<10).map(String.init)))
        try library.expectNoContainer()
    }
}
