import ByteStrings
import LinuxKernel

/// Makes the root file system a mount of its own that nothing of the host propagates into.
package struct RootStep: Equatable, RootfsStep {
    package static let name: StaticString = "prepare-root"

    /// The root file system, as an absolute path of the host.
    package var path = Path()
    /// How all mounts of the container's namespace propagate before the container's own are made.
    package var propagation = MountFlags.slave.union(.recursive)
    /// False when the container shares the runtime's mount namespace: then no mount outside the root is changed.
    package var hasMountNamespace = true
    /// Whether the root goes on receiving mounts of the host, as an explicit `slave` asks for.
    package var followsHost = false
    /// Whether the runtime's own procfs goes below the root file system, where nothing leads: with the former root it is then
    /// taken away, while to close a mount that never was anywhere takes a grace period of its own.
    package var coversProcfs = false
    /// Where the parent put the prepared tree, for a root that the container's user cannot reach.
    package var tree: Slot?

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
        try visitor.field("propagation", &propagation)
        try visitor.field("ownMountNamespace", &hasMountNamespace)
        try visitor.field("followsHost", &followsHost)
        try visitor.field("coversProcfs", &coversProcfs, .hidden)
        try visitor.field("tree", &tree, .hidden)
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) { try setup.prepareRoot(self) }
}

extension RootfsSetup {
    /// Makes the root file system a private mount of its own.
    fileprivate func prepareRoot(_ step: RootStep) throws(ContainerError) {
        // Without a mount namespace the host's mounts are the container's: none of them is changed, but the container's
        // own lie on the one made here, and go away with it.
        if step.hasMountNamespace {
            try attempt("change the propagation of", "/") { () throws(Errno) in
                try LinuxKernel.mount(nil, on: "/", step.propagation)
            }
            if step.propagation.contains(.shared) { try makeParentPrivate(of: step.path) }
        }
        if let slot = step.tree {
            guard let tree = slots.take(slot) else {
                throw ContainerError(operation: "mount", subject: step.path, reason: "the prepared tree is missing")
            }
            return try attachRoot(tree, at: step.path)
        }
        let directory = try attempt("open", step.path) { () throws(Errno) in
            try FileDescriptor.open(step.path, [.path, .directory])
        }
        let mounted = try attempt("bind the root file system", step.path) { () throws(Errno) in
            do throws(Errno) {
                let tree = try FileDescriptor.cloneTree(at: directory, recursively: true)
                let propagation: MountFlags = step.followsHost ? .slave : .privatePropagation
                try tree.setMountAttributes(MountAttributeChange(propagation: propagation))
                if step.coversProcfs { putProcfs(on: directory) }
                try tree.attach(on: directory)
                return tree
            } catch {
                guard error == .noSuchSystemCall || error == .notPermitted else { throw error }
                return try bindRootByPath(directory, step.path)
            }
        }
        setRoot(mounted)
    }

    /// Puts the procfs where the root file system is about to lie.
    private func putProcfs(on directory: borrowing FileDescriptor) {
        do throws(Errno) {
            try procfs.file.attach(on: directory)
        } catch {
            // It serves as well where it is; and that of the host is mounted already.
        }
    }

    // Kernels before 5.12, and filters that know mount(2) only.
    private func bindRootByPath(_ directory: borrowing FileDescriptor, _ path: Path) throws(Errno) -> FileDescriptor {
        try bind(directory, on: directory, recursively: true)
        let mounted = try FileDescriptor.open(path, [.path, .directory])
        try mount(nil, on: mounted, .privatePropagation)
        return mounted
    }

    private func attachRoot(_ tree: consuming FileDescriptor, at path: Path) throws(ContainerError) {
        try attempt("bind the root file system", path) { () throws(Errno) in
            do throws(Errno) {
                let directory = try FileDescriptor.open(path, [.path, .directory])
                try tree.attach(on: directory)
            } catch .permissionDenied {
                // The container's user cannot reach the path; pivot_root(2) is content with any place.
                let directory = try FileDescriptor.open("/", [.path, .directory])
                try tree.attach(on: directory)
            }
        }
        setRoot(tree)
    }

    /// pivot_root(2) refuses a root on a shared mount, and a mount made on one would show on the host.
    private func makeParentPrivate(of path: Path) throws(ContainerError) {
        var path = path
        while true {
            do throws(Errno) {
                return try LinuxKernel.mount(nil, on: path, .privatePropagation)
            } catch {
                // EINVAL: no mount is here; it is further up.
                guard error == .invalidArgument, path != "/" else {
                    throw ContainerError(operation: "make private", subject: path, errno: error)
                }
            }
            path = path.parent
        }
    }
}
