import ByteStrings
import LinuxKernel

extension RootfsSetup {
    /// Mounts the unified hierarchy as the container's cgroup namespace shows it.
    package func mountUnifiedCgroup(_ step: MountStep) throws(ContainerError) {
        let target = try target(of: step, directory: true)
        do throws(Errno) {
            try mount(
                step.source, on: target.file, type: "cgroup2", step.flags,
                data: step.data.isEmpty ? nil : step.data)
        } catch {
            guard let fallBack = step.hierarchies.first, error == .notPermitted || error == .busy else {
                throw ContainerError(errno: error, reason: "mount cgroup2")
            }
            do throws(ContainerError) {
                return try bindDirectory(fallBack.source, step, on: target.file)
            } catch {
                guard error.errno == .noSuchFileOrDirectory, !fallBack.ownSource.isEmpty else { throw error }
                return try bindDirectory(fallBack.ownSource, step, on: target.file)
            }
        }
        guard step.needsFinishing else { return }
        let mounted = try explained("open " + step.destination) { () throws(Errno) in
            let mounted = try RootedPath(step.destination).open(in: root.file, directory: true)
            guard try mounted.fileSystemKind() == .cgroup2 else { throw .staleFile }
            return mounted
        }
        try finish(step, mounted)
    }

    /// Shows the host's mount of the unified hierarchy, or a directory of it.
    package func bindUnifiedCgroup(_ step: MountStep, from path: Path) throws(ContainerError) {
        let target = try target(of: step, directory: true)
        try bindDirectory(path, step, on: target.file)
        closeLater(target.takeFile())
    }

    private func bindDirectory(
        _ source: Path, _ step: MountStep, on target: borrowing FileDescriptor
    ) throws(ContainerError) {
        let set = MountAttributes(step.flags)
        let change = MountAttributeChange(
            set: set, clear: set.isDisjoint(with: .accessTimeField) ? [] : .accessTimeField)
        let mounted = try explained("bind the host's " + source) { () throws(Errno) in
            let tree = try FileDescriptor.cloneTree(source, change)
            try tree.attach(on: target)
            return tree
        }
        try finish(step, mounted)
        closeLater(mounted)
    }

    /// Mounts a tmpfs with a directory for each hierarchy of cgroup v1.
    package func mountCgroupHierarchies(_ step: MountStep) throws(ContainerError) {
        let target = try target(of: step, directory: true)
        var flags = step.flags.intersection(.perMount)
        let isReadOnly = flags.contains(.readOnly)
        var directory = step
        directory.source = "tmpfs"
        directory.type = "tmpfs"
        let mounted = try mountHeld(directory, flags.subtracting(.readOnly), "mode=755", target)
        for hierarchy in step.hierarchies {
            // The directory is new and nobody else can reach it: names in it are as good as descriptors.
            try explained("mkdir " + hierarchy.name) { () throws(Errno) in
                try makeDirectory(hierarchy.name, at: mounted, mode: 0o755)
                try enter(mounted)
            }
            if hierarchy.source.isEmpty {
                try explained("mount cgroup " + hierarchy.name) { () throws(Errno) in
                    try LinuxKernel.mount(
                        "cgroup", on: hierarchy.name, type: hierarchy.isUnified ? "cgroup2" : "cgroup", flags,
                        data: hierarchy.isUnified ? nil : hierarchy.data)
                }
            } else {
                try explained("bind cgroup " + hierarchy.source) { () throws(Errno) in
                    do throws(Errno) {
                        try LinuxKernel.mount(hierarchy.source, on: hierarchy.name, .bind)
                    } catch .noSuchFileOrDirectory where !hierarchy.ownSource.isEmpty {
                        try LinuxKernel.mount(hierarchy.ownSource, on: hierarchy.name, .bind)
                    }
                    try remountBind(hierarchy.name, flags)
                }
            }
            for link in hierarchy.links {
                try explained("symlink " + link) { () throws(Errno) in
                    try makeSymbolicLink(link, at: mounted, to: hierarchy.name)
                }
            }
        }
        if isReadOnly {
            flags.insert(.readOnly)
            try explained("make the directory of the cgroups read-only") { () throws(Errno) in
                try makeReadOnly(mounted)
            }
        }
        try finish(step, mounted)
    }

    private func remountBind(_ name: Path, _ flags: MountFlags) throws(Errno) {
        guard !flags.isEmpty else { return }
        do throws(Errno) {
            try LinuxKernel.mount(nil, on: name, flags.union([.remount, .bind]))
        } catch .notPermitted {
            let directory = try FileDescriptor.open(name, [.path, .directory])
            let locked = try directory.mountFlags().intersection(.perMount)
            try LinuxKernel.mount(nil, on: name, flags.union(locked).union([.remount, .bind]))
        }
    }
}
