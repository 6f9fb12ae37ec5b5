import Linux

/// Makes the device nodes of a container whose user namespace may not make any: those that the host has not under the
/// same name, with the owner and the permissions of the configuration.
package struct DevicePreparationStep: Equatable, Sendable {
    /// Where a file system with the nodes goes, each named by its device's index; stays empty when none is needed.
    package var slot: Slot
    /// The devices, with user and group as ids of the host; nil for one that cannot be made for the container.
    package var devices: [DeviceStep?]

    package init(slot: Slot, devices: [DeviceStep?]) {
        self.slot = slot
        self.devices = devices
    }
}

/// Takes over the prepared device nodes.
package struct PreparedDevicesStep: Equatable, Sendable {
    package var slot: Slot

    package init(slot: Slot) { self.slot = slot }
}

extension PreparedDevicesStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) { encoder.encode(slot.rawValue) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        slot = Slot(rawValue: try decoder.decode(UInt16.self))
    }
}

extension DevicePreparationStep {
    /// Does the parent's part: a file system that is mounted nowhere, with the nodes that the host lacks in it.
    package func prepare() throws(ContainerError) -> FileDescriptor? {
        var nodes: FileDescriptor?
        let mask = setFileCreationMask(0)
        defer { setFileCreationMask(mask) }
        for (index, device) in devices.enumerated() {
            guard let device, !Self.hostHas(device) else { continue }
            do throws(Errno) {
                if nodes.raw == nil { nodes = try Self.makeFolder() }
                guard let folder = nodes.raw else { continue }
                try Self.make(device, "\(index)", in: folder)
            } catch .notPermitted {
                // An outer user namespace: what the host has is all there is.
                return nil
            } catch .noSuchSystemCall {
                return nil
            } catch {
                throw ContainerError(
                    operation: "error creating device nodes", subject: device.path, errno: error, reason: "mknod")
            }
        }
        return nodes
    }

    private static func hostHas(_ device: DeviceStep) -> Bool {
        do throws(Errno) {
            return device.describes(try fileStatus(device.path))
        } catch {
            return false
        }
    }

    private static func makeFolder() throws(Errno) -> FileDescriptor {
        let context = try FileDescriptor.openFileSystem("tmpfs")
        try context.configure("mode", "0755")
        return try context.makeMount([.noSetuid, .noExec])
    }

    private static func make(_ device: DeviceStep, _ name: Path, in folder: Int32) throws(Errno) {
        try makeNode(
            name, at: folder, kind: device.kind, permissions: device.permissions, major: device.major,
            minor: device.minor)
        try changeOwner(name, at: folder, user: device.user, group: device.group)
        try setPermissions(device.permissions, of: name, at: folder)
    }
}

extension RootfsSetup {
    /// Does the child's part: copies of the nodes as mounts of their own, which go onto files of the container.
    package func perform(_ step: PreparedDevicesStep) throws(ContainerError) {
        guard let nodes = descriptors.take(step.slot) else { return }
        try attempt("take over", "the device nodes") { () throws(Errno) in
            // Only what is mounted here may be copied; for that moment it lies on the root.
            try nodes.attach(on: root)
            let list = try FileDescriptor.open(".", at: nodes.raw, [.directory])
            for name in try directoryEntries(of: list.raw) {
                let node = try FileDescriptor.cloneTree(
                    Path(name), at: nodes.raw, recursively: false, followingLinks: false)
                preparedDevices.append(MountedPlace(destination: Path(name), mount: node))
            }
            try changeDirectory(nodes.raw)
            try detachMount(".")
            try changeDirectory(root)
        }
    }
}
