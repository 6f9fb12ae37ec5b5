import ByteStrings
import ContainerInit
import LinuxKernel

/// Makes the device nodes of a container whose user namespace may not make any: those that the host has not under the
/// same name, with the owner and the permissions of the configuration.
package struct DevicePreparationStep: Equatable, ParentStep {
    package static let name: StaticString = "prepare-devices"

    /// Where a file system with the nodes goes, each named by its device's index; stays empty when none is needed.
    package var slot = Slot()
    /// The devices, with user and group as ids of the host; nil for one that cannot be made for the container.
    package var devices: [DeviceStep?] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("slot", &slot, .hidden)
        try visitor.field("devices", &devices)
    }

    package var detail: String { devices.compactMap { $0?.path.text }.joined(separator: " ") }

    package func perform(in making: Making) throws(ContainerError) {
        if let nodes = try prepare() { making.slots.fill(slot, nodes) }
    }

    /// A file system that is mounted nowhere, with the nodes that the host lacks in it.
    private func prepare() throws(ContainerError) -> FileDescriptor? {
        var nodes: FileDescriptor?
        for (index, device) in devices.enumerated() {
            guard let device, !Self.hostHas(device) else { continue }
            do throws(Errno) {
                if !nodes.exists { nodes = try Self.makeSubdirectory() }
                _ = try nodes.lend { (directory) throws(Errno) in
                    try Self.make(device, "\(index)", in: directory)
                }
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

    private static func makeSubdirectory() throws(Errno) -> FileDescriptor {
        let context = try FileDescriptor.openFileSystem("tmpfs")
        try context.configure("mode", "0755")
        return try context.makeMount([.noSetuid, .noExec])
    }

    private static func make(_ device: DeviceStep, _ name: Path, in directory: borrowing FileDescriptor) throws(Errno) {
        try makeNode(
            name, at: directory, kind: device.kind, permissions: device.permissions, major: device.major,
            minor: device.minor)
        try changeOwner(of: name, at: directory, user: device.user, group: device.group)
        try setPermissions(device.permissions, of: name, at: directory)
    }
}
