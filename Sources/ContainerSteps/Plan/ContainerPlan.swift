import ByteStrings
import Cgroups
import ContainerInit
import RuntimeSpec

/// All that will be done to make a container, in order: a pure function of the configuration and of facts of the host.
///
/// Two lanes: what the runtime does, and what its child does to itself. Meeting points stand in both.
package struct ContainerPlan: Sendable {
    package var parent: [Planned<any ParentStep>] = []
    package var child = ChildPlan()
    /// What `start` does once the program runs.
    package var afterStart: [Planned<HooksStep>] = []
    /// What is done when the container is gone.
    package var atEnd: [Planned<HooksStep>] = []
    /// What the user should know, though it does not stop anything.
    package var warnings: [String] = []

    package init() {}

    /// The value of the limit of memory, for the error of a child that it killed.
    package var memoryLimit: String? {
        for planned in parent {
            guard let limits = planned.step as? LimitCgroupStep else { continue }
            for write in limits.groups.flatMap(\.writes) where write.property == "linux.resources.memory.limit" {
                return write.value
            }
        }
        return nil
    }
}
