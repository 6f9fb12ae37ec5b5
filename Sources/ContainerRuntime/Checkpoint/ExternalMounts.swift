import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// The mounts of a container whose files are not its own, so that CRIU leaves them out of the images.
struct ExternalMounts {
    private let root: SharedDescriptor
    private(set) var keys: [CRIUOptions.ExternalMount] = []

    /// The devices that every container has and whose places CRIU is told as those of the configuration.
    static let defaultDevices: [Path] = [
        "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty",
    ]

    /// Finds them in a running container.
    ///
    /// - Parameters:
    ///   - root: the container's root directory, with its mounts.
    ///   - rootfs: the root file system on the host, below which some callers name destinations.
    init(of spec: Spec, in root: SharedDescriptor, rootfs: Path, layout: CgroupLayout) throws(ContainerError) {
        self.root = root
        let hasCgroupNamespace = spec.linux?.namespaces.contains { $0.type == .cgroup } ?? false
        for mount in spec.mounts {
            let destination = Self.destination(of: mount, rootfs: rootfs)
            if mount.isBind {
                add(destination)
            } else if mount.type == "cgroup", !hasCgroupNamespace {
                // With a cgroup namespace they are new mounts, otherwise binds of the host's.
                if layout.kind == .unified { add(destination) }
                for hierarchy in layout.legacy {
                    if let name = hierarchy.mountPoint.lastComponent { add(destination.appending(name)) }
                }
            }
        }
        try addMaskedFiles(spec.linux?.maskedPaths ?? [])
        for path in Self.defaultDevices + (spec.linux?.devices ?? []).map(\.path) { add(path) }
    }

    private static func destination(of mount: Mount, rootfs: Path) -> Path {
        let path = mount.destination.absolute(in: "/")
        guard path.isBelow(rootfs), let inside = path.relative(to: rootfs) else { return path }
        return inside.absolute(in: "/")
    }

    mutating func add(_ path: Path) {
        let place = Self.resolved(path, in: root.file).bytes
        keys.append(CRIUOptions.ExternalMount(key: place, value: place))
    }

    /// A masked file is covered by the null device, a masked directory by a file system that CRIU restores.
    private mutating func addMaskedFiles(_ paths: [Path]) throws(ContainerError) {
        for path in paths {
            do throws(Errno) {
                let file = try RootedPath(path).open(in: root.file)
                if try file.status().kind == .directory { continue }
            } catch {
                guard error == .noSuchFileOrDirectory || error == .notDirectory else {
                    throw ContainerError(operation: "stat", subject: path, errno: error)
                }
                continue
            }
            keys.append(CRIUOptions.ExternalMount(key: Self.resolved(path, in: root.file).bytes, value: "/dev/null"))
        }
    }

    /// The path without links, as it is seen inside of `root`; the end of it need not be there.
    static func resolved(_ path: Path, in root: borrowing FileDescriptor) -> Path {
        var existing = path.absolute(in: "/")
        var missing: [PathComponent] = []
        while true {
            do throws(Errno) {
                let file = try RootedPath(existing).open(in: root)
                let top = try readLink(root.procPath)
                let found = try readLink(file.procPath)
                guard var inside = found == top ? "/" : found.relative(to: top)?.absolute(in: "/") else {
                    return path.absolute(in: "/")
                }
                for name in missing.reversed() { inside = inside.appending(name) }
                return inside
            } catch {
                guard let (parent, name) = existing.parentAndName, existing != "/" else {
                    return path.absolute(in: "/")
                }
                missing.append(name)
                existing = parent.isEmpty ? "/" : parent
            }
        }
    }
}

extension Mount {
    /// Whether files that are there already are mounted.
    var isBind: Bool { type == "bind" || options.contains("bind") || options.contains("rbind") }
}
