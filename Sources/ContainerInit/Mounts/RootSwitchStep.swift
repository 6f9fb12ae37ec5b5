import ByteStrings
import LinuxKernel

/// Makes the root file system the root of the container.
package struct RootSwitchStep: Equatable, RootfsStep {
    package static let name: StaticString = "switch-root"

    /// How it is done.
    package var way = Way.pivot
    /// True when mounts of the old root may be shared with the host, so that taking them away must not spread.
    package var oldRootIsShared = false

    /// The ways to change a root.
    package enum Way: UInt8, FieldCode, CaseIterable {
        /// pivot_root(2): the host's mounts go away.
        case pivot
        /// Moving the mount to `/` and chroot(2), for a host whose root is a ramfs.
        case move
        /// chroot(2) alone, without a mount namespace.
        case changeRoot

        package var shown: String {
            switch self {
            case .pivot: "pivot_root"
            case .move: "move and chroot"
            case .changeRoot: "chroot"
            }
        }
    }

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("way", &way)
        try visitor.field("sharedOldRoot", &oldRootIsShared)
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) { try setup.switchRoot(self) }
}

extension RootfsSetup {
    /// Makes the root file system the root; the working directory is the new root afterwards.
    fileprivate func switchRoot(_ step: RootSwitchStep) throws(ContainerError) {
        restoreMask()
        switch step.way {
        case .pivot:
            try pivot(oldRootIsShared: step.oldRootIsShared)
        case .move:
            try hideHostFileSystems()
            try attempt("move the root file system to", "/") { () throws(Errno) in
                try enter(root.file)
                try LinuxKernel.mount(".", on: "/", .move)
            }
            try changeRootToCurrent()
        case .changeRoot:
            try attempt("chdir") { () throws(Errno) in try enter(root.file) }
            try changeRootToCurrent()
        }
    }

    private func pivot(oldRootIsShared: Bool) throws(ContainerError) {
        var oldRoot: SharedDescriptor?
        if oldRootIsShared {
            oldRoot = try attempt("open", "/") { () throws(Errno) in
                SharedDescriptor(try FileDescriptor.open("/", [.path, .directory]))
            }
        }
        try attempt("chdir", "the root file system") { () throws(Errno) in try enter(root.file) }
        do throws(Errno) {
            // The old root comes to lie on top of the new one, so that no directory is needed for it.
            try pivotRoot(".", putOldOn: ".")
        } catch {
            throw ContainerError(
                operation: "pivot_root", subject: ".", errno: error,
                remedy: error == .invalidArgument
                    ? "a host whose root is a ramfs needs --no-pivot, and the root file system no shared mount above it"
                    : "")
        }
        if let oldRoot {
            // Otherwise the host would lose its mounts as well.
            try attempt("change the propagation of", "the former root") { () throws(Errno) in
                try enter(oldRoot.file)
                try LinuxKernel.mount(nil, on: ".", [.slave, .recursive])
            }
        }
        // The working directory is the new root below it.
        try attempt("umount", "the former root") { () throws(Errno) in
            try detachMount(".")
            if oldRoot != nil { try enter(root.file) }
        }
    }

    private func changeRootToCurrent() throws(ContainerError) {
        try attempt("chroot") { () throws(Errno) in
            try changeRoot(".")
            try enter(root.file)
        }
    }

    /// Takes away the host's procfs and sysfs, which chroot(2) leaves in the mount namespace.
    ///
    /// The kernel lets a container mount a procfs anew if a whole one is in its mount namespace already, which would
    /// undo masks.
    private func hideHostFileSystems() throws(ContainerError) {
        let table = try attempt("read", "/proc/self/mountinfo") { () throws(Errno) in
            let file = try FileDescriptor.open("self/mountinfo", at: procfs.file)
            return try file.readAll(limit: 64 << 20, expected: 32768)
        }
        let rootPath = try attempt("readlink", "the root file system") { () throws(Errno) in
            try Procfs.readPath(of: root.file, through: procfs.file)
        }
        let outside = MountTable.entries(table).filter {
            !$0.point.isAtOrBelow(rootPath)
        }
        // Nothing that happens to them may happen to the host's, not even if it shares them.
        for mount in outside {
            do throws(Errno) {
                try LinuxKernel.mount(nil, on: mount.point, .slave)
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
                        try LinuxKernel.mount("tmpfs", on: mount.point, type: "tmpfs", .readOnly)
                    } catch .noSuchFileOrDirectory {
                        // What lies below a covered place is out of reach already.
                    }
                }
            }
        }
    }
}
