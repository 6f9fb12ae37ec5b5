import Cgroups
import Linux
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
    /// The first of the slots for prepared trees: this one for the root, the one at index + 1 for each mount.
    package var firstTreeSlot: Slot

    package init(
        bundle: Path, rootfs: Path, cgroups: [CgroupPlace] = [], isRootless: Bool = false,
        hasSELinux: Bool = false, keepsHostRoot: Bool = false, firstTreeSlot: Slot = Slot(rawValue: 1024)
    ) {
        self.bundle = bundle
        self.rootfs = rootfs
        self.cgroups = cgroups
        self.isRootless = isRootless
        self.hasSELinux = hasSELinux
        self.keepsHostRoot = keepsHostRoot
        self.firstTreeSlot = firstTreeSlot
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

        /// The folder of `ownPath`; empty when there is none.
        package var ownFolder: Path { ownPath.map { mountPoint.appending($0) } ?? "" }
    }
}

/// A tree of mounts that the parent takes from the host, since the container's user may not reach or map it.
package struct MountSourceStep: Equatable, Sendable {
    /// Where the tree goes.
    package var slot: Slot
    /// The file or folder of the host.
    package var path: Path
    /// Where the container will see it, for messages.
    package var destination: Path
    /// True to take the mounts below as well.
    package var recursively: Bool
    /// True when a link at the end of the path is taken itself.
    package var noFollow: Bool
    /// How the tree propagates, so that nothing of the container spreads to the host; empty leaves it as it is.
    package var propagation: MountFlags
    /// The mapping of ids.
    package var idMap: IDMap?
    /// True when the child takes the tree, from the container's own mounts, and the parent only maps its ids.
    package var isTakenByChild: Bool

    package init(
        slot: Slot, path: Path, destination: Path, recursively: Bool, noFollow: Bool, propagation: MountFlags,
        idMap: IDMap? = nil, isTakenByChild: Bool = false
    ) {
        self.slot = slot
        self.path = path
        self.destination = destination
        self.recursively = recursively
        self.noFollow = noFollow
        self.propagation = propagation
        self.idMap = idMap
        self.isTakenByChild = isTakenByChild
    }

    /// A mapping of the ids of a tree.
    package enum IDMap: Equatable, Sendable {
        /// A container's id is the one on the disk, a host's id the one that the host sees.
        case ranges(uids: [IDMapping], gids: [IDMapping], recursively: Bool)
        /// That of the user namespace with this path, which the container joins.
        case namespace(path: Path, recursively: Bool)
    }
}
