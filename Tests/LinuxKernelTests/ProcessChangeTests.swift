import LinuxKernel
import Testing

/// Calls that change the process which makes them: each set of them in a process of its own, `KernelProbe`.
@Suite(.enabled(if: effectiveUser == 0, "what is changed takes root"))
struct ProcessChangeTests {
    private static func run(_ arguments: [ByteString]) throws(Errno) -> (output: String, status: ProcessStatus) {
        // The test runner is a program of the toolchain; the products lie beside the test bundle.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        let directory = bundle.lastIndex(of: "/").map { bundle[...$0] } ?? ""
        let probe = try LaunchedProgram.start(
            Path(directory + "KernelProbe"), arguments: ["KernelProbe"] + arguments, environment: [], input: [],
            directory: nil)
        let output = ByteString(bytes: try probe.readAllOutput()).text
        return (output, try probe.process.reap())
    }

    private static let names: [String] = {
        do throws(Errno) {
            return try run([]).output.split(separator: "\n").map { String($0) }
        } catch {
            return []
        }
    }()

    @Test func thereAreScenarios() {
        #expect(Self.names.count > 20)
        #expect(Set(Self.names).count == Self.names.count)
    }

    @Test(arguments: names) func change(_ name: String) throws {
        let directory = try TemporaryDirectory()
        let (output, status) = try Self.run([ByteString(name), directory.path.bytes])
        #expect(status == .exited(0) && output.isEmpty, "\(status)\n\(output)")
    }
}
