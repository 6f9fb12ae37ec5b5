import ByteStrings
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// All that is done to the container's view of the file system, in order.
package struct RootfsPlan: Sendable {
    /// What the parent prepares with the host's privileges, before the child starts on `beforeSwitch`.
    package var sources: [Planned<MountSourceStep>] = []
    /// The devices that the parent makes if the host lacks them.
    package var devices: DevicePreparationStep?
    /// The root, the mounts, the devices: before the createContainer hooks.
    package var beforeSwitch: [Planned<any ChildStep>] = []
    /// The change of the root: after the createContainer hooks.
    package var rootSwitch: Planned<any ChildStep>
    /// After the change, and after the terminal was bound on `/dev/console`.
    package var afterSwitch: [Planned<any ChildStep>] = []
    /// Whether the container's `/dev` is the host's.
    package var keepsHostDevices = false
    /// Texts for the user.
    package var warnings: [String] = []
}

extension RootfsPlan {
    /// Plans the file system of a container. Nothing of the host is looked at.
    package init(spec: Spec, facts: MountFacts) throws(ContainerError) {
        let planner = RootfsPlanner(spec: spec, facts: facts)
        rootSwitch = Planned(planner.rootSwitch(), Origin(facts.keepsHostRoot ? .option : .rootPath))
        if planner.preparesTrees {
            let tree = MountSourceStep {
                $0.slot = .mountSource(0)
                $0.path = facts.rootfs
                $0.destination = "/"
                $0.recursively = true
                $0.propagation = planner.treePropagation
            }
            sources.append(Planned(tree, Origin(.rootPath)))
        }
        beforeSwitch.reserveCapacity(spec.mounts.count + 10)
        add(planner.root(), Origin(.rootPath))
        var readOnlyLater: [Path] = []
        for (index, mount) in spec.mounts.enumerated() {
            let origin = Origin(.mounts, index)
            if !mount.destination.isAbsolute {
                warnings.append(
                    "mount destination " + mount.destination
                        + " is not absolute. Support for non-absolute mount destinations will be removed in a future release."
                )
            }
            do throws(ContainerError) {
                let (step, source) = try planner.mount(mount, index)
                if let source { sources.append(Planned(source, origin)) }
                if step.rules.contains(.readOnlyLater) { readOnlyLater.append(step.destination) }
                add(step, origin)
            } catch {
                throw error.caused(by: origin)
            }
        }
        let devices = try planner.configuredDevices()
        if let preparation = planner.preparation(of: devices) {
            self.devices = preparation
            add(PreparedDevicesStep { $0.slot = preparation.slot }, Origin(.devices))
        }
        planner.defaultDevices(besides: devices) { add($0, Origin(.rule)) }
        for (device, origin) in devices { add(device, origin) }
        keepsHostDevices = !planner.makesDevices
        if !keepsHostDevices { add(DeviceLinksStep(), Origin(.rule)) }
        try addAfterSwitch(planner, readOnlyLater)
    }

    private mutating func add(_ step: any RootfsStep, _ origin: Origin) {
        beforeSwitch.append(Planned(step, origin))
    }

    private mutating func addAfterSwitch(
        _ planner: RootfsPlanner, _ readOnlyLater: [Path]
    ) throws(ContainerError) {
        let spec = planner.spec
        func add(_ step: any RootfsStep, _ origin: Origin) {
            afterSwitch.append(Planned(step, origin))
        }
        // An unbindable tree cannot be bound on itself any more, as read-only paths are: it becomes that at the end.
        let propagation = spec.linux?.rootfsPropagation?.flags
        let isLast = propagation?.contains(.unbindable) ?? false
        if let propagation, !isLast {
            add(RootfsPropagationStep { $0.propagation = propagation }, Origin(.rootfsPropagation))
        }
        for (index, pair) in (spec.linux?.sysctl ?? [:]).enumerated() {
            let origin = Origin(.sysctl, index)
            do throws(ContainerError) {
                add(try SysctlStep(pair.key, pair.value), origin)
            } catch {
                throw error.caused(by: origin)
            }
        }
        if !readOnlyLater.isEmpty {
            add(ReadonlyMountsStep { $0.destinations = readOnlyLater }, Origin(.mounts))
        }
        let readOnly = Self.distinct(spec.linux?.readonlyPaths ?? [])
        let masked = Self.distinct(spec.linux?.maskedPaths ?? [])
        if !readOnly.isEmpty || !masked.isEmpty, !planner.hasMountNamespace {
            throw ContainerError(
                .invalidConfiguration, exactly: "unable to restrict sys entries without a private MNT namespace")
        }
        if !readOnly.isEmpty {
            let areBare = planner.hasBareProcfs && readOnly.allSatisfy { $0.cleaned.isBelow("/proc") }
            add(
                ReadonlyPathsStep {
                    $0.paths = readOnly
                    $0.areBare = areBare
                }, Origin(.readonlyPaths))
        }
        if !masked.isEmpty {
            let label = try planner.label()
            add(
                MaskedPathsStep {
                    $0.paths = masked
                    $0.label = label
                }, Origin(.maskedPaths))
        }
        if spec.root?.readonly == true {
            add(ReadonlyRootStep(), Origin(.rootReadonly))
        }
        if let propagation, isLast {
            add(RootfsPropagationStep { $0.propagation = propagation }, Origin(.rootfsPropagation))
        }
    }

    /// Each path once: a second cover would cost a mount and hide nothing.
    private static func distinct(_ paths: [Path]) -> [Path] {
        var seen = ByteStringSet()
        return paths.filter { seen.insert($0.cleaned.bytes) }
    }
}

extension RootfsPropagation {
    /// The flags of mount(2).
    package var flags: MountFlags {
        switch self {
        case .private: .privatePropagation
        case .shared: .shared
        case .slave: .slave
        case .unbindable: .unbindable
        case .recursivePrivate: [.privatePropagation, .recursive]
        case .recursiveShared: [.shared, .recursive]
        case .recursiveSlave: [.slave, .recursive]
        case .recursiveUnbindable: [.unbindable, .recursive]
        }
    }
}

extension SysctlStep {
    /// Finds the file of a key. Its parts are divided by dots, or by slashes if the first divider is a slash; then a dot
    /// is part of a name, as in `net/ipv4/conf/eth0.1/forwarding`. See sysctl(8).
    package init(_ key: ByteString, _ value: ByteString) throws(ContainerError) {
        let first = key.first { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
        let swaps = first == UInt8(ascii: ".")
        let bytes = key.map { byte in
            guard swaps else { return byte }
            // With dots as dividers a slash stands for a dot inside a name.
            return switch byte {
            case UInt8(ascii: "."): UInt8(ascii: "/")
            case UInt8(ascii: "/"): UInt8(ascii: ".")
            default: byte
            }
        }
        let path = ByteString(bytes: bytes)
        let parts = path.parts(separatedBy: UInt8(ascii: "/"), keepingEmpty: true)
        guard parts.count > 1, parts.allSatisfy({ PathComponent($0)?.isName ?? false }) else {
            throw ContainerError(
                .invalidConfiguration, reason: "sysctl \"" + key + "\" is not the name of a kernel parameter")
        }
        self.init {
            $0.key = key
            $0.path = Path(path)
            $0.value = value
        }
    }
}
