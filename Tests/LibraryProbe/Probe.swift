import Containers
import Glibc
import Synchronization

// A program that uses the library as others do, for the tests:
//
//   LibraryProbe ROOTFS STATE HELPER tasks COUNT PARALLEL     runs containers from tasks and says what is left of them
//   LibraryProbe ROOTFS STATE HELPER threads COUNT PARALLEL   the same from threads, in a service that has children of its own
//   LibraryProbe ROOTFS STATE HELPER effects                  does what the library can do and says what is another in the process
//   LibraryProbe ROOTFS STATE HELPER run WORD…                runs one program and prints what it wrote
//
// HELPER is the path of an `apus`, `itself` for this program, or `automatic`. With UNPREPARED in the environment it does not
// make the call that lets it be the first process of a container.

/// Runs containers for a test.
@main struct Probe {
    let store: ContainerStore
    let rootfs: Path
    let state: String
    let cgroup: String?
    private static let numbers = Atomic<Int>(0)

    static func main() async {
        if getenv("UNPREPARED") == nil { InitProgram.runIfAsked() }
        let words = CommandLine.arguments
        guard words.count > 4 else { exit(64) }
        let program: InitProgram =
            switch words[3] {
            case "itself": .itself
            case "automatic": .automatic
            default: .installed(at: Path(ByteString(words[3])))
            }
        let probe = Probe(
            store: ContainerStore(root: Path(ByteString(words[2])), initProgram: program),
            rootfs: Path(ByteString(words[1])), state: words[2], cgroup: getenv("CGROUP").map { String(cString: $0) })
        let numbers = words[5...].compactMap { Int($0) }
        switch words[4] {
        case "tasks": await probe.load(numbers[0], parallel: numbers[1], onThreads: false)
        case "threads": await probe.load(numbers[0], parallel: numbers[1], onThreads: true)
        case "effects": await probe.effects()
        case "run": await probe.run(words[5...].map { ByteString($0) })
        default: exit(64)
        }
    }

    func spec(_ arguments: [ByteString]) -> Spec {
        var spec = Spec.running(arguments, in: rootfs)
        if let cgroup {
            let number = Self.numbers.wrappingAdd(1, ordering: .relaxed).oldValue
            spec.linux?.cgroupsPath = ByteString("\(cgroup)/probe-\(getpid())-\(number)")
        }
        spec.linux?.resources?.memory = MemoryResources(limit: 64 << 20)
        spec.linux?.resources?.pids = PidsResources(limit: 32)
        return spec
    }

    /// Runs one container and gives what is wrong with it.
    func runOne(_ number: Int) async -> String? {
        do {
            let result = try await store.run(
                .configuration(spec(["sh", "-c", "cat; echo err >&2; exit \(number % 7)"])),
                input: .text("job \(number)\n"), timeLimit: .seconds(300))
            let isRight =
                result.terminationStatus == .exited(Int32(number % 7))
                && result.standardOutput == ByteString("job \(number)\n") && result.standardError == "err\n"
                && result.resourceUsage != nil
            return isRight ? nil : "\(result)"
        } catch {
            return "\(error)"
        }
    }

    func load(_ count: Int, parallel: Int, onThreads: Bool) async {
        // The library's own descriptors come with the first container, and that one's go a moment after its end.
        if let failure = await runOne(0) { print("first: \(failure)") }
        let before = Traces.atRest { Traces(rootfs: rootfs.text, state: state, cgroup: cgroup) }
        let failures = onThreads ? serve(count, parallel) : await spread(count, parallel)
        var after = Traces(rootfs: rootfs.text, state: state, cgroup: cgroup)
        // Tasks of the library that end with a process may still hold its descriptors.
        for _ in 0..<600 where !after.differences(from: before).isEmpty {
            usleep(50_000)
            after = Traces(rootfs: rootfs.text, state: state, cgroup: cgroup)
        }
        for failure in failures.prefix(5) { print("failure: \(failure)") }
        print("failed: \(failures.count) of \(count)")
        for difference in after.differences(from: before) { print("left: \(difference)") }
    }

    private func spread(_ count: Int, _ parallel: Int) async -> [String] {
        let next = Numbers()
        return await withTaskGroup(of: [String].self) { group in
            for _ in 0..<parallel {
                group.addTask {
                    var failures: [String] = []
                    while true {
                        let number = next.take()
                        if number >= count { return failures }
                        if let failure = await runOne(number) { failures.append(failure) }
                    }
                }
            }
            var failures: [String] = []
            for await some in group { failures += some }
            return failures
        }
    }

    /// Prints what a program in a container wrote.
    func run(_ arguments: [ByteString]) async {
        do {
            let result = try await store.run(.configuration(spec(arguments)), timeLimit: .seconds(60))
            print(result.standardOutput.text, result.standardError.text, separator: "", terminator: "")
            print("status: \(result.terminationStatus)")
        } catch {
            print("error \(error.code.rawValue): \(error.message)")
        }
    }
}

/// Numbers from 0 on, each once.
final class Numbers: Sendable {
    private let next = Atomic<Int>(0)
    func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}
