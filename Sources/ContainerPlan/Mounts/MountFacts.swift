import ByteStrings
import Cgroups
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// What the planning of the file system must know besides the configuration.
package struct MountFacts: Sendable {
    /// The bundle, as an absolute path of the host.
    package var bundle: Path
    /// The root file system, as an absolute path of the host.
    package var rootfs: Path
    /// Where the container's cgroup lies in every hierarchy that the host has mounted.
    package var cgroups: [CgroupPlace]
    /// True when the runtime has no privilege outside the container's user namespace, so that the parent can prepare
    /// nothing.
    package var isRootless: Bool
    /// True when the host's kernel enforces SELinux labels.
    package var hasSELinux: Bool
    /// True for `--no-pivot`.
    package var keepsHostRoot: Bool
    /// True when the container runs already, so that its child sees nothing of the host.
    package var isRunning = false

    package init(
        bundle: Path, rootfs: Path, cgroups: [CgroupPlace] = [], isRootless: Bool = false,
        hasSELinux: Bool = false, keepsHostRoot: Bool = false
    ) {
        self.bundle = bundle
        self.rootfs = rootfs
        self.cgroups = cgroups
        self.isRootless = isRootless
        self.hasSELinux = hasSELinux
        self.keepsHostRoot = keepsHostRoot
    }

    /// The container's cgroup in one hierarchy.
    package struct CgroupPlace: Hashable, Sendable {
        /// The controllers, or `name=systemd`; empty for the unified hierarchy.
        package var controllers: [String]
        /// Where the hierarchy is mounted.
        package var mountPoint: Path
        /// The cgroup below the mount point, with a leading slash.
        package var path: Path
        /// The runtime's own cgroup, where the container is when a rootless runtime may not make `path`.
        package var ownPath: Path?

        package init(_ place: CgroupPlan.Place, ownPath: Path? = nil) {
            self.init(
                controllers: place.controllers, mountPoint: place.mountPoint, path: place.path, ownPath: ownPath)
        }

        package init(controllers: [String], mountPoint: Path, path: Path, ownPath: Path? = nil) {
            self.controllers = controllers
            self.mountPoint = mountPoint
            self.path = path
            self.ownPath = ownPath
        }

        /// The directory of `ownPath`; empty when there is none.
        package var ownDirectory: Path { ownPath.map { mountPoint.appending($0) } ?? "" }
    }
}
