import Containers
import Logging

/// Runs one program in a container and prints what it wrote:
///
///     CollectOutput /srv/rootfs sh -c 'id; hostname'
///
/// Warnings of the library go to swift-log.
@main struct CollectOutput {
    static func main() async throws {
        InitProgram.runIfAsked()
        let words = CommandLine.arguments.dropFirst().map { ByteString($0) }
        guard let rootfs = words.first, words.count > 1 else {
            print("usage: CollectOutput ROOTFS PROGRAM [ARGUMENT…]")
            return
        }
        let store = ContainerStore(
            root: "/run/apus-examples", diagnostics: DiagnosticHandler(Logger(label: "containers")))
        let result = try await store.run(
            .configuration(.running(Array(words.dropFirst()), in: Path(rootfs))), timeLimit: .seconds(60))
        print(result.standardOutput.text, terminator: "")
        print("status: \(result.terminationStatus)")
    }
}

extension DiagnosticHandler {
    /// What the library tells, for a logger of swift-log.
    init(_ logger: Logger) {
        self.init(from: logger.logLevel <= .trace ? .trace : .warning) { diagnostic in
            logger.log(
                level: diagnostic.level == .warning ? .warning : .trace, "\(diagnostic.message)",
                metadata: ["container": "\(diagnostic.container)", "operation": "\(diagnostic.operation.rawValue)"])
        }
    }
}
