import ByteStrings
import LinuxKernel

/// Hides paths of the container: files behind the null device, directories behind an empty read-only file system.
package struct MaskedPathsStep: Equatable, RootfsStep {
    package static let name: StaticString = "masked-paths"

    package var paths: [Path] = []
    /// The SELinux context of the empty file system, or empty.
    package var label = ByteString()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("paths", &paths)
        try visitor.field("label", &label)
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) { try setup.mask(self) }
}

extension RootfsSetup {
    fileprivate func mask(_ step: MaskedPathsStep) throws(ContainerError) {
        guard !step.paths.isEmpty else { return }
        var emptyDirectory: MountedPlace?
        for (index, path) in step.paths.enumerated() {
            guard let place = try findIfPresent(path, index, "mask")?.takeFile() else { continue }
            let failure = { (errno: Errno) in
                ContainerError(operation: "mask", member: "[\(index)]", subject: path, errno: errno)
            }
            // To try the device on a directory is refused, but not before the kernel has waited for a grace period.
            let status: FileStatus
            do throws(Errno) { status = try place.status() } catch { throw failure(error) }
            if status.kind == .directory {
                do throws(Errno) {
                    try maskDirectory(place, status, path, label: step.label, &emptyDirectory)
                } catch {
                    throw failure(error)
                }
                closeLater(place)
                continue
            }
            let device: SharedDescriptor
            do throws(ContainerError) {
                device = try knownNullDevice()
            } catch {
                throw Self.blamed(error, path, index)
            }
            do throws(Errno) { try bind(device.file, on: place) } catch { throw failure(error) }
            closeLater(place)
        }
    }

    /// Covers a directory with the one that others are covered with, or with the first such.
    private func maskDirectory(
        _ place: borrowing FileDescriptor, _ status: FileStatus, _ path: Path, label: ByteString,
        _ shared: inout MountedPlace?
    ) throws(Errno) {
        if let known = shared {
            do throws(Errno) {
                return try bind(known.mount, on: place)
            } catch {
                // One that cannot be bound serves its own place alone.
            }
        }
        shared = try mountEmptyDirectory(on: place, status, path, label: label)
    }

    /// What keeps a path from being masked is not always the path.
    private static func blamed(_ error: ContainerError, _ path: Path, _ index: Int) -> ContainerError {
        var failure = error
        failure.operation = "mask " + path + ": " + error.operation
        failure.member = "[\(index)]"
        return failure
    }

    /// Covers a directory with an empty file system; the result serves for other directories, too.
    private func mountEmptyDirectory(
        on place: borrowing FileDescriptor, _ status: FileStatus, _ path: Path, label: ByteString
    ) throws(Errno) -> MountedPlace? {
        let data: ByteString =
            label.isEmpty ? "nr_blocks=1,nr_inodes=1" : "nr_blocks=1,nr_inodes=1,context=\"\(label)\""
        try mount("tmpfs", on: place, type: "tmpfs", .readOnly, data: data)
        let covered = try RootedPath(path).open(in: root.file, directory: true)
        // It is shared only if it is what was just mounted: another file system than before.
        guard try covered.status().device != status.device else { return nil }
        return MountedPlace(destination: path, mount: covered)
    }

    /// The null device: a node that was made or checked, never just what is called `/dev/null`.
    private func knownNullDevice() throws(ContainerError) -> SharedDescriptor {
        if let nullDevice { return nullDevice }
        let node: FileDescriptor
        do throws(Errno) {
            node = try openNullDevice()
        } catch {
            let isOther = error == .noSuchDevice
            throw ContainerError(
                operation: "open", subject: "/dev/null in the root file system", errno: error,
                reason: isOther ? "it is not the null device 1:3" : "",
                remedy: isOther
                    ? ""
                    : "masked files are covered by the container's null device: mount a tmpfs on /dev, which gets one")
        }
        let shared = SharedDescriptor(node)
        nullDevice = shared
        return shared
    }

    private func openNullDevice() throws(Errno) -> FileDescriptor {
        let node = try RootedPath("/dev/null").open(in: root.file)
        guard try node.status().isNullDevice else { throw .noSuchDevice }
        return node
    }
}
