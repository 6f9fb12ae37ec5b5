import ByteStrings
import ContainerInit
import LinuxKernel

/// The devices of the host that one container gets into its network namespace, for as long as that can be undone. See
/// config-linux.md, "Network Devices".
package final class NetworkDevices {
    private let hostNamespace: FileDescriptor
    private let namespace: FileDescriptor
    /// The container's namespace, for messages.
    private let path: Path
    private var host: NetlinkSocket
    private var container: NetlinkSocket
    private var moved: [MovedDevice] = []

    /// What it takes to bring a device back.
    private struct MovedDevice {
        package let original: NetworkLink
        package let addresses: [NetworkAddress]
        package var name: ByteString
    }

    /// - Parameter namespace: the container's network namespace, which was opened at `path`.
    package init(namespace: consuming FileDescriptor, path: Path) throws(ContainerError) {
        let host = try NamespaceFile.open(ThisProcess.file("ns/net"), .newNetwork)
        let own = try attempt("fstat", path) { () throws(Errno) in try host.status() }
        let other = try Self.status(of: namespace, path)
        guard own.inode != other.inode || own.device != other.device else {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.netDevices), subject: path,
                reason: "unable to move network devices without a NET namespace",
                remedy: "the network namespace to join is the runtime's own")
        }
        do throws(NetlinkError) {
            self.host = try NetlinkSocket()
            container = try NetlinkSocket(inNamespace: namespace)
        } catch {
            throw ContainerError(
                operation: "error creating network interfaces: open a netlink socket in namespace " + path,
                origin: Origin(.netDevices), errno: error.errno, reason: error.explanation)
        }
        hostNamespace = host
        self.namespace = namespace
        self.path = path
    }

    private static func status(of file: borrowing FileDescriptor, _ path: Path) throws(ContainerError) -> FileStatus {
        try attempt("fstat", path) { () throws(Errno) in try file.status() }
    }

    /// Moves the device `name` of the host into the container, with its addresses, and switches it on.
    ///
    /// - Parameter newName: its name there; where that ends in `%d` the lowest number that is free takes the place of it.
    package func move(_ name: ByteString, as newName: ByteString) throws(ContainerError) {
        do throws(NetlinkError) {
            try performMove(name, as: newName)
        } catch {
            throw ContainerError(
                operation: "error creating network interfaces: move netDevice " + name.text + " to namespace " + path,
                value: quoted(newName.text), errno: error.errno, reason: error.explanation)
        }
    }

    private func performMove(_ name: ByteString, as newName: ByteString) throws(NetlinkError) {
        guard let original = try host.link(named: name) else { throw NetlinkError(errno: .noSuchDevice) }
        let addresses = try host.addresses(of: original.index).filter { $0.isPermanent && !$0.isAutomatic }
        let target = try freeName(newName)
        let device = MovedDevice(original: original, addresses: addresses, name: target)
        do throws(NetlinkError) {
            try host.move(original.index, to: namespace, as: target)
        } catch {
            // The kernel moves first and renames then, so a name that was taken meanwhile leaves it there unrenamed.
            if try host.link(original.index)?.name != original.name {
                moved.append(device)
                moved[moved.count - 1].name = original.name
            }
            throw error
        }
        moved.append(device)
        guard let link = try container.link(named: target) else { throw NetlinkError(errno: .noSuchDevice) }
        for address in addresses where address.isGlobal {
            try container.add(address, to: link, formerly: original.name, servesAtOnce: true)
        }
        try container.setUp(link.index)
    }

    /// The name that a device gets: `name`, which must be free, or the first free one of a template.
    private func freeName(_ name: ByteString) throws(NetlinkError) -> ByteString {
        guard name.hasSuffix("%d") else {
            guard try container.link(named: name) == nil else {
                throw NetlinkError(
                    errno: .fileExists,
                    explanation: "the name \"" + name.text + "\" is taken in the container's namespace")
            }
            return name
        }
        let taken = try container.links().map(\.name)
        guard let free = NetworkDeviceName.first(of: name, besides: taken) else {
            throw NetlinkError(errno: .nameTooLong, explanation: "no name of \"" + name.text + "\" is free")
        }
        return free
    }

    /// Brings all devices back to the host: with their names and addresses, and switched on if they were.
    package func undo(_ report: WarningReport) {
        while let device = moved.popLast() {
            do throws(NetlinkError) {
                try bringBack(device)
            } catch {
                report(
                    "unable to bring the network device " + device.original.name.text + " back to the host: "
                        + (error.explanation.isEmpty ? "" : error.explanation + ": ") + error.errno.message)
            }
        }
    }

    private func bringBack(_ device: MovedDevice) throws(NetlinkError) {
        guard let link = try container.link(named: device.name) else { throw NetlinkError(errno: .noSuchDevice) }
        try container.move(link.index, to: hostNamespace, as: device.original.name)
        guard let link = try host.link(named: device.original.name) else { throw NetlinkError(errno: .noSuchDevice) }
        var failure: NetlinkError?
        for address in device.addresses {
            do throws(NetlinkError) {
                try host.add(address, to: link, formerly: device.original.name)
            } catch {
                // The others are worth having, too.
                if error.errno != .fileExists { failure = error }
            }
        }
        if device.original.isUp { try host.setUp(link.index) }
        if let failure { throw failure }
    }
}

/// Names of network devices.
package enum NetworkDeviceName {
    /// The first name of a template such as `eth%d` that nobody has; nil if a name would be longer than the kernel takes.
    package static func first(of template: ByteString, besides taken: [ByteString]) -> ByteString? {
        let stem = template.dropLast(2)
        for number in 0...taken.count {
            let name: ByteString = "\(stem)\(number)"
            if !taken.contains(name) { return name.count <= 15 ? name : nil }
        }
        return nil
    }
}
