import LinuxKernel

/// Which cgroup hierarchies this host has and where they are mounted.
///
/// A value, so that tests can pass any; `detect()` reads the host's.
package struct CgroupLayout: Hashable, Sendable {
    /// The three ways in which a host mounts its cgroups, and the fourth.
    package enum Kind: UInt8, Hashable, Sendable {
        /// No hierarchy is mounted.
        case none
        /// Controllers of version 1 only.
        case legacy
        /// Controllers of version 1, and a cgroup2 beside them for the processes as a whole.
        case hybrid
        /// cgroup2 alone.
        case unified
    }

    /// One mounted hierarchy.
    package struct Hierarchy: Hashable, Sendable {
        /// The controllers, or the name such as `name=systemd`; empty for cgroup2.
        package let controllers: [String]
        /// Where it is mounted.
        package let mountPoint: Path
        /// The cgroup that the mount shows at its top: `/`, except inside containers.
        package let mountRoot: Path
        /// The runtime's own cgroup, from the top of the hierarchy.
        package let ownPath: Path

        /// Makes a hierarchy.
        package init(controllers: [String], mountPoint: Path, mountRoot: Path = "/", ownPath: Path = "/") {
            self.controllers = controllers
            self.mountPoint = mountPoint
            self.mountRoot = mountRoot
            self.ownPath = ownPath
        }

        /// The runtime's own cgroup as seen through the mount: `/` if the mount does not show it.
        package var ownPathInMount: Path {
            // A process outside its own cgroup namespace sees its place as `/../..`.
            if ownPath.bytes.hasPrefix("/..") { return "/" }
            if mountRoot == "/" { return ownPath }
            guard ownPath.isBelow(mountRoot) else { return "/" }
            return Path(ownPath.bytes.dropping(first: mountRoot.bytes.count))
        }
    }

    /// The way the host mounts its cgroups.
    package let kind: Kind
    /// The hierarchies of version 1, in the order of /proc/self/cgroup.
    package let legacy: [Hierarchy]
    /// The cgroup2 hierarchy, if it is mounted.
    package let unified: Hierarchy?

    /// Makes a layout of its hierarchies.
    package init(legacy: [Hierarchy] = [], unified: Hierarchy? = nil) {
        self.legacy = legacy
        self.unified = unified
        switch (legacy.isEmpty, unified) {
        case (true, nil): kind = .none
        case (true, _?): kind = .unified
        case (false, nil): kind = .legacy
        case (false, _?): kind = .hybrid
        }
    }

    /// The usual place of the mounts.
    static let usualPlace: Path = "/sys/fs/cgroup"
}

extension CgroupLayout {
    /// Finds the host's hierarchies.
    ///
    /// Looks at the usual place first, whose cost does not grow with the host's mounts; /proc/self/mountinfo is read
    /// only if the usual place does not hold what /proc/self/cgroup names.
    package static func detect() throws(CgroupError) -> CgroupLayout {
        let own = ThisProcess.file("cgroup")
        let membership = try attempt("read", own) { () throws(Errno) in
            CgroupMembership.parse(try readKernelFile(own, isOneRecord: true))
        }
        let top = kind(of: usualPlace)
        if top == .cgroup2, let root = mountRoot(of: usualPlace) {
            return CgroupLayout(
                unified: Hierarchy(
                    controllers: [], mountPoint: usualPlace, mountRoot: root,
                    ownPath: membership.first { $0.controllers.isEmpty }?.path ?? "/"))
        }
        if top != .cgroup2, let layout = usualLayout(membership) { return layout }
        let table = ThisProcess.file("mountinfo")
        let mounts = try attempt("read", table) { () throws(Errno) in
            CgroupMount.parse(try readKernelFile(table, limit: 64 << 20))
                // What another mount covers stays in the table, out of reach.
                .filter { kind(of: $0.mountPoint) == ($0.isUnified ? .cgroup2 : .cgroup) }
        }
        return layout(membership, mounts: mounts, onlyUnified: top == .cgroup2)
    }

    /// The layout if every hierarchy stands where distributions mount it, whole; nil if any does not.
    private static func usualLayout(_ membership: [CgroupMembership]) -> CgroupLayout? {
        var legacy: [Hierarchy] = []
        legacy.reserveCapacity(membership.count)
        var unified: Hierarchy?
        var devices: [UInt64] = []
        for line in membership {
            if line.controllers.isEmpty {
                let place = usualPlace.appending("unified" as Path)
                // A cgroup2 elsewhere beside version 1 is not ours to use.
                guard kind(of: place) == .cgroup2 else { continue }
                guard mountRoot(of: place) == "/" else { return nil }
                unified = Hierarchy(controllers: [], mountPoint: place, ownPath: line.path)
                continue
            }
            guard let place = usualPlaces(of: line.controllers).first(where: { kind(of: $0) == .cgroup }),
                let device = wholeHierarchy(at: place), !devices.contains(device)
            else { return nil }
            devices.append(device)
            legacy.append(Hierarchy(controllers: line.controllers, mountPoint: place, ownPath: line.path))
        }
        if legacy.isEmpty { return nil }
        return CgroupLayout(legacy: legacy, unified: unified)
    }

    /// Where distributions mount a hierarchy of version 1: under its joined names, or its first one.
    private static func usualPlaces(of controllers: [String]) -> [Path] {
        if controllers == ["name=systemd"] { return ["\(usualPlace)/systemd"] }
        let joined: Path = "\(usualPlace)/\(ByteString(joining: controllers, separatedBy: ","))"
        if controllers.count < 2 { return [joined] }
        return [joined, "\(usualPlace)/\(controllers[0])"]
    }

    /// The layout as the table of mounts has it. Hierarchies that are mounted nowhere are left out.
    static func layout(
        _ membership: [CgroupMembership], mounts: [CgroupMount], onlyUnified: Bool = false
    ) -> CgroupLayout {
        var legacy: [Hierarchy] = []
        var unified: Hierarchy?
        for line in membership {
            var best: CgroupMount?
            for mount in mounts where mount.shows(line) {
                if onlyUnified, mount.mountPoint != usualPlace { continue }
                // Of mounts on one place the last one is seen.
                if let found = best, found.rank(for: line) > mount.rank(for: line) { continue }
                best = mount
            }
            guard let mount = best else { continue }
            let hierarchy = Hierarchy(
                controllers: line.controllers, mountPoint: mount.mountPoint, mountRoot: mount.root, ownPath: line.path)
            if line.controllers.isEmpty { unified = hierarchy } else if !onlyUnified { legacy.append(hierarchy) }
        }
        return CgroupLayout(legacy: legacy, unified: unified)
    }

    private static func kind(of path: Path) -> FileSystemKind? {
        do throws(Errno) { return try fileSystemKind(path) } catch { return nil }
    }

    /// The device number of the hierarchy mounted at `path`, if the mount shows it from its top, whose inode is 1.
    private static func wholeHierarchy(at path: Path) -> UInt64? {
        do throws(Errno) {
            let status = try fileStatus(path)
            return status.inode == 1 ? status.device : nil
        } catch {
            return nil
        }
    }

    private static func mountRoot(of path: Path) -> Path? { wholeHierarchy(at: path) == nil ? nil : "/" }
}
