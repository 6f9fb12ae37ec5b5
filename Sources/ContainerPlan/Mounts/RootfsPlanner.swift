import ByteStrings
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// Decides each step of the file system by the configuration.
package final class RootfsPlanner {
    package let spec: Spec
    package let facts: MountFacts
    package let hasMountNamespace: Bool
    package let hasUserNamespace: Bool
    package let hasCgroupNamespace: Bool
    /// False when `/dev` is bound from the host, which then has everything already.
    package let makesDevices: Bool

    package init(spec: Spec, facts: MountFacts) {
        self.spec = spec
        self.facts = facts
        let namespaces = spec.linux?.namespaces ?? []
        hasMountNamespace = namespaces.contains { $0.type == .mount }
        hasUserNamespace = namespaces.contains { $0.type == .user }
        hasCgroupNamespace = namespaces.contains { $0.type == .cgroup }
        makesDevices = !spec.mounts.contains { $0.destination.cleaned == "/dev" && $0.isBind }
    }

    /// True when the parent takes the sources of binds: the container's user may not reach what the host's root can, and
    /// in a container that runs nothing of the host is left.
    package var preparesTrees: Bool {
        hasMountNamespace && (facts.isRunning || hasUserNamespace && !facts.isRootless)
    }

    private var sharesMounts: Bool { spec.linux?.rootfsPropagation?.flags.contains(.shared) ?? false }

    /// How prepared trees propagate. They were made outside, so the kernel did not cut them off from the host.
    package var treePropagation: MountFlags { sharesMounts && !hasUserNamespace ? [] : rootPropagation }

    /// How all mounts propagate at first. Unless they shall be shared, none may spread to the host; an unbindable root
    /// could not be bound on itself, so it becomes that later.
    private var rootPropagation: MountFlags {
        let slave = MountFlags.slave.union(.recursive)
        guard let flags = spec.linux?.rootfsPropagation?.flags else { return slave }
        if flags.contains(.shared) { return hasUserNamespace ? slave : flags }
        return flags.contains(.privatePropagation) ? .privatePropagation.union(.recursive) : slave
    }

    /// Whether /proc is a new procfs in which nothing else is mounted: what the image has in its place cannot lead another mount
    /// there.
    package var hasBareProcfs: Bool {
        guard spec.hooks.prestart.isEmpty, spec.hooks.createRuntime.isEmpty, spec.hooks.createContainer.isEmpty else {
            return false
        }
        var isNew = false
        // There may be thousands, and a copy of each would be the dearest part.
        for index in spec.mounts.indices {
            let place = spec.mounts[index].destination.cleaned
            if place == "/" { return false }
            guard place.isAtOrBelow("/proc") else { continue }
            let mount = spec.mounts[index]
            guard place == "/proc", mount.type == "proc", !mount.isBind, !isNew else { return false }
            isNew = true
        }
        return isNew
    }

    package func root() -> RootStep {
        RootStep {
            $0.path = facts.rootfs
            $0.propagation = rootPropagation
            $0.hasMountNamespace = hasMountNamespace
            $0.followsHost = spec.linux?.rootfsPropagation?.flags.contains(.slave) ?? false
            $0.coversProcfs = hasMountNamespace && !facts.keepsHostRoot && !rootPropagation.contains(.shared)
            $0.tree = preparesTrees ? .mountSource(0) : nil
        }
    }

    package func rootSwitch() -> RootSwitchStep {
        RootSwitchStep {
            $0.way = !hasMountNamespace ? .changeRoot : facts.keepsHostRoot ? .move : .pivot
            $0.oldRootIsShared = rootPropagation.contains(.shared)
        }
    }

    /// The SELinux context of new file systems.
    package func label() throws(ContainerError) -> ByteString {
        guard let label = spec.linux?.mountLabel, !label.isEmpty else { return "" }
        guard facts.hasSELinux else {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.mountLabel), value: quoted(label),
                reason: "selinux label is specified in config, but selinux is disabled or not supported")
        }
        return label
    }
}

// MARK: - Devices

extension RootfsPlanner {
    /// Plans the devices that every container has, by the specification, but for those that are configured.
    package func defaultDevices(besides configured: [(DeviceStep, Origin)], _ add: (DeviceStep) -> Void) {
        guard makesDevices else { return }
        func device(_ path: Path, _ major: UInt32, _ minor: UInt32) {
            if configured.contains(where: { $0.0.path == path }) { return }
            add(
                DeviceStep {
                    $0.path = path
                    $0.major = major
                    $0.minor = minor
                    $0.bindsHostNode = hasUserNamespace
                })
        }
        device("/dev/null", 1, 3)
        device("/dev/zero", 1, 5)
        device("/dev/full", 1, 7)
        device("/dev/random", 1, 8)
        device("/dev/urandom", 1, 9)
        device("/dev/tty", 5, 0)
    }

    package func configuredDevices() throws(ContainerError) -> [(DeviceStep, Origin)] {
        guard makesDevices else { return [] }
        var configured: [(DeviceStep, Origin)] = []
        for (index, device) in (spec.linux?.devices ?? []).enumerated() {
            let origin = Origin(.devices, index)
            var step = try self.device(device, origin)
            // The link that every container has goes there, whatever an engine found on the host.
            if step.path == "/dev/ptmx" { continue }
            if step.bindsHostNode, preparesDevices { step.preparedIndex = Int32(clamping: index) }
            if let first = configured.first(where: { $0.0.path == step.path })?.0 {
                // Engines append without looking: the first one has the place.
                if first.kind == step.kind, first.major == step.major, first.minor == step.minor { continue }
                throw ContainerError(
                    .invalidConfiguration, origin: origin, member: ".path",
                    reason: "\"" + step.path + "\" is given twice for different devices")
            }
            configured.append((step, origin))
        }
        return configured
    }

    /// True when the parent makes the nodes that the host has not. It must know which ids of the host are meant.
    private var preparesDevices: Bool { preparesTrees && !(spec.linux?.uidMappings ?? []).isEmpty }

    /// What the parent makes, of the configured ones.
    package func preparation(of steps: [(DeviceStep, Origin)]) -> DevicePreparationStep? {
        guard let last = steps.compactMap(\.0.preparedIndex).max() else { return nil }
        var devices = [DeviceStep?](repeating: nil, count: Int(last) + 1)
        for (step, _) in steps {
            guard let index = step.preparedIndex,
                let user = NamespacePlan.host(step.user, in: spec.linux?.uidMappings ?? []),
                let group = NamespacePlan.host(step.group, in: spec.linux?.gidMappings ?? [])
            else { continue }
            var device = step
            device.user = user
            device.group = group
            devices[Int(index)] = device
        }
        return DevicePreparationStep {
            $0.slot = .deviceNodes
            $0.devices = devices
        }
    }

    private func device(_ device: Device, _ origin: Origin) throws(ContainerError) -> DeviceStep {
        let path = device.path.cleaned
        guard device.path.isAbsolute, path != "/" else {
            throw ContainerError(
                .invalidConfiguration, origin: origin, member: ".path",
                reason: "\"" + device.path + "\" is not an absolute path of a file")
        }
        let kind: FileKind
        switch device.type {
        case .character, .unbuffered: kind = .characterDevice
        case .block: kind = .blockDevice
        case .fifo: kind = .fifo
        }
        // Some engines give the whole mode of the host's node, its kind included.
        let mode = device.fileMode ?? 0o666
        guard mode & ~0o7777 == 0 || mode & ~0o7777 == kind.rawValue else {
            throw ContainerError(
                .invalidConfiguration, origin: origin, member: ".fileMode",
                reason: "fileMode \(mode) (0" + String(mode, radix: 8) + ") is not a set of permissions")
        }
        let permissions = mode & 0o7777
        var numbers: (major: UInt32, minor: UInt32) = (0, 0)
        if kind != .fifo {
            guard let major = device.major, let minor = device.minor, (0..<4096).contains(major),
                (0..<1_048_576).contains(minor)
            else {
                throw ContainerError(
                    .invalidConfiguration, origin: origin,
                    reason: "the device needs a major number below 4096 and a minor number below 1048576")
            }
            numbers = (UInt32(major), UInt32(minor))
        }
        return DeviceStep {
            $0.path = path
            $0.kind = kind
            $0.major = numbers.major
            $0.minor = numbers.minor
            $0.permissions = permissions
            $0.user = device.uid ?? 0
            $0.group = device.gid ?? 0
            $0.bindsHostNode = hasUserNamespace && kind != .fifo
        }
    }
}
