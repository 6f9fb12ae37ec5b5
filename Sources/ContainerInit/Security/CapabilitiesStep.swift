import ByteStrings
import LinuxKernel

/// Sets the capability sets of the program, without those that the process does not have. See capset(2).
package struct CapabilitiesStep: ChildStep {
    package static let name: StaticString = "capabilities"

    package var sets = CapabilitySets()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("sets", &sets)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        let available = process.values.availableCapabilities
        try attempt("capset") { () throws(Errno) in
            try CapabilityMasks(
                effective: sets.effective & available, permitted: sets.permitted & available,
                inheritable: sets.inheritable & available
            ).apply()
        }
        // What is not inheritable any more is not ambient either.
        if sets.inheritable & available == 0 { return }
        do throws(Errno) {
            try ProcessControl.clearAmbientSet()
        } catch {
            guard error == .invalidArgument, sets.ambient == 0 else {
                throw ContainerError(operation: "prctl(PR_CAP_AMBIENT)", errno: error)
            }
        }
        for capability in 0..<UInt32(64) where sets.ambient & available & (1 << UInt64(capability)) != 0 {
            do throws(Errno) {
                try ProcessControl.raiseAmbient(capability: capability)
            } catch Errno.notPermitted {
                // Not permitted and inheritable both: the kernel keeps it out of the set, as it would after any exec.
                // The parent was told while it still listened.
                continue
            } catch {
                throw ContainerError(
                    operation: "prctl(PR_CAP_AMBIENT_RAISE)", subject: Capability.name(of: capability), errno: error)
            }
        }
    }
}
