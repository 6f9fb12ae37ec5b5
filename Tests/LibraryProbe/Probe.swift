import Containers
import Glibc
import Synchronization

// A program that uses the library as others do, for the tests:
//
//   LibraryProbe ROOTFS STATE HELPER load COUNT PARALLEL   runs containers at the same time and says what is left of them
//   LibraryProbe ROOTFS STATE HELPER run WORD…             runs one program and prints what it wrote
//
// HELPER is the path of an `apus`, `itself` for this program, or `automatic`. With UNPREPARED in the environment it does not
// make the call that lets it be the first process of a container.

func entries(_ path: String) -> Int {
    guard let directory = opendir(path) else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
}

func lines(_ path: String, _ isCounted: (Substring) -> Bool = { _ in true }) -> Int {
    guard let file = fopen(path, "r") else { return -1 }
    defer { fclose(file) }
    var text = ""
    var buffer = [CChar](repeating: 0, count: 4096)
    while fgets(&buffer, Int32(buffer.count), file) != nil {
        text += String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return text.split(separator: "\n").count(where: isCounted)
}

/// How many children of this process there are, dead ones too.
func children() -> Int {
    var information = siginfo_t()
    // ECHILD is none at all.
    return waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0 ? 1 : 0
}

/// What a container could leave behind.
func traces(_ state: String) -> [String: Int] {
    [
        "descriptors": entries("/proc/self/fd"), "children": children(), "mounts": lines("/proc/self/mountinfo"),
        "states": max(entries(state) - 2, 0),
        "signals": lines("/proc/self/status") { $0.hasPrefix("SigBlk:\t0000000000000000") },
        "mask": Int(umask(0o022)),
    ]
}

/// Runs containers for a test.
@main struct Probe {
    let store: ContainerStore
    let rootfs: Path
    let cgroup: ByteString?
    static let numbers = Atomic<Int>(0)

    static func main() async {
        if getenv("UNPREPARED") == nil { InitProgram.runIfAsked() }
        umask(0o022)
        let words = CommandLine.arguments
        guard words.count > 5 else { exit(64) }
        let program: InitProgram =
            switch words[3] {
            case "itself": .itself
            case "automatic": .automatic
            default: .installed(at: Path(ByteString(words[3])))
            }
        let probe = Probe(
            store: ContainerStore(root: Path(ByteString(words[2])), initProgram: program),
            rootfs: Path(ByteString(words[1])), cgroup: getenv("CGROUP").map { ByteString(cString: $0) })
        switch words[4] {
        case "load": await probe.load(Int(words[5]) ?? 1, parallel: words.count > 6 ? Int(words[6]) ?? 1 : 1, words[2])
        case "run": await probe.run(words[5...].map { ByteString($0) })
        default: exit(64)
        }
    }

    func spec(_ arguments: [ByteString]) -> Spec {
        var spec = Spec.running(arguments, in: rootfs)
        if let cgroup {
            let number = Self.numbers.wrappingAdd(1, ordering: .relaxed).oldValue
            spec.linux?.cgroupsPath = "\(cgroup)/probe-\(Int(getpid()))-\(number)"
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
                && result.standardOutput.text == "job \(number)\n" && result.standardError.text == "err\n"
                && result.resourceUsage != nil
            return isRight ? nil : "\(result)"
        } catch {
            return "\(error)"
        }
    }

    func load(_ count: Int, parallel: Int, _ state: String) async {
        // The library's own descriptors and its threads come with the first container.
        if let failure = await runOne(0) { print("first: \(failure)") }
        let before = traces(state)
        let next = Numbers()
        let failures = await withTaskGroup(of: [String].self) { group in
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
        var after = traces(state)
        // Tasks of the library that end with a process may still hold its descriptors.
        for _ in 0..<200 where after != before {
            usleep(50_000)
            after = traces(state)
        }
        for failure in failures.prefix(5) { print("failure: \(failure)") }
        print("failed: \(failures.count) of \(count)")
        for (name, value) in after.sorted(by: { $0.key < $1.key }) where before[name] != value {
            print("left: \(name) \(before[name] ?? 0) → \(value)")
        }
    }

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
