import ByteStrings
import LinuxKernel
import Seccomp

/// Becomes the program that was looked up. See execve(2).
package struct ExecuteStep: ChildStep {
    package static let name: StaticString = "execute"

    package var arguments: [ByteString] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("arguments", &arguments)
    }

    package var detail: String { arguments.map(\.text).joined(separator: " ") }

    package func perform(in process: InitProcess) throws(ContainerError) {
        guard let program = process.values.program else {
            throw ContainerError(reason: "the plan executes a program that it did not look up")
        }
        let failure = LinuxKernel.execute(program, arguments: arguments, environment: process.values.environment)
        // As in runc, nothing comes before these words: they stand in the container's own output.
        throw ContainerError(
            .programNotFound, origin: Origin(.rule), errno: failure, reason: "exec \(program)",
            remedy: Self.mayLook(behind: process.values.filter) ? ExecutionFailure(failure).advice(on: program) : "")
    }

    /// Whether a filter lets a process live that looks at the program.
    private static func mayLook(behind filter: SeccompProgram?) -> Bool {
        guard let filter else { return true }
        return filter.survives(ExecutionFailure.systemCalls)
    }
}
