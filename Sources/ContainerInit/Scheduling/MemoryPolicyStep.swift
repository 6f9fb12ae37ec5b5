import ByteStrings
import LinuxKernel
import RuntimeSpec

/// Sets the policy by which the process gets its memory from the nodes. See set_mempolicy(2).
package struct MemoryPolicyStep: ChildStep {
    package static let name: StaticString = "memory-policy"

    /// The mode, with its flags in the bits above.
    package var mode: Int32 = 0
    package var nodes: [Int32] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("mode", &mode)
        try visitor.field("nodes", &nodes)
    }

    package var detail: String { modeName + " nodes=" + nodes.shown }

    private var modeName: String {
        MemoryPolicyMode.allCases.first { $0.number == mode & 0xfff }?.rawValue ?? String(mode)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        do throws(Errno) {
            try setMemoryPolicy(mode: mode, nodes: nodes.map { Int($0) })
        } catch {
            throw ContainerError(
                operation: "set_mempolicy", member: error == .invalidArgument ? ".nodes" : "",
                subject: "\(modeName) nodes \(nodes)", errno: error,
                remedy: error == .invalidArgument
                    ? "the nodes must be there and in the cpuset, and the kernel must know the mode" : "")
        }
    }
}
