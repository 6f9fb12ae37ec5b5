import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// The places of a container's mounts in its root file system, which must be there before CRIU mounts on them.
///
/// A root file system that has come from elsewhere may lack those that a create has made. Nothing is mounted for this: the
/// place of a mount on another bind mount is made in what that one shows, and what lies on a new file system is in the
/// images.
struct MountPoints {
    private let rootfs: Path
    private var mounted: [Mounted] = []

    private struct Mounted {
        let place: Path
        /// What is shown there; nil for a file system of the container's own.
        let source: Path?
    }

    init(rootfs: Path) { self.rootfs = rootfs }

    /// Makes what is missing, in the order of the mounts, and gives for each bind its place in the container.
    ///
    /// From then on the thread does not follow when others change the working directory.
    mutating func make(for steps: [MountStep]) throws(ContainerError) -> [(step: MountStep, place: Path)] {
        let rootfs = rootfs
        let root = try attempt("open", rootfs) { () throws(Errno) in
            try FileDescriptor.open(rootfs, [.path, .directory])
        }
        // The mask belongs to all threads that share the root and the working directory: this one gets its own of each.
        try attempt("unshare(CLONE_FS)") { () throws(Errno) in try unshare(.fileSystem) }
        let mask = setFileCreationMask(0)  // its own
        defer { setFileCreationMask(mask) }
        var binds: [(step: MountStep, place: Path)] = []
        for step in steps where !step.coversRoot {
            switch step.kind {
            case .remount, .cgroup1, .cgroup2, .cgroup2Bind: continue
            case .bind:
                let place = try make(step, isDirectory: try Self.isDirectory(step), in: root)
                binds.append((step, place))
                mounted.append(Mounted(place: place, source: step.source))
            case .proc, .sysfs, .tmpfs, .devpts, .mqueue, .other:
                mounted.append(Mounted(place: try make(step, isDirectory: true, in: root), source: nil))
            }
        }
        return binds
    }

    private static func isDirectory(_ step: MountStep) throws(ContainerError) -> Bool {
        do throws(Errno) {
            return try fileStatus(step.source).kind == .directory
        } catch {
            throw ContainerError(origin: Origin(.mounts), errno: error, reason: "stat \(step.source)")
        }
    }

    private func make(_ step: MountStep, isDirectory: Bool, in root: borrowing FileDescriptor) throws(ContainerError)
        -> Path
    {
        let place = ExternalMounts.resolved(step.destination, in: root)
        guard let cover = mounted.last(where: { place.isBelow($0.place) }) else {
            // A link of the image may lead into a directory of procfs or sysfs, which is not there yet.
            try make(place, isDirectory: isDirectory, in: root, step)
            return place
        }
        guard let source = cover.source, let inside = place.relative(to: cover.place) else { return place }
        let directory: FileDescriptor
        do throws(Errno) {
            directory = try FileDescriptor.open(source, [.path, .directory])
        } catch {
            throw ContainerError(origin: Origin(.mounts), errno: error, reason: "open \(source)")
        }
        let inner = ExternalMounts.resolved(inside, in: directory)
        try make(inner, isDirectory: isDirectory, in: directory, step)
        return cover.place.appending(inner.relative(to: "/") ?? inside)
    }

    private func make(
        _ place: Path, isDirectory: Bool, in root: borrowing FileDescriptor, _ step: MountStep
    ) throws(ContainerError) {
        let path = RootedPath(place)
        let links: RootedPath.Links = step.rules.contains(.destinationNoFollow) ? .keepLast : .follow
        do throws(Errno) {
            if isDirectory {
                _ = try path.openOrMakeDirectory(in: root, links)
            } else {
                _ = try path.openOrMakeFile(in: root, links)
            }
        } catch {
            throw ContainerError(
                origin: Origin(.mounts), errno: error,
                reason: "create criu restore mountpoint for \(step.destination) mount")
        }
    }
}
