import Linux

/// The place of a mount: resolved once, inside the root, and checked.
struct MountTarget: ~Copyable {
    /// The file or folder that is mounted on.
    let file: FileDescriptor
    /// False when it was made for the mount.
    let existed: Bool
    /// Its facts before the mount.
    let status: FileStatus
}

extension RootfsSetup {
    /// Finds or makes the place of `step`.
    func target(of step: MountStep, directory: Bool) throws(ContainerError) -> MountTarget {
        if step.coversRoot {
            guard directory else {
                throw ContainerError(errno: .notDirectory, reason: "only a folder can be the root")
            }
            return try explained("stat the root file system") { () throws(Errno) in
                let file = try FileDescriptor(duplicating: root)
                let status = try file.status()
                return MountTarget(file: file, existed: true, status: status)
            }
        }
        let path = RootedPath(step.destination, in: root)
        if !step.rules.contains(.insideProc), step.destination.isBelow("/proc") {
            throw insideProc(step, path)
        }
        let links: RootedPath.Links =
            switch step.kind {
            // A link here would let the image choose where the kernel's own files appear.
            case .proc, .sysfs: .refuse
            default: step.rules.contains(.destinationNoFollow) ? .keepLast : .follow
            }
        let found: (file: Int32, existed: Bool)
        do throws(Errno) {
            found = directory ? try path.openOrMakeDirectory(links) : try path.openOrMakeFile(links)
        } catch {
            if links == .refuse, error == .tooManySymbolicLinks || error == .notDirectory {
                throw ContainerError(
                    member: ".destination",
                    reason: "filesystem \"" + step.type + "\" must be mounted on ordinary directory")
            }
            throw ContainerError(
                member: ".destination", errno: error, reason: "open " + step.destination + " in the root file system",
                remedy: error == .notDirectory && directory ? "a folder can only be mounted on a folder" : "")
        }
        let file = FileDescriptor(owning: found.file)
        let status = try explained("stat " + step.destination) { () throws(Errno) in try file.status() }
        if isRoot(status) {
            throw ContainerError(
                member: ".destination",
                reason: "mountpoint \"" + step.destination + "\" is on the top of the root file system")
        }
        if found.existed, !step.rules.contains(.insideProc) {
            let system = try explained("statfs " + step.destination) { () throws(Errno) in try file.fileSystem() }
            if system == .proc {
                throw insideProc(step)
            }
        }
        return MountTarget(file: file, existed: found.existed, status: status)
    }

    /// The refusal of a place in /proc. For a file that is not there it says so, as runc does, which tries to make it:
    /// engines tell the two apart.
    private func insideProc(_ step: MountStep, _ path: RootedPath? = nil) -> ContainerError {
        var failure = ContainerError(
            member: ".destination",
            reason: "\"" + step.destination + "\" cannot be mounted because it is inside /proc")
        do throws(Errno) {
            _ = try path?.open()
        } catch {
            failure.errno = error
        }
        return failure
    }

    /// Performs one mount of the configuration.
    package func perform(_ step: MountStep) throws(ContainerError) {
        do throws(ContainerError) {
            switch step.kind {
            case .bind: try bind(step)
            case .remount: try remount(step)
            case .cgroup1: try mountCgroupHierarchies(step)
            case .cgroup2: try mountUnifiedCgroup(step)
            case .cgroup2Bind: try bindUnifiedCgroup(step, from: step.source)
            case .proc, .sysfs, .tmpfs, .devpts, .mqueue, .other: try mountFileSystem(step)
            }
        } catch {
            var failure = error
            failure.operation = "error mounting \"" + step.source + "\" to rootfs at \"" + step.destination + "\""
            failure.subject = ""
            throw failure
        }
    }

    /// Changes the flags or the data of a mount that is there.
    private func remount(_ step: MountStep) throws(ContainerError) {
        let place = try explained("open " + step.destination + " in the root file system") { () throws(Errno) in
            try RootedPath(step.destination, in: root).open()
        }
        try explained("remount") { () throws(Errno) in
            try mount(
                step.source, on: place.raw, type: step.type.isEmpty ? nil : step.type, step.flags,
                data: step.data.isEmpty ? nil : step.data)
        }
        try finish(step, place.raw)
    }

    /// Does what is left to do once a mount is in its place: propagation, then the attributes of the whole tree.
    func finish(_ step: MountStep, _ mount: Int32) throws(ContainerError) {
        if step.coversRoot { try adoptRoot(mount) }
        for flags in step.propagation {
            try explained("change the propagation") { () throws(Errno) in try setPropagation(flags, of: mount) }
        }
        guard !step.recursivelySet.isEmpty || !step.recursivelyCleared.isEmpty else { return }
        do throws(Errno) {
            try setMountAttributes(
                mount, MountAttributeChange(set: step.recursivelySet, clear: step.recursivelyCleared),
                recursively: true)
        } catch {
            throw ContainerError(
                errno: error, reason: "mount_setattr",
                remedy: error == .noSuchSystemCall ? "recursive mount options need Linux 5.12" : "")
        }
    }
}

extension MountStep {
    /// True when something is left to do that needs the finished mount.
    var needsFinishing: Bool {
        !propagation.isEmpty || !recursivelySet.isEmpty || !recursivelyCleared.isEmpty || coversRoot
    }

    /// True for a mount that becomes the container's root.
    var coversRoot: Bool { destination == "/" }
}
