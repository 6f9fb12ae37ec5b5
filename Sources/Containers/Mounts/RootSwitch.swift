import Linux

extension RootfsSetup {
    /// Makes the root file system a private mount of its own.
    package func perform(_ step: RootStep) throws(ContainerError) {
        // Without a mount namespace the host's mounts are the container's: none of them is changed, but the container's
        // own lie on the one made here, and go away with it.
        if step.hasMountNamespace {
            try attempt("change the propagation of", "/") { () throws(Errno) in
                try Linux.mount(nil, on: "/", step.propagation)
            }
            if step.propagation.contains(.shared) { try makeParentPrivate(of: step.path) }
        }
        if let slot = step.tree {
            guard let tree = descriptors.take(slot) else {
                throw ContainerError(operation: "mount", subject: step.path, reason: "the prepared tree is missing")
            }
            return try attachRoot(tree, at: step.path)
        }
        let folder = try attempt("open", step.path) { () throws(Errno) in
            try FileDescriptor.open(step.path, [.path, .directory])
        }
        let mounted = try attempt("bind the root file system", step.path) { () throws(Errno) in
            do throws(Errno) {
                let tree = try FileDescriptor.cloneTree(at: folder.raw, recursively: true)
                let propagation: MountFlags = step.followsHost ? .slave : .privatePropagation
                try setMountAttributes(tree.raw, MountAttributeChange(propagation: propagation))
                try tree.attach(on: folder.raw)
                return tree
            } catch {
                guard error == .noSuchSystemCall || error == .notPermitted else { throw error }
                return try bindRootByPath(folder.raw, step.path)
            }
        }
        try setRoot(mounted)
    }

    // Kernels before 5.12, and filters that know mount(2) only.
    private func bindRootByPath(_ folder: Int32, _ path: Path) throws(Errno) -> FileDescriptor {
        try bind(folder, on: folder, recursively: true)
        let mounted = try FileDescriptor.open(path, [.path, .directory])
        try mount(nil, on: mounted.raw, .privatePropagation)
        return mounted
    }

    private func attachRoot(_ tree: consuming FileDescriptor, at path: Path) throws(ContainerError) {
        try attempt("bind the root file system", path) { () throws(Errno) in
            do throws(Errno) {
                let folder = try FileDescriptor.open(path, [.path, .directory])
                try tree.attach(on: folder.raw)
            } catch .permissionDenied {
                // The container's user cannot reach the path; pivot_root(2) is content with any place.
                let folder = try FileDescriptor.open("/", [.path, .directory])
                try tree.attach(on: folder.raw)
            }
        }
        try setRoot(tree)
    }

    /// pivot_root(2) refuses a root on a shared mount, and a mount made on one would show on the host.
    private func makeParentPrivate(of path: Path) throws(ContainerError) {
        var path = path
        while true {
            do throws(Errno) {
                return try Linux.mount(nil, on: path, .privatePropagation)
            } catch {
                // EINVAL: no mount is here; it is further up.
                guard error == .invalidArgument, path != "/" else {
                    throw ContainerError(operation: "make private", subject: path, errno: error)
                }
            }
            path = path.parent
        }
    }

    /// Makes the root file system the root; the working directory is the new root afterwards.
    package func perform(_ step: RootSwitchStep) throws(ContainerError) {
        switch step.way {
        case .pivot:
            try pivot(oldRootIsShared: step.oldRootIsShared)
        case .move:
            try hideHostFileSystems()
            try attempt("move the root file system to", "/") { () throws(Errno) in
                try changeDirectory(root)
                try Linux.mount(".", on: "/", .move)
            }
            try changeRootToCurrent()
        case .changeRoot:
            try attempt("chdir") { () throws(Errno) in try changeDirectory(root) }
            try changeRootToCurrent()
        }
    }

    private func pivot(oldRootIsShared: Bool) throws(ContainerError) {
        var oldRoot: FileDescriptor?
        if oldRootIsShared {
            oldRoot = try attempt("open", "/") { () throws(Errno) in try FileDescriptor.open("/", [.path, .directory]) }
        }
        try attempt("chdir", "the root file system") { () throws(Errno) in try changeDirectory(root) }
        do throws(Errno) {
            // The old root comes to lie on top of the new one, so that no folder is needed for it.
            try pivotRoot(".", putOldOn: ".")
        } catch {
            throw ContainerError(
                operation: "pivot_root", subject: ".", errno: error,
                remedy: error == .invalidArgument
                    ? "a host whose root is a ramfs needs --no-pivot, and the root file system no shared mount above it"
                    : "")
        }
        if let raw = oldRoot.raw {
            // Otherwise the host would lose its mounts as well.
            try attempt("change the propagation of", "the former root") { () throws(Errno) in
                try changeDirectory(raw)
                try Linux.mount(nil, on: ".", [.slave, .recursive])
            }
        }
        try attempt("umount", "the former root") { () throws(Errno) in
            try detachMount(".")
            try changeDirectory(root)
        }
    }

    private func changeRootToCurrent() throws(ContainerError) {
        try attempt("chroot") { () throws(Errno) in
            try changeRoot(".")
            try changeDirectory(root)
        }
    }

    /// Takes away the host's procfs and sysfs, which chroot(2) leaves in the mount namespace.
    ///
    /// The kernel lets a container mount a procfs anew if a whole one is in its mount namespace already, which would
    /// undo masks.
    private func hideHostFileSystems() throws(ContainerError) {
        let table = try attempt("read", "/proc/self/mountinfo") { () throws(Errno) in
            let file = try FileDescriptor.open("self/mountinfo", at: procfs.raw)
            return try readAll(file.raw, limit: 64 << 20, expected: 32768)
        }
        let rootPath = try attempt("readlink", "the root file system") { () throws(Errno) in
            try readLink("self/fd/\(root)", at: procfs.raw)
        }
        let outside = MountTable.entries(table).filter {
            !$0.point.isAtOrBelow(rootPath)
        }
        // Nothing that happens to them may happen to the host's, not even if it shares them.
        for mount in outside {
            do throws(Errno) {
                try Linux.mount(nil, on: mount.point, .slave)
            } catch {
                // Covered by another mount: out of reach for what follows as well.
                guard error == .noSuchFileOrDirectory || error == .invalidArgument else {
                    throw ContainerError(operation: "make a slave of", subject: mount.point, errno: error)
                }
            }
        }
        for mount in outside.reversed() where mount.type == "proc" || mount.type == "sysfs" {
            do throws(Errno) {
                try detachMount(mount.point)
            } catch {
                if error == .noSuchFileOrDirectory { continue }
                guard error == .invalidArgument || error == .notPermitted else {
                    throw ContainerError(operation: "umount", subject: mount.point, errno: error)
                }
                // Locked by a user namespace, or hidden below another mount: cover it.
                try attempt("hide", mount.point) { () throws(Errno) in
                    do throws(Errno) {
                        try Linux.mount("tmpfs", on: mount.point, type: "tmpfs", .readOnly)
                    } catch .noSuchFileOrDirectory {
                        // What lies below a covered place is out of reach already.
                    }
                }
            }
        }
    }

    /// Sets the propagation of the container's root.
    package func perform(_ step: RootfsPropagationStep) throws(ContainerError) {
        try attempt("change the propagation of", "the root file system") { () throws(Errno) in
            try setPropagation(step.propagation, of: root)
        }
    }

    /// Makes the container's root read-only, but not what is mounted below it.
    package func perform(_ step: ReadonlyRootStep) throws(ContainerError) {
        try attempt("make read-only", "the root file system") { () throws(Errno) in try makeReadOnly(root) }
    }

    /// Makes the mounts read-only that stayed writable for the set-up.
    package func perform(_ step: ReadonlyMountsStep) throws(ContainerError) {
        while let place = writableForNow.popLast() {
            try attempt("make read-only", place.destination) { () throws(Errno) in
                try makeReadOnly(place.mount.raw)
            }
        }
    }
}
