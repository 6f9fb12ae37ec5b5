import ByteStrings
import Cgroups
import ContainerInit

/// Writes the limits of the cgroup.
package struct LimitCgroupStep: ParentStep {
    package static let name: StaticString = "limit-cgroup"

    /// What is written, in order.
    package var groups: [LimitGroup] = []
    /// Limits of memory that must be above what is used by then; 0 asks for no such check.
    package var leastMemory: Int64 = 0
    package var leastMemoryAndSwap: Int64 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("writes", &groups)
        try visitor.field("aboveUsage", &leastMemory)
        try visitor.field("aboveUsageWithSwap", &leastMemoryAndSwap)
    }

    package var detail: String { groups.flatMap(\.writes).map(\.shown).joined(separator: ", ") }

    package func perform(in making: Making) throws(ContainerError) {
        try making.withCgroup { (cgroup) throws(CgroupError) in
            if leastMemory != 0 || leastMemoryAndSwap != 0 {
                try cgroup.refuse(memoryBelowUsage: leastMemory, swap: leastMemoryAndSwap)
            }
            try cgroup.write(groups)
        }
    }
}
