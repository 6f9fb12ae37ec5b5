import ByteStrings
import Cgroups
import ContainerInit
import ContainerSteps
import LinuxKernel

/// What a plan needs to know of the host. A value, so that a plan can be made for any host.
package struct HostFacts: Sendable {
    /// The absolute path of the bundle.
    package var bundle: Path
    /// The state directory that the container gets.
    package var stateDirectory = Path()
    /// The names of drivers; looked at only for systemd's list of devices.
    package var drivers = DriverNames("")
    /// The container's place in the host's cgroups.
    package var cgroup: CgroupPlan?
    /// The way the host mounts its cgroups.
    package var cgroupLayout: CgroupLayout?
    /// Whether the runtime runs without the host's root privileges.
    package var isRootless = false
    /// Whether the container goes without a cgroup where the runtime may not make one.
    package var goesWithoutCgroup = false
    /// The user that the runtime runs as.
    package var user: UInt32 = 0
    /// Its group; looked at only for a container in a user namespace.
    package var group: UInt32 = 0
    /// The helper that the mappings of a rootless container need, if the host has it not; looked for only then.
    package var missingMappingHelper: String?
    /// The host's resctrl; looked for only when the configuration uses it.
    package var resctrl: ResctrlFacts?
    /// Whether a procfs of another pid namespace can be mounted; looked for only when the container joins one.
    package var canNameNamespaceOfProcfs = false
    /// Whether the runtime's caller answers for the annotations.
    package var trustsAnnotations = false
    package var hasAppArmor = false
    package var hasSELinux = false

    package init(bundle: Path) { self.bundle = bundle }
}
