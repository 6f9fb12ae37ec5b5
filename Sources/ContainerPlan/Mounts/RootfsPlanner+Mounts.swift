import ByteStrings
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension RootfsPlanner {
    /// Plans one mount, and what the parent prepares for it.
    package func mount(
        _ mount: Mount, _ index: Int
    ) throws(ContainerError) -> (step: MountStep, source: MountSourceStep?) {
        let options = try MountOptions.parse(mount.options)
        let type = mount.type ?? ""
        let destination = place(of: mount)
        guard !mount.destination.isEmpty else { throw onTop(mount) }
        var step = MountStep()
        step.kind = Self.kind(type, options.flags)
        step.source = mount.source ?? ""
        step.destination = destination
        step.type = type
        step.flags = options.flags
        step.cleared = options.cleared
        step.data = options.data
        step.propagation = options.propagation
        step.recursivelySet = options.recursivelySet
        step.recursivelyCleared = options.recursivelyCleared
        step.rules = options.rules
        if hasUserNamespace { step.rules.insert(.userNamespace) }
        // What is no place for files, or has no mount of its own to be the root, cannot take the root's place.
        if destination == "/" {
            switch step.kind {
            case .bind where !step.rules.contains(.copySymbolicLink), .tmpfs, .other:
                guard hasMountNamespace else { throw onTop(mount) }
            case .bind, .remount, .proc, .sysfs, .devpts, .mqueue, .cgroup1, .cgroup2, .cgroup2Bind:
                throw onTop(mount)
            }
        }
        try checkPlaceInProc(&step, mount)
        switch step.kind {
        case .bind:
            let source = try planBind(&step, mount, options, index)
            return (step: step, source: source)
        case .cgroup1, .cgroup2, .cgroup2Bind:
            try planCgroup(&step)
        case .remount, .proc, .sysfs:
            break
        case .tmpfs, .devpts, .mqueue, .other:
            step.label = try label()
            if type == "overlay" { step.data = MountData.overlay(step.data, below: facts.bundle) }
        }
        if options.idMap != nil || !mount.uidMappings.isEmpty || !mount.gidMappings.isEmpty {
            throw ContainerError(
                .invalidConfiguration, exactly: "id-mapped mounts are only supported for bind-mounts")
        }
        if step.flags.contains(.readOnly), step.kind == .tmpfs || (step.kind == .other && destination == "/dev") {
            step.rules.insert(.readOnlyLater)
        }
        if step.rules.contains(.copyUp), step.kind != .tmpfs {
            throw ContainerError(.invalidConfiguration, reason: "the option tmpcopyup is for tmpfs only")
        }
        if step.rules.contains(.copySymbolicLink) { throw Self.isForBindsOnly("copy-symlink") }
        if step.rules.contains(.sourceNoFollow) { throw Self.isForBindsOnly("src-nofollow") }
        return (step: step, source: nil)
    }

    private static func isForBindsOnly(_ word: String) -> ContainerError {
        ContainerError(
            .invalidConfiguration, member: ".options", value: "\"" + word + "\"",
            reason: "the option is for bind mounts only")
    }

    /// Where a mount lies in the container. Some callers name the place on the host.
    package func place(of mount: Mount) -> Path {
        let named = mount.destination.cleaned
        return path(inRoot: named) ?? named
    }

    private func onTop(_ mount: Mount) -> ContainerError {
        ContainerError(
            .invalidConfiguration, member: ".destination",
            reason: "error mounting \"" + (mount.source ?? Path()) + "\" to rootfs at \"" + mount.destination
                + "\": mountpoint \"" + facts.rootfs + "\" is on the top of rootfs \"" + facts.rootfs + "\"")
    }

    /// A path of the host below the root file system, as the container sees it.
    private func path(inRoot path: Path) -> Path? {
        guard facts.rootfs != "/" else { return nil }
        return path.relative(to: facts.rootfs).map { "/\($0)" }
    }

    private static func kind(_ type: ByteString, _ flags: MountFlags) -> MountStep.Kind {
        if flags.contains(.remount) { return .remount }
        if flags.contains(.bind) { return .bind }
        return switch type {
        // No file system has this name: the option was forgotten.
        case "bind": .bind
        case "proc": .proc
        case "sysfs": .sysfs
        case "tmpfs": .tmpfs
        case "devpts": .devpts
        case "mqueue": .mqueue
        // Which one it is, the host's layout decides.
        case "cgroup": .cgroup1
        default: .other
        }
    }

    /// Over /proc goes nothing but a procfs, and below it only what shows numbers, so that nobody can feign the files
    /// that the set-up and the program's security depend on.
    private func checkPlaceInProc(_ step: inout MountStep, _ mount: Mount) throws(ContainerError) {
        if step.destination == "/proc" {
            step.rules.insert(.insideProc)
            switch step.kind {
            case .proc, .remount:
                break
            case .bind:
                step.rules.insert(.sourceIsProc)
            case .sysfs, .tmpfs, .devpts, .mqueue, .cgroup1, .cgroup2, .cgroup2Bind, .other:
                throw misplaced(step, "it is not of type proc")
            }
        } else if step.destination.bytes.hasPrefix("/proc/") {
            // The child refuses the other places: whether there is such a file at all, only it can see.
            if Self.replaceableInProc.contains(step.destination) || step.kind == .remount {
                step.rules.insert(.insideProc)
            }
        }
    }

    /// The files below /proc that may be replaced, which programs such as lxcfs do.
    private static let replaceableInProc: [Path] = [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime",
        "/proc/loadavg", "/proc/slabinfo", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ]

    private func misplaced(_ step: MountStep, _ reason: String) -> ContainerError {
        ContainerError(
            .invalidConfiguration,
            reason: "error mounting \"" + step.source + "\" to rootfs at \"" + step.destination + "\": \""
                + facts.rootfs.appending(step.destination) + "\" cannot be mounted because " + reason)
    }
}

// MARK: - Binds

extension RootfsPlanner {
    private func planBind(
        _ step: inout MountStep, _ mount: Mount, _ options: MountOptions, _ index: Int
    ) throws(ContainerError) -> MountSourceStep? {
        guard options.data.isEmpty else {
            throw ContainerError(
                .invalidConfiguration,
                reason: "invalid mount: bind mounts cannot have any filesystem-specific options applied: "
                    + options.data)
        }
        guard !step.source.isEmpty else {
            throw ContainerError(.invalidConfiguration, reason: "a bind mount needs a source")
        }
        if !step.source.isAbsolute { step.source = facts.bundle.appending(step.source) }
        step.flags.insert(.bind)
        let idMap = try idMap(mount, options)
        let isCopiedLink = step.rules.contains(.copySymbolicLink)
        // What earlier mounts put into the root can be a source, too, which only the child sees.
        let inRoot = hasMountNamespace ? path(inRoot: step.source.cleaned) : nil
        if let inRoot {
            step.source = inRoot
            step.rules.insert(.sourceInRoot)
        }
        guard idMap != nil || (preparesTrees && !isCopiedLink && inRoot == nil) else { return nil }
        // Each takes a descriptor of the runtime, of which it has far fewer.
        guard index < 0x8000 else {
            throw ContainerError(.invalidConfiguration, reason: "more mounts than the runtime can prepare")
        }
        let slot = Slot.mountSource(index + 1)
        step.tree = slot
        return MountSourceStep {
            $0.slot = slot
            $0.path = step.source
            $0.destination = step.destination
            $0.recursively = step.flags.contains(.recursive)
            $0.noFollow = step.rules.contains(.sourceNoFollow)
            $0.propagation = treePropagation
            $0.idMap = idMap
            $0.isTakenByChild = inRoot != nil
        }
    }

    private func idMap(_ mount: Mount, _ options: MountOptions) throws(ContainerError) -> MountIDMap? {
        let hasMappings = !mount.uidMappings.isEmpty || !mount.gidMappings.isEmpty
        guard hasMappings || options.idMap != nil else { return nil }
        if facts.isRootless {
            throw ContainerError(
                .invalidConfiguration, exactly: "id-mapped mounts are not supported for rootless containers")
        }
        let recursively = options.idMap?.recursively ?? false
        func map(_ uids: [IDMapping], _ gids: [IDMapping]) -> MountIDMap {
            MountIDMap {
                $0.uids = uids
                $0.gids = gids
                $0.recursively = recursively
            }
        }
        if hasMappings {
            guard !mount.uidMappings.isEmpty, !mount.gidMappings.isEmpty else {
                throw ContainerError(
                    .invalidConfiguration, exactly: "id-mapped mounts must have both uid and gid mappings specified")
            }
            return map(mount.uidMappings, mount.gidMappings)
        }
        if let ranges = options.idMap, !ranges.uids.isEmpty {
            return map(
                try absolute(ranges.uids, spec.linux?.uidMappings ?? []),
                try absolute(ranges.gids, spec.linux?.gidMappings ?? []))
        }
        guard let user = spec.linux?.namespaces.first(where: { $0.type == .user }) else {
            throw ContainerError(
                .invalidConfiguration,
                reason: "the option idmap needs mappings, or a user namespace of the container to take them from")
        }
        if let path = user.path, !path.isEmpty {
            return MountIDMap {
                $0.namespace = path
                $0.recursively = recursively
            }
        }
        return map(spec.linux?.uidMappings ?? [], spec.linux?.gidMappings ?? [])
    }

    /// Replaces the host's ids that were given as ids of the container.
    private func absolute(
        _ ranges: [MountOptions.Range], _ container: [IDMapping]
    ) throws(ContainerError) -> [IDMapping] {
        var mappings: [IDMapping] = []
        for range in ranges {
            var mapping = range.mapping
            if range.isRelative {
                let inside = UInt64(mapping.hostID)
                let found = container.first {
                    inside >= UInt64($0.containerID)
                        && inside + UInt64(mapping.size) <= UInt64($0.containerID) + UInt64($0.size)
                }
                guard let found,
                    let host = UInt32(exactly: UInt64(found.hostID) + inside - UInt64(found.containerID))
                else {
                    throw ContainerError(
                        .invalidConfiguration,
                        reason: "a relative range of the option idmap is not in one mapping of the container")
                }
                mapping.hostID = host
            }
            mappings.append(mapping)
        }
        return mappings
    }
}

// MARK: - Cgroups

extension RootfsPlanner {
    private func planCgroup(_ step: inout MountStep) throws(ContainerError) {
        let legacy = facts.cgroups.filter { !$0.controllers.isEmpty }
        guard legacy.isEmpty else {
            step.kind = .cgroup1
            step.hierarchies = legacy.map(hierarchy)
            return
        }
        guard let unified = facts.cgroups.first else {
            if facts.isRootless {
                // Nothing there is ours to show; the place is hidden instead.
                step.kind = .tmpfs
                step.type = "tmpfs"
                step.flags.insert(.readOnly)
                step.data = "nr_blocks=1,nr_inodes=1"
                return
            }
            throw ContainerError(
                .notSupported,
                reason: "a mount of type cgroup is asked for, but the host has mounted no cgroup hierarchy")
        }
        let own = CgroupHierarchy {
            $0.source = unified.mountPoint.appending(unified.path)
            $0.ownSource = unified.ownDirectory
            $0.isUnified = true
        }
        if hasCgroupNamespace {
            step.kind = .cgroup2
            step.hierarchies = [own]
        } else {
            step.kind = .cgroup2Bind
            step.source = unified.mountPoint
        }
    }

    private func hierarchy(_ place: MountFacts.CgroupPlace) -> CgroupHierarchy {
        let name = place.mountPoint.lastComponent.map { Path($0) } ?? Path()
        let controllers = ByteString(joining: place.controllers, separatedBy: ",")
        let isNamed = controllers.hasPrefix("name=")
        return CgroupHierarchy {
            $0.name = name
            $0.source = hasCgroupNamespace ? "" : place.mountPoint.appending(place.path)
            $0.ownSource = place.ownDirectory
            $0.data = isNamed ? "none,\(controllers)" : controllers
            $0.links = isNamed ? [] : place.controllers.map { Path($0) }.filter { $0 != name }
        }
    }
}
