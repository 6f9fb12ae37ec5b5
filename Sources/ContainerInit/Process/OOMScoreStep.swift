import ByteStrings
import LinuxKernel

/// Writes /proc/self/oom_score_adj. Before the process hides: /proc/self belongs to root afterwards. See proc(5).
package struct OOMScoreStep: ChildStep {
    package static let name: StaticString = "oom-score"

    package var value: Int32 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("score", &value)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        do throws(Errno) {
            try writeKernelFile("/proc/self/oom_score_adj", "\(value)")
        } catch {
            let current: ByteString = try attempt("read", "/proc/self/oom_score_adj") { () throws(Errno) in
                try readKernelFile("/proc/self/oom_score_adj")
            }
            // Without CAP_SYS_RESOURCE the value may not be lowered, but keeping it is no failure.
            guard current != "\(value)" else { return }
            var failure = ContainerError(
                value: String(value), errno: error, reason: "failed to update /proc/self/oom_score_adj",
                remedy: error == .permissionDenied
                    ? "lowering it from \(current) takes CAP_SYS_RESOURCE" : "it is \(current)")
            failure.hasCapitalizedCause = true
            throw failure
        }
    }
}
