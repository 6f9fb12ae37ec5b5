import ByteStrings
import LinuxKernel

/// Finds out which of the wanted capabilities there are, and drops the others from the bounding set. See capabilities(7).
package struct BoundingSetStep: ChildStep {
    package static let name: StaticString = "bounding-set"

    /// What the program is to have in the end.
    package var wanted = CapabilitySets()

    /// Whether the process is in another user namespace than the runtime, which gave it a bounding set of all.
    package var isInUserNamespace = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("wanted", &wanted)
        try visitor.field("inUserNamespace", &isInUserNamespace, .hidden)
    }

    package var detail: String { "keep " + Capability.text(of: wanted.bounding) }

    package func perform(in process: InitProcess) throws(ContainerError) {
        let own = try attempt("capget") { () throws(Errno) in try CapabilityMasks.current() }
        let available = own.permitted
        process.values.availableCapabilities = available
        process.values.inheritableCapabilities = own.inheritable
        let all = wanted.bounding | wanted.permitted | wanted.effective | wanted.inheritable | wanted.ambient
        let missing = all & ~available
        if missing != 0 {
            let names = (0..<UInt32(64)).filter { missing & (1 << UInt64($0)) != 0 }.map { Capability.name(of: $0) }
            try process.tell(
                .warning("ignoring unknown or unavailable capabilities: [" + names.joined(separator: " ") + "]"))
        }
        let present = isInUserNamespace ? UInt64.max : process.plan.boundingSet ?? .max
        let unwanted = present & ~wanted.bounding
        for capability in 0..<UInt32(64) where unwanted & (1 << UInt64(capability)) != 0 {
            do throws(Errno) {
                try ProcessControl.dropFromBoundingSet(capability: capability)
            } catch Errno.invalidArgument {
                // Past the last capability of this kernel.
                return
            } catch {
                throw ContainerError(
                    operation: "prctl(PR_CAPBSET_DROP)", subject: Capability.name(of: capability), errno: error)
            }
        }
    }
}
