import ByteStrings
import LinuxKernel

extension RootfsSetup {
    /// Makes a file or directory of the host, or a prepared tree, appear in the container.
    package func bind(_ step: MountStep) throws(ContainerError) {
        if try bindAtOnce(step) { return }
        if let slot = step.tree, !step.rules.contains(.sourceInRoot) {
            let tree = try takeTree(slot)
            let status = try explained("stat " + step.source) { () throws(Errno) in try tree.status() }
            try check(step, tree)
            let target = try target(of: step, directory: status.kind == .directory)
            try attach(tree, step, on: target.file)
            return closeLater(target.takeFile())
        }
        let source = try openSource(of: step)
        let status = try explained("stat " + step.source) { () throws(Errno) in try source.status() }
        if status.kind == .symbolicLink, step.rules.contains(.copySymbolicLink) {
            return try copySymbolicLink(source, step)
        }
        try check(step, source)
        let target = try target(of: step, directory: status.kind == .directory)
        let recursively = step.flags.contains(.recursive)
        if made == nil, step.attributeChange == nil, !step.needsFinishing, step.tree == nil {
            do throws(Errno) {
                try bind(source, on: target.file, recursively: recursively)
            } catch {
                let kind = try explained("stat") { () throws(Errno) in try target.file.status().kind }
                throw refused("mount", error, status.kind, kind)
            }
            return closeLater(target.takeFile())
        }
        let tree: FileDescriptor
        do throws(Errno) {
            tree = try FileDescriptor.cloneTree(at: source, recursively: recursively)
        } catch {
            guard error == .noSuchSystemCall || error == .notPermitted else {
                throw ContainerError(errno: error, reason: "open_tree " + step.source)
            }
            guard step.tree == nil, made == nil else {
                throw ContainerError(errno: error, reason: "open_tree " + step.source)
            }
            return try bindByPath(source, step, on: target.file, status)
        }
        if let slot = step.tree {
            guard let mapIDs else { throw ContainerError(reason: "nobody maps the ids of the mount") }
            try mapIDs(tree, slot)
        }
        try attach(tree, step, on: target.file)
        closeLater(target.takeFile())
        closeLater(tree)
    }

    /// Makes a bind that is nothing but a bind, on a place that is there, with a call that looks its source up itself. False
    /// where there is more to do, or something is in the way, which the longer way finds out.
    private func bindAtOnce(_ step: MountStep) throws(ContainerError) -> Bool {
        guard made == nil, step.tree == nil, step.attributeChange == nil, !step.needsFinishing,
            step.rules.isDisjoint(with: .ofSource),
            let target = try existingTarget(of: step)
        else { return false }
        do throws(Errno) {
            try mount(step.source, on: target.file, step.flags.intersection(.recursive).union(.bind))
        } catch {
            return false
        }
        closeLater(target.takeFile())
        return true
    }

    private func takeTree(_ slot: Slot) throws(ContainerError) -> FileDescriptor {
        if let tree = slots.take(slot) { return tree }
        guard let requestTree, let tree = try requestTree(slot) else {
            throw ContainerError(reason: "the prepared tree is missing")
        }
        return tree
    }

    private func openSource(of step: MountStep) throws(ContainerError) -> FileDescriptor {
        var flags: OpenFlags = .path
        if step.rules.contains(.sourceNoFollow) || step.rules.contains(.copySymbolicLink) { flags.insert(.noFollow) }
        do throws(Errno) {
            if step.rules.contains(.sourceInRoot) {
                return try RootedPath(step.source).open(in: root.file, flags.contains(.noFollow) ? .keepLast : .follow)
            }
            return try FileDescriptor.open(step.source, flags)
        } catch {
            let place = step.rules.contains(.sourceInRoot) ? " in the root file system" : ""
            throw ContainerError(
                member: ".source", errno: error, reason: "failed to fulfil mount request: open " + step.source + place)
        }
    }

    private func check(_ step: MountStep, _ source: borrowing FileDescriptor) throws(ContainerError) {
        guard step.rules.contains(.sourceIsProc) else { return }
        let isProc = try explained("statfs " + step.source) { () throws(Errno) in
            try source.fileSystemKind() == .proc
        }
        if !isProc {
            throw ContainerError(
                member: ".source",
                reason: "\"" + step.destination + "\" cannot be mounted because it is not of type proc")
        }
    }

    private func attach(
        _ tree: borrowing FileDescriptor, _ step: MountStep, on target: borrowing FileDescriptor
    ) throws(ContainerError) {
        if let change = step.attributeChange { try apply(change, of: step, to: tree) }
        do throws(Errno) {
            let place = try placeToRemember(step, tree)
            try tree.attach(on: target)
            if let place { made?.append(place) }
        } catch {
            let kinds = try explained("stat") { () throws(Errno) in
                (try tree.status().kind, try target.status().kind)
            }
            throw refused("move_mount", error, kinds.0, kinds.1)
        }
        try finish(step, tree)
    }

    /// The failure to put a source on a destination that both exist.
    private func refused(
        _ operation: String, _ errno: Errno, _ source: FileKind, _ target: FileKind
    ) -> ContainerError {
        let remedy: String
        switch errno {
        case .notDirectory where target == .directory: remedy = "the source is a file, and the destination a directory"
        case .notDirectory: remedy = "the source is a directory, and the destination a file"
        case .invalidArgument:
            remedy =
                "the source must not be unbindable, nor have mounts below it that this user namespace may not reveal"
        default: remedy = ""
        }
        return ContainerError(errno: errno, reason: operation, remedy: remedy)
    }

    private func apply(
        _ change: MountAttributeChange, of step: MountStep, to tree: borrowing FileDescriptor
    ) throws(ContainerError) {
        // A tree that the parent took with the host's privileges has no locks yet.
        let isBound = step.rules.contains(.userNamespace)
        do throws(Errno) {
            if !isBound { return try tree.setMountAttributes(change) }
        } catch .notPermitted {
            // Flags that the source has from outside of the user namespace cannot be cleared.
        } catch {
            throw ContainerError(errno: error, reason: "failed to set user-requested vfs flags on bind-mount")
        }
        let locked = try explained("statfs") { () throws(Errno) in try tree.mountFlags() }
        try checkLocked(locked, step)
        try explained("failed to set user-requested vfs flags on bind-mount") { () throws(Errno) in
            let wanted = MountAttributes(step.flags.subtracting(.accessTime))
            try tree.setMountAttributes(
                MountAttributeChange(set: wanted, clear: change.clear.intersection(.noSymbolicLinks)))
        }
    }

    private func checkLocked(_ locked: MountFlags, _ step: MountStep) throws(ContainerError) {
        let names = MountFlags.lockableNames.filter { step.cleared.contains($0.flag) && locked.contains($0.flag) }
        if !names.isEmpty {
            throw ContainerError(
                errno: .notPermitted,
                reason: "failed to set user-requested vfs flags on bind-mount: cannot clear locked flags "
                    + names.map(\.name).joined(separator: "|"))
        }
        let wanted = step.flags.intersection(.accessTime)
        if !wanted.isEmpty, wanted.requestedAccessTime != locked.presentAccessTime {
            throw ContainerError(
                errno: .notPermitted,
                reason: "failed to set user-requested vfs flags on bind-mount: cannot change locked atime flags")
        }
    }

    // Kernels before 5.12, and filters that know mount(2) only. The place is opened a second time; that it shows the
    // source proves that it is the new mount.
    private func bindByPath(
        _ source: borrowing FileDescriptor, _ step: MountStep, on target: borrowing FileDescriptor, _ status: FileStatus
    ) throws(ContainerError) {
        do throws(Errno) {
            try bind(source, on: target, recursively: step.flags.contains(.recursive))
        } catch {
            let kind = try explained("stat") { () throws(Errno) in try target.status().kind }
            throw refused("mount", error, status.kind, kind)
        }
        let mounted = try explained("open " + step.destination + " in the root file system") { () throws(Errno) in
            let mounted = try RootedPath(step.destination).open(
                in: root.file, step.rules.contains(.destinationNoFollow) ? .keepLast : .follow)
            let found = try mounted.status()
            guard found.inode == status.inode, found.device == status.device else { throw .staleFile }
            return mounted
        }
        if step.attributeChange != nil {
            let flags = step.flags.intersection(.perMount).union([.remount, .bind])
            do throws(Errno) {
                try mount(nil, on: mounted, flags)
            } catch .notPermitted {
                let locked = try explained("statfs") { () throws(Errno) in try mounted.mountFlags() }
                try checkLocked(locked, step)
                try explained("failed to set user-requested vfs flags on bind-mount") { () throws(Errno) in
                    try mount(nil, on: mounted, flags.union(locked.intersection(.perMount)))
                }
            } catch {
                throw ContainerError(errno: error, reason: "failed to set user-requested vfs flags on bind-mount")
            }
        }
        try finish(step, mounted)
    }

    private func copySymbolicLink(_ source: borrowing FileDescriptor, _ step: MountStep) throws(ContainerError) {
        let target = try explained("readlink " + step.source) { () throws(Errno) in try readLink("", at: source) }
        guard let (parentPath, last) = step.destination.parentAndName else {
            throw ContainerError(errno: .invalidArgument, reason: "symlink " + step.destination)
        }
        let name = Path(last)
        try explained("symlink " + step.destination) { () throws(Errno) in
            let parent = try RootedPath(parentPath).openOrMakeDirectory(in: root.file).takeFile()
            do throws(Errno) {
                try makeSymbolicLink(name, at: parent, to: target)
            } catch .fileExists {
                let present = try? readLink(name, at: parent)  // Any other file in the way is EEXIST below.
                if present != target { throw .fileExists }
            }
        }
    }
}

extension MountStep {
    /// What the flags of a bind change on the copy of the source; nil when the options name none.
    ///
    /// As with a remount: a flag that is not asked for goes away, except the access time mode, which stays unless
    /// another is set.
    package var attributeChange: MountAttributeChange? {
        let wanted = flags.intersection(.perMount)
        let named = wanted.union(cleared.intersection(.perMount))
        guard !named.isEmpty else { return nil }
        let set = MountAttributes(wanted)
        var clear: MountAttributes = [.readOnly, .noSetuid, .noDevices, .noExec, .noSymbolicLinks]
        if !wanted.isDisjoint(with: .accessTime) { clear.formUnion([.accessTimeField, .noDirectoryAccessTime]) }
        // The access time mode is a field: it is cleared as a whole, whatever is set in it.
        return MountAttributeChange(set: set, clear: clear.subtracting(set).union(clear.intersection(.accessTimeField)))
    }
}

extension MountFlags {
    /// What the kernel makes of the access time flags of a remount: one mode, and perhaps none for directories.
    fileprivate var requestedAccessTime: MountFlags {
        let directories = intersection(.noDirectoryAccessTime)
        if contains(.noAccessTime) { return directories.union(.noAccessTime) }
        return contains(.strictAccessTime)
            ? directories.union(.strictAccessTime) : directories.union(.relativeAccessTime)
    }

    /// The same of a mount's flags, among which the strict mode has none of its own.
    fileprivate var presentAccessTime: MountFlags {
        let directories = intersection(.noDirectoryAccessTime)
        if contains(.noAccessTime) { return directories.union(.noAccessTime) }
        return contains(.relativeAccessTime)
            ? directories.union(.relativeAccessTime) : directories.union(.strictAccessTime)
    }

    /// The flags that a user namespace cannot clear, with the names that messages use.
    package static let lockableNames: [(flag: MountFlags, name: String)] = [
        (.readOnly, "ms_ro"), (.noSetuid, "ms_nosuid"), (.noDevices, "ms_nodev"), (.noExec, "ms_noexec"),
    ]
}
