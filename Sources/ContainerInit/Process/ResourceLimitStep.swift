import ByteStrings
import LinuxKernel
import RuntimeSpec

/// Sets one resource limit. See prlimit(2).
package struct ResourceLimitStep: ChildStep {
    package static let name: StaticString = "resource-limit"

    package var resource: Int32 = 0
    package var soft: UInt64 = 0
    package var hard: UInt64 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("resource", &resource)
        try visitor.field("soft", &soft)
        try visitor.field("hard", &hard)
    }

    package var detail: String { "\(resourceName) soft=\(soft) hard=\(hard)" }

    private var resourceName: String {
        RlimitType.allCases.first { $0.number == resource }?.rawValue ?? String(resource)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        do throws(Errno) {
            try setResourceLimit(resource, soft: soft, hard: hard)
        } catch {
            let isAboveHard = error == .notPermitted
            throw ContainerError(
                operation: "error setting rlimit type \(resource): setrlimit", member: isAboveHard ? ".hard" : "",
                value: isAboveHard ? String(hard) : "", subject: "\(resourceName) soft \(soft) hard \(hard)",
                errno: error,
                remedy: isAboveHard
                    ? "raising a hard limit takes CAP_SYS_RESOURCE, and that of RLIMIT_NOFILE ends at fs.nr_open" : "")
        }
    }
}
