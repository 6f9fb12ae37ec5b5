import ByteStrings
import ContainerInit
import LinuxKernel

/// Moves a network device of the host into the container's network namespace. See config-linux.md, "Network Devices".
package struct MoveNetworkDeviceStep: ParentStep {
    package static let name: StaticString = "move-network-device"

    package var device = ByteString()
    /// Its name in the container.
    package var newName = ByteString()
    /// The namespace, where the container joins one by its path.
    package var slot: Slot?
    package var path = Path()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("device", &device)
        try visitor.field("name", &newName)
        try visitor.field("slot", &slot, .hidden)
        try visitor.field("namespace", &path)
    }

    package var detail: String { device.text + " as " + newName + (path.isEmpty ? "" : " in " + path) }

    package var undo: [Undo] { [Undo(BringBackNetworkDevices())] }

    package func perform(in making: Making) throws(ContainerError) {
        if making.networkDevices == nil { making.networkDevices = try openNetwork(making) }
        try making.networkDevices?.move(device, as: newName)
    }

    /// The container's network namespace: the one it joins, or the one its first process was made with.
    private func openNetwork(_ making: Making) throws(ContainerError) -> NetworkDevices {
        if let slot, let number = making.slots.number(of: slot) {
            let namespace = try attempt("dup") { () throws(Errno) in try number.duplicate(atLeast: 3) }
            return try NetworkDevices(namespace: namespace, path: path)
        }
        // The child is not reaped, so the number is still its own.
        let path: Path = "/proc/\(making.conversation.childPID ?? 0)/ns/net"
        return try NetworkDevices(namespace: try NamespaceFile.open(path, .newNetwork), path: path)
    }
}

/// Brings devices back to the host from a container whose making failed. When a container ends, the kernel does so.
package struct BringBackNetworkDevices: UndoAction {
    package static let name: StaticString = "bringBackNetworkDevices"

    package init() {}
    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
    }

    package func perform(in undoing: Undoing) throws(ContainerError) {
        undoing.making?.networkDevices?.undo(undoing.report)
    }
}
