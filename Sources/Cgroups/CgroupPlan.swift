import Systemd

/// Where the container's cgroup lies in every hierarchy. Pure: nothing is made or looked up.
package struct CgroupPlan: Hashable, Sendable {
    /// The container's cgroup in one hierarchy.
    package struct Place: Hashable, Sendable {
        /// The controllers, or `name=systemd`; empty for cgroup2.
        package let controllers: [String]
        /// Where the hierarchy is mounted.
        package let mountPoint: String
        /// The cgroup below the mount point; starts with a slash.
        package let path: String

        /// The directory on the host.
        package var directory: String { mountPoint + path }
    }

    /// The way the host mounts its cgroups.
    package let kind: CgroupLayout.Kind
    /// One place per hierarchy; cgroup2 comes last.
    package let places: [Place]
    /// Whether the configuration names no path, in which case a rootless runtime may go without a cgroup.
    package internal(set) var isDefaultPath: Bool
    /// `linux.cgroupsPath` without empty parts, `.` and `..`; nil where it was absent, and with systemd's driver.
    package private(set) var cleanedPath: String?
    /// The unit of systemd that the cgroup belongs to; nil with the cgroupfs driver.
    package internal(set) var unit: ContainerUnit?

    /// Resolves `linux.cgroupsPath` for the cgroupfs driver.
    ///
    /// An absent or empty path is the relative path `id`. A relative path lies below the runtime's own cgroup of each
    /// hierarchy of version 1, on unified hosts below the parent of its own cgroup, which may not have processes. An
    /// absolute path starts at the hierarchy's top, and so does any path in the cgroup2 of a hybrid host, as in runc. The
    /// path is cleaned as if rooted, so `..` never leads out.
    package init(layout: CgroupLayout, cgroupsPath: String?, id: String) throws(CgroupError) {
        let given = cgroupsPath ?? ""
        isDefaultPath = given.isEmpty
        let property = isDefaultPath ? "" : "linux.cgroupsPath"
        let text = isDefaultPath ? id : given
        guard !text.utf8.contains(0) else {
            throw CgroupError(property: property, value: text, reason: "the cgroup path holds a NUL byte")
        }
        let inner = Self.cleaned(text)
        guard inner != "/" else {
            throw CgroupError(
                property: property, value: text, reason: "the cgroup path names no cgroup of its own: \"" + text + "\"")
        }
        let isAbsolute = text.utf8.first == UInt8(ascii: "/")
        if !isDefaultPath { cleanedPath = isAbsolute ? inner : String(inner.dropFirst()) }
        kind = layout.kind
        var places: [Place] = []
        places.reserveCapacity(layout.legacy.count + 1)
        for hierarchy in layout.legacy {
            places.append(Self.place(in: hierarchy, inner, below: isAbsolute ? "/" : hierarchy.ownPathInMount))
        }
        if let unified = layout.unified {
            let own = unified.ownPathInMount
            let base = isAbsolute || layout.kind == .hybrid ? "/" : Self.parent(of: own)
            places.append(Self.place(in: unified, inner, below: base))
        }
        self.places = places
    }

    /// The directories as the state file records them: by controller, `""` being cgroup2.
    package var paths: [(controller: String, path: String)] {
        var paths: [(controller: String, path: String)] = []
        for place in places {
            if place.controllers.isEmpty { paths.append((controller: "", path: place.directory)) }
            for controller in place.controllers { paths.append((controller: controller, path: place.directory)) }
        }
        return paths
    }

    private static func place(in hierarchy: CgroupLayout.Hierarchy, _ inner: String, below base: String) -> Place {
        Place(
            controllers: hierarchy.controllers, mountPoint: hierarchy.mountPoint,
            path: base == "/" ? inner : base + inner)
    }

    /// The path with a leading slash and without empty parts, `.` and `..`, the last of which stops at the top.
    static func cleaned(_ path: String) -> String {
        var parts: [Substring.UTF8View] = []
        for part in path[...].utf8.split(separator: UInt8(ascii: "/")) {
            if part.elementsEqual(".".utf8) { continue }
            if part.elementsEqual("..".utf8) {
                if !parts.isEmpty { parts.removeLast() }
            } else {
                parts.append(part)
            }
        }
        if parts.isEmpty { return "/" }
        var result = ""
        result.reserveCapacity(path.utf8.count + 1)
        for part in parts {
            result += "/"
            result += Substring(part)
        }
        return result
    }

    /// The path without its last part.
    static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
