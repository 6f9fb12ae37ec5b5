import Cgroups
import Linux
import RuntimeSpec
import Systemd

/// All that will be done to make a container, in order: a pure function of the configuration and of facts of the host.
///
/// Two lanes: what the runtime does, and what its child does to itself. Meeting points stand in both.
package struct ContainerPlan: Sendable {
    package var parent: [ParentStep] = []
    package var child = ChildPlan()
    /// What the user should know, though it does not stop anything.
    package var warnings: [String] = []

    package init() {}

    /// How the child is made.
    package var spawn: SpawnPlan? {
        for case .spawn(let spawn) in parent.lazy.map(\.operation) { return spawn }
        return nil
    }
}

/// A step of the runtime with what caused it.
package struct ParentStep: Sendable {
    package var origin: Origin
    package var operation: ParentOperation

    package init(_ operation: ParentOperation, _ origin: Origin) {
        self.origin = origin
        self.operation = operation
    }
}

/// One thing that the runtime does for the container.
package enum ParentOperation: Sendable {
    /// Starts the unit of systemd that the container's cgroup belongs to.
    case startUnit(ContainerUnit, [UnitProperty])
    /// Makes the container's cgroup in every hierarchy.
    case makeCgroup(CPUResources?)
    /// Opens the namespace at a path, checked to be of its kind.
    case openNamespace(Slot, path: Path, CloneFlags)
    /// Prepares what a mount of the child needs and only the runtime can open.
    case prepareMount(MountSourceStep)
    /// Makes device nodes that the child may not make.
    case prepareDevices(DevicePreparationStep)
    /// Clones and executes the child.
    case spawn(SpawnPlan)
    /// Writes the user and group mappings of the child's user namespace.
    case writeIDMappings(IDMappingPlan)
    /// Gives systemd the limits as properties of the unit.
    case limitUnit(Resources)
    /// Writes the limits of the cgroup.
    case limitCgroup(Resources, enforcingDevices: Bool)
    /// Gives the cgroup to the user of the container's process.
    case delegateCgroup(user: UInt32)
    /// Puts the child into a class of service of resctrl.
    case joinIntelRdt(IntelRdtStep)
    /// Waits until the child has come to the point.
    case await(MeetingPoint)
    /// Lets the child go on from the point.
    case release(MeetingPoint)
    /// Moves a network device of the host into the container's network namespace.
    case moveNetworkDevice(name: ByteString, as: ByteString)
    case runHooks(HookKind, [HookStep])
    /// Waits until the child has done all that comes before its start.
    case awaitReady
    /// Writes the state of the made container, and the pid file.
    case recordCreated
}

/// How the child is made.
package struct SpawnPlan: Equatable, Sendable {
    /// The namespaces it starts in.
    package var flags: CloneFlags
    /// True when it goes on in a second process, which makes or joins namespaces that need that.
    package var isStaged: Bool
    /// True when the first process waits for the mappings of its user namespace before its exec.
    package var waitsForMappings: Bool
    /// The processors that it may run on until it is in its cgroup; empty for those of the runtime.
    package var processors: [Int32] = []
}

/// The mappings of a user namespace. See user_namespaces(7).
package struct IDMappingPlan: Equatable, Sendable {
    package var users: [IDMapping]
    package var groups: [IDMapping]
}
