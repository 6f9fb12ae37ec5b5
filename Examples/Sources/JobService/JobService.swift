import Containers
import Hummingbird

/// A service that runs each request's script in a fresh container, with limits, and streams what it writes:
///
///     JobService /srv/rootfs 8080
///     curl --data 'echo hello; sleep 1; echo world' http://127.0.0.1:8080/run
@main struct JobService {
    static func main() async throws {
        InitProgram.runIfAsked()
        guard CommandLine.arguments.count == 3, let port = Int(CommandLine.arguments[2]) else {
            print("usage: JobService ROOTFS PORT")
            return
        }
        let jobs = Jobs(rootfs: Path(CommandLine.arguments[1]), store: ContainerStore(root: "/run/apus-examples"))
        let router = Router()
        router.post("run") { request, _ in
            let script = try await request.body.collect(upTo: 64 << 10)
            return Response(status: .ok, headers: [.contentType: "text/plain"], body: jobs.run(String(buffer: script)))
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await application.runService()
    }
}

/// Runs scripts.
struct Jobs: Sendable {
    let rootfs: Path
    let store: ContainerStore

    /// The body of the answer to a request: what the script writes, as it comes, and how it ended.
    func run(_ script: String) -> ResponseBody {
        ResponseBody { writer in
            var spec = Spec.running(["sh", "-s"], in: rootfs)
            spec.linux?.resources?.memory = MemoryResources(limit: 64 << 20)
            spec.linux?.resources?.pids = PidsResources(limit: 32)
            spec.linux?.resources?.cpu = CPUResources(quota: 50_000, period: 100_000)
            let streams = ProcessStreams(input: .text(script), error: .combinedWithOutput)
            do {
                // A client that goes away cancels the task, and so ends the container.
                let outcome = try await store.run(
                    .configuration(spec), streams: streams, timeLimit: .seconds(10)
                ) { process in
                    for try await bytes in process.standardOutput { try await writer.write(ByteBuffer(bytes: bytes)) }
                }
                let end = outcome.exceededTimeLimit ? "the time is over" : "\(outcome.terminationStatus)"
                try await writer.write(ByteBuffer(string: "— \(end)\n"))
            } catch let error as ContainerError {
                try await writer.write(ByteBuffer(string: "— \(error.message)\n"))
            }
            try await writer.finish(nil)
        }
    }
}
