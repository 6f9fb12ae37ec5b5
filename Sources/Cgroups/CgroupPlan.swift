import ByteStrings
import RuntimeSpec
import SystemdBus

/// Where the container's cgroup lies in every hierarchy. Pure: nothing is made or looked up.
package struct CgroupPlan: Hashable, Sendable {
    /// The container's cgroup in one hierarchy.
    package struct Place: Hashable, Sendable {
        /// The controllers, or `name=systemd`; empty for cgroup2.
        package var controllers: [String] = []
        /// Where the hierarchy is mounted.
        package var mountPoint = Path()
        /// The cgroup below the mount point; starts with a slash.
        package var path = Path()

        package init() {}

        init(controllers: [String], mountPoint: Path, path: Path) {
            self.controllers = controllers
            self.mountPoint = mountPoint
            self.path = path
        }

        /// The directory on the host.
        package var directory: Path { mountPoint.appending(path) }
    }

    /// The way the host mounts its cgroups.
    package var kind = CgroupLayout.Kind.none
    /// One place per hierarchy; cgroup2 comes last.
    package var places: [Place] = []
    /// Whether the configuration names no path, in which case a rootless runtime may go without a cgroup.
    package var isDefaultPath = true
    /// `linux.cgroupsPath` without empty parts, `.` and `..`; nil where it was absent, and with systemd's driver.
    package var cleanedPath: Path?
    /// The unit of systemd that the cgroup belongs to; nil with the cgroupfs driver.
    package var unit: ContainerUnit?

    package init() {}

    /// Resolves `linux.cgroupsPath` for the cgroupfs driver.
    ///
    /// An absent or empty path is the relative path `id`. A relative path lies below the runtime's own cgroup of each
    /// hierarchy of version 1, on unified hosts below the parent of its own cgroup, which may not have processes. An
    /// absolute path starts at the hierarchy's top, and so does any path in the cgroup2 of a hybrid host, as in runc. The
    /// path is cleaned as if rooted, so `..` never leads out.
    package init(layout: CgroupLayout, cgroupsPath: Path?, id: String) throws(CgroupError) {
        let given = cgroupsPath ?? Path()
        isDefaultPath = given.isEmpty
        let property = isDefaultPath ? "" : "linux.cgroupsPath"
        let path = isDefaultPath ? Path(id) : given
        guard !path.bytes.containsNUL else {
            throw CgroupError(property: property, value: path.text, reason: "the cgroup path holds a NUL byte")
        }
        let inner = path.cleaned
        guard inner != "/" else {
            throw CgroupError(
                property: property, value: path.text,
                reason: "the cgroup path names no cgroup of its own: \"" + path.text + "\"")
        }
        let isAbsolute = path.isAbsolute
        if !isDefaultPath { cleanedPath = isAbsolute ? inner : inner.relative(to: "/") }
        kind = layout.kind
        var places: [Place] = []
        places.reserveCapacity(layout.legacy.count + 1)
        for hierarchy in layout.legacy {
            places.append(Self.place(in: hierarchy, inner, below: isAbsolute ? "/" : hierarchy.ownPathInMount))
        }
        if let unified = layout.unified {
            let own = unified.ownPathInMount
            let base = isAbsolute || layout.kind == .hybrid ? "/" : own.parent
            places.append(Self.place(in: unified, inner, below: base))
        }
        for place in places where !place.path.bytes.isText {
            // The state file, which holds the paths, is text.
            throw CgroupError(
                property: property, path: place.directory.text,
                reason: "the runtime's own cgroup has a name that is not UTF-8; name an absolute linux.cgroupsPath")
        }
        self.places = places
    }

    /// The directories as the state file records them: by controller, `""` being cgroup2.
    package var paths: OrderedPairs<ByteString, Path> {
        var paths: [OrderedPairs<ByteString, Path>.Pair] = []
        for place in places {
            if place.controllers.isEmpty { paths.append(.init(key: "", value: place.directory)) }
            for controller in place.controllers {
                paths.append(.init(key: ByteString(controller), value: place.directory))
            }
        }
        return OrderedPairs(distinct: paths)
    }

    /// Whether the cgroup2 of a hybrid host is the one to have a controller.
    package func leavesToUnified(_ controller: String) -> Bool {
        kind == .hybrid && places.contains { $0.controllers.isEmpty }
            && !places.contains { $0.controllers.contains(controller) }
    }

    private static func place(in hierarchy: CgroupLayout.Hierarchy, _ inner: Path, below base: Path) -> Place {
        Place(
            controllers: hierarchy.controllers, mountPoint: hierarchy.mountPoint,
            path: base == "/" ? inner : base.appending(inner))
    }
}
