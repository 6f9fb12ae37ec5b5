import ByteStrings
import LinuxKernel

/// Makes paths of the container read-only; one that does not exist is skipped.
package struct ReadonlyPathsStep: Equatable, RootfsStep {
    package static let name: StaticString = "readonly-paths"

    package var paths: [Path] = []
    /// Whether no mount lies below any of them.
    package var areBare = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("paths", &paths)
        try visitor.field("bare", &areBare, .hidden)
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) { try setup.makeReadOnly(self) }
}

extension RootfsSetup {
    /// Makes paths read-only by covering each with a read-only copy of itself.
    fileprivate func makeReadOnly(_ step: ReadonlyPathsStep) throws(ContainerError) {
        for (index, path) in step.paths.enumerated() {
            guard let found = try findIfPresent(path, index, "make read-only") else { continue }
            let isPlain = found.isPlain
            let place = found.takeFile()
            do throws(Errno) {
                // What covers the root is seen by nobody whose root it is.
                if !isPlain, try isRootPlace(place) {
                    try makeReadOnly(root.file)
                    continue
                }
                let tree = try readOnlyCopy(of: place, isBare: step.areBare)
                try tree.attach(on: place)
                closeLater(place)
                closeLater(tree)
            } catch {
                guard error == .noSuchSystemCall || error == .notPermitted else {
                    throw ContainerError(
                        operation: "make read-only", member: "[\(index)]", subject: path, errno: error)
                }
                do throws(ContainerError) {
                    try coverReadOnly(place, path)
                } catch {
                    throw error.at("[\(index)]")
                }
            }
        }
    }

    /// A copy of a place that is read-only, while what is mounted below stays what it is.
    private func readOnlyCopy(
        of place: borrowing FileDescriptor, isBare: Bool
    ) throws(Errno) -> FileDescriptor {
        let change = MountAttributeChange(set: .readOnly)
        if isBare { return try FileDescriptor.cloneTree(at: place, change) }
        let tree = try FileDescriptor.cloneTree(at: place, recursively: true)
        try tree.setMountAttributes(change)
        return tree
    }

    /// Whether a path led back to the root itself. A mount of the same directory elsewhere is another place.
    private func isRootPlace(_ place: borrowing FileDescriptor) throws(Errno) -> Bool {
        guard try isRoot(place.status()) else { return false }
        do throws(Errno) {
            return try place.mountID() == root.file.mountID()
        } catch .noSuchSystemCall {
            return true
        }
    }

    // Kernels before 5.12, and filters that know mount(2) only.
    private func coverReadOnly(_ place: borrowing FileDescriptor, _ path: Path) throws(ContainerError) {
        try attempt("make read-only", path) { () throws(Errno) in
            try bind(place, on: place, recursively: true)
            let covered = try RootedPath(path).open(in: root.file)
            let (before, after) = (try place.status(), try covered.status())
            guard before.inode == after.inode, before.device == after.device else { throw .staleFile }
            try makeReadOnly(covered)
        }
    }

    /// Finds a path that is to be restricted; nil where there is none.
    package func findIfPresent(
        _ path: Path, _ index: Int, _ operation: String
    ) throws(ContainerError) -> RootedPath.Place? {
        do throws(Errno) {
            return try RootedPath(path).find(in: root.file)
        } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory { return nil }
            throw ContainerError(operation: operation, member: "[\(index)]", subject: path, errno: error)
        }
    }
}
