import Containers

/// Runs a program again whenever it ran out of memory, each time with twice as much, and tells of pressure before that:
///
///     MemorySupervisor /srv/rootfs 16 sh -c 'head -c 50000000 /dev/zero | tail -c 1 | wc -c'
///
/// The number is the first limit in megabytes.
@main struct MemorySupervisor {
    static func main() async throws {
        InitProgram.runIfAsked()
        let words = CommandLine.arguments.dropFirst().map { ByteString($0) }
        guard words.count > 2, var megabytes = Int64(words[1].text) else {
            print("usage: MemorySupervisor ROOTFS MEGABYTES PROGRAM [ARGUMENT…]")
            return
        }
        let store = ContainerStore(root: "/run/apus-examples")
        while true {
            let end = try await run(words, megabytes, in: store)
            guard end.ranOutOfMemory, megabytes < 4096 else { return print("ended: \(end.status)") }
            megabytes *= 2
            print("out of memory: again with \(megabytes) MB")
        }
    }

    /// Runs the program once.
    static func run(
        _ words: [ByteString], _ megabytes: Int64, in store: ContainerStore
    ) async throws -> (status: TerminationStatus, ranOutOfMemory: Bool) {
        var spec = Spec.running(Array(words.dropFirst(2)), in: Path(words[0]))
        spec.linux?.resources?.memory = MemoryResources(limit: megabytes << 20, swap: megabytes << 20)
        let container = try await store.create("supervised", .configuration(spec))
        do {
            // From before the start on, so that nothing is missed.
            let shortage = try container.outOfMemoryNotices()
            let pressure = try container.memoryPressureNotices(.medium)
            try await container.start()
            let ranOutOfMemory = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    for try await _ in pressure { print("under pressure") }
                    return false
                }
                group.addTask {
                    for try await _ in shortage {
                        try await container.kill(all: true)
                        return true
                    }
                    return false
                }
                group.addTask {
                    guard let process = container.process else { return false }
                    for try await line in process.standardOutput.lines() { print(line.text) }
                    return false
                }
                return try await group.reduce(false) { $0 || $1 }
            }
            let end = try await container.wait()
            try await container.delete(force: true)
            return (end.status, ranOutOfMemory)
        } catch {
            try await container.delete(force: true)
            throw error
        }
    }
}
