import Linux
import RuntimeSpec

/// An operation on the file system with what caused it.
package struct PlannedOperation: Equatable, Sendable {
    package var operation: RootfsOperation
    package var origin: Origin
}

/// A tree for the parent to prepare, with what caused it.
package struct PlannedSource: Equatable, Sendable {
    package var step: MountSourceStep
    package var origin: Origin
}

/// All that is done to the container's view of the file system, in order.
package struct RootfsPlan: Equatable, Sendable {
    /// What the parent prepares with the host's privileges, before the child starts on `beforeSwitch`.
    package var sources: [PlannedSource] = []
    /// The devices that the parent makes if the host lacks them.
    package var devices: DevicePreparationStep?
    /// The root, the mounts, the devices: before the createContainer hooks.
    package var beforeSwitch: [PlannedOperation] = []
    /// The change of the root: after the createContainer hooks.
    package var rootSwitch: PlannedOperation
    /// After the change, and after the terminal was bound on `/dev/console`.
    package var afterSwitch: [PlannedOperation] = []
    /// Whether the container's `/dev` is the host's.
    package var keepsHostDevices = false
    /// Texts for the user.
    package var warnings: [String] = []
}

extension RootfsPlan {
    /// Plans the file system of a container. Nothing of the host is looked at.
    package init(spec: Spec, facts: MountFacts) throws(ContainerError) {
        let planner = RootfsPlanner(spec: spec, facts: facts)
        rootSwitch = planner.rootSwitch()
        if planner.preparesTrees {
            sources.append(
                PlannedSource(
                    step: MountSourceStep(
                        slot: facts.firstTreeSlot, path: facts.rootfs, destination: "/", recursively: true,
                        noFollow: false, propagation: planner.treePropagation),
                    origin: Origin(.rootPath)))
        }
        beforeSwitch.reserveCapacity(spec.mounts.count + 10)
        add(.prepareRoot(planner.root()), Origin(.rootPath))
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
                if let source { sources.append(PlannedSource(step: source, origin: origin)) }
                if step.rules.contains(.readOnlyLater) { readOnlyLater.append(step.destination) }
                add(.mount(step), origin)
            } catch {
                throw error.caused(by: origin)
            }
        }
        let devices = try planner.devices()
        if let preparation = planner.preparation(of: devices.map(\.0)) {
            self.devices = preparation
            add(.takeDevices(PreparedDevicesStep(slot: preparation.slot)), Origin(.devices))
        }
        for (device, origin) in devices { add(.makeDevice(device), origin) }
        keepsHostDevices = !planner.makesDevices
        if planner.makesDevices { add(.makeDeviceLinks(DeviceLinksStep()), Origin(.rule)) }
        try addAfterSwitch(planner, readOnlyLater)
    }

    private mutating func add(_ operation: RootfsOperation, _ origin: Origin) {
        beforeSwitch.append(PlannedOperation(operation: operation, origin: origin))
    }

    private mutating func addAfterSwitch(
        _ planner: RootfsPlanner, _ readOnlyLater: [Path]
    ) throws(ContainerError) {
        let spec = planner.spec
        func add(_ operation: RootfsOperation, _ origin: Origin) {
            afterSwitch.append(PlannedOperation(operation: operation, origin: origin))
        }
        // An unbindable tree cannot be bound on itself any more, as read-only paths are: it becomes that at the end.
        let propagation = spec.linux?.rootfsPropagation?.flags
        let isLast = propagation?.contains(.unbindable) ?? false
        if let propagation, !isLast {
            add(.setPropagation(RootfsPropagationStep(propagation: propagation)), Origin(.rootfsPropagation))
        }
        for (index, pair) in (spec.linux?.sysctl ?? [:]).enumerated() {
            let origin = Origin(.sysctl, index)
            do throws(ContainerError) {
                add(.setSysctl(try SysctlStep(pair.key, pair.value)), origin)
            } catch {
                throw error.caused(by: origin)
            }
        }
        if !readOnlyLater.isEmpty {
            add(.makeMountsReadonly(ReadonlyMountsStep(destinations: readOnlyLater)), Origin(.mounts))
        }
        let readOnly = Self.distinct(spec.linux?.readonlyPaths ?? [])
        let masked = Self.distinct(spec.linux?.maskedPaths ?? [])
        if !readOnly.isEmpty || !masked.isEmpty, !planner.hasMountNamespace {
            throw ContainerError(
                .invalidConfiguration, exactly: "unable to restrict sys entries without a private MNT namespace")
        }
        if !readOnly.isEmpty { add(.makePathsReadonly(ReadonlyPathsStep(paths: readOnly)), Origin(.readonlyPaths)) }
        if !masked.isEmpty {
            add(.maskPaths(MaskedPathsStep(paths: masked, label: try planner.label())), Origin(.maskedPaths))
        }
        if spec.root?.readonly == true {
            add(.makeRootReadonly(ReadonlyRootStep()), Origin(.rootReadonly))
        }
        if let propagation, isLast {
            add(.setPropagation(RootfsPropagationStep(propagation: propagation)), Origin(.rootfsPropagation))
        }
    }

    /// Each path once: a second cover would cost a mount and hide nothing.
    private static func distinct(_ paths: [Path]) -> [Path] {
        var seen: Set<Path> = []
        return paths.filter { seen.insert($0.cleaned).inserted }
    }
}

extension RootfsPropagation {
    /// The flags of mount(2).
    var flags: MountFlags {
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
        self.init(key: key, path: Path(path), value: value)
    }
}
