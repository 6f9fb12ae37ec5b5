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
        var emptyDirectory: FileDescriptor?
        for (index, path) in step.paths.enumerated() {
            guard let found = try findIfPresent(path, index, "mask") else { continue }
            let isPlain = found.isPlain
            let place = found.takeFile()
            let failure = { (errno: Errno) in
                ContainerError(operation: "mask", member: "[\(index)]", subject: path, errno: errno)
            }
            // To try the device on a directory is refused, but not before the kernel has waited for a grace period.
            let status: FileStatus
            do throws(Errno) { status = try place.status() } catch { throw failure(error) }
            if status.kind == .directory {
                do throws(Errno) {
                    if try !cover(place, with: emptyDirectory) {
                        emptyDirectory = try mountEmptyDirectory(
                            on: place, isPlain ? nil : status, path, label: step.label)
                    }
                } catch {
                    throw failure(error)
                }
                closeLater(place)
                continue
            }
            let device: NullDevice
            do throws(ContainerError) {
                device = try knownNullDevice()
            } catch {
                throw Self.blamed(error, path, index)
            }
            do throws(Errno) { try mount(device.place, on: place, .bind) } catch { throw failure(error) }
            closeLater(place)
        }
        if let emptyDirectory { closeLater(emptyDirectory) }
    }

    /// Covers a directory with the one that others are covered with; false where that is none, or serves its own place alone,
    /// since it cannot be bound.
    private func cover(
        _ place: borrowing FileDescriptor, with shared: borrowing FileDescriptor?
    ) throws(Errno) -> Bool {
        switch shared {
        case .some(let known):
            do throws(Errno) {
                try bind(known, on: place)
                return true
            } catch {
                return false
            }
        case .none: return false
        }
    }

    /// What keeps a path from being masked is not always the path.
    private static func blamed(_ error: ContainerError, _ path: Path, _ index: Int) -> ContainerError {
        var failure = error
        failure.operation = "mask " + path + ": " + error.operation
        failure.member = "[\(index)]"
        return failure
    }

    /// Covers a directory with an empty file system; the result serves for other directories, too.
    ///
    /// - Parameter status: what it was, where its path may lead elsewhere by now; nil where no link is on the way.
    private func mountEmptyDirectory(
        on place: borrowing FileDescriptor, _ status: FileStatus?, _ path: Path, label: ByteString
    ) throws(Errno) -> FileDescriptor? {
        let data: ByteString =
            label.isEmpty ? "nr_blocks=1,nr_inodes=1" : "nr_blocks=1,nr_inodes=1,context=\"\(label)\""
        try mount("tmpfs", on: place, type: "tmpfs", .readOnly, data: data)
        guard let status else { return try RootedPath(path).open(in: root.file, .refuse, directory: true) }
        let covered = try RootedPath(path).open(in: root.file, directory: true)
        // It is shared only if it is what was just mounted: another file system than before.
        guard try covered.status().device != status.device else { return nil }
        return covered
    }

    /// The null device: a node that was made or checked, never just what is called `/dev/null`.
    private func knownNullDevice() throws(ContainerError) -> NullDevice {
        if let nullDevice { return nullDevice }
        let node: FileDescriptor
        do throws(Errno) {
            node = try findNullDevice()
        } catch {
            let isOther = error == .noSuchDevice
            throw ContainerError(
                operation: "open", subject: "/dev/null in the root file system", errno: error,
                reason: isOther ? "it is not the null device 1:3" : "",
                remedy: isOther
                    ? ""
                    : "masked files are covered by the container's null device: mount a tmpfs on /dev, which gets one")
        }
        let found = NullDevice.node(SharedDescriptor(node))
        nullDevice = found
        return found
    }

    private func findNullDevice() throws(Errno) -> FileDescriptor {
        let node = try RootedPath("/dev/null").open(in: root.file)
        guard try node.status().isNullDevice else { throw .noSuchDevice }
        return node
    }
}
