import ByteStrings
import LinuxKernel

/// Makes one device node, or binds the host's where the kernel lets nobody make one.
package struct DeviceStep: Equatable, RootfsStep {
    package static let name: StaticString = "device"

    /// The absolute, cleaned path in the container.
    package var path = Path()
    package var kind = FileKind.characterDevice
    package var major: UInt32 = 0
    package var minor: UInt32 = 0
    package var permissions: UInt32 = 0o666
    package var user: UInt32 = 0
    package var group: UInt32 = 0
    /// True when a node of the host is bound, since the kernel lets no user namespace make nodes.
    package var bindsHostNode = false
    /// The place among the prepared nodes; the host's own node is bound when there is none.
    package var preparedIndex: Int32?

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
        try visitor.field("kind", &kind)
        try visitor.field("major", &major)
        try visitor.field("minor", &minor)
        try visitor.field("permissions", &permissions, .octal)
        try visitor.field("user", &user)
        try visitor.field("group", &group)
        try visitor.field("bound", &bindsHostNode)
        try visitor.field("prepared", &preparedIndex)
    }

    package var detail: String {
        path + (kind == .blockDevice ? " b " : kind == .fifo ? " p " : " c ") + "\(major):\(minor) 0"
            + String(permissions, radix: 8) + (user == 0 && group == 0 ? "" : " of \(user):\(group)")
            + (bindsHostNode ? ", bound" : "")
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        setup.clearMask()
        try setup.makeOrBind(self)
    }
}

extension DeviceStep {
    /// True for a file that is this device.
    package func describes(_ status: FileStatus) -> Bool {
        status.kind == kind && (kind == .fifo || status.deviceNumber == (major, minor))
    }

    /// True for a file that is this device, with the owner and the permissions that it is to have.
    fileprivate func isShown(by status: FileStatus) -> Bool {
        describes(status) && status.user == user && status.group == group && status.permissions == permissions
    }

    fileprivate var isOwnedByRoot: Bool { user == 0 && group == 0 }

    fileprivate var isNullDevice: Bool { kind == .characterDevice && major == 1 && minor == 3 }

    /// In what a file that is not this device differs from it.
    package func difference(from status: FileStatus) -> String {
        guard status.kind == kind else {
            return " has incorrect ftype: 0" + String(status.kind.rawValue, radix: 8) + " doesn't match expected 0"
                + String(kind.rawValue, radix: 8)
        }
        let found = status.deviceNumber
        return " has incorrect major:minor: \(found.major):\(found.minor) doesn't match expected \(major):\(minor)"
    }
}

extension RootfsSetup {
    fileprivate func makeOrBind(_ step: DeviceStep) throws(ContainerError) {
        do throws(ContainerError) {
            try makeDevice(step)
        } catch {
            var failure = error.at(".path")
            failure.operation = "error creating device nodes"
            failure.subject = step.path.text
            throw failure
        }
    }

    private func makeDevice(_ step: DeviceStep) throws(ContainerError) {
        guard let (parentPath, name) = step.path.parentAndName else {
            throw ContainerError(errno: .invalidArgument, reason: "the path names no file")
        }
        if parentPath == "/dev/" {
            return try makeDevice(step, Path(name), in: try devices().file, isDeviceDirectory: true)
        }
        let parent = try explained("open " + parentPath + " in the root file system") { () throws(Errno) in
            try RootedPath(parentPath).openOrMakeDirectory(in: root.file).takeFile()
        }
        try makeDevice(step, Path(name), in: parent)
    }

    private func makeDevice(
        _ step: DeviceStep, _ name: Path, in parent: borrowing FileDescriptor, isDeviceDirectory: Bool = false
    ) throws(ContainerError) {
        if !step.bindsHostNode || step.kind == .fifo {
            do throws(Errno) {
                try makeNode(
                    name, at: parent, kind: step.kind, permissions: step.permissions, major: step.major,
                    minor: step.minor)
                return try complete(step, name, in: parent, isDeviceDirectory: isDeviceDirectory)
            } catch .fileExists {
                return try keepExisting(step, name, in: parent)
            } catch .notPermitted {
                // No privilege to make nodes: an outer user namespace. Bind the host's instead.
            } catch {
                throw ContainerError(errno: error, reason: "mknod")
            }
        }
        try bindHostNode(step, name, in: parent)
    }

    /// The container's directory of devices, opened once.
    package func devices() throws(ContainerError) -> SharedDescriptor {
        if let deviceDirectory { return deviceDirectory }
        if let new = openNewDirectory("/dev") {
            deviceDirectory = new
            return new
        }
        let directory = try explained("open /dev in the root file system") { () throws(Errno) in
            try RootedPath("/dev").openOrMakeDirectory(in: root.file).takeFile()
        }
        let shared = SharedDescriptor(directory)
        deviceDirectory = shared
        return shared
    }

    /// Gives a new node its owner, and its permissions where the directory's rules changed them.
    private func complete(
        _ step: DeviceStep, _ name: Path, in parent: borrowing FileDescriptor, isDeviceDirectory: Bool
    ) throws(Errno) {
        if !step.isNullDevice {
            if isDeviceDirectory, step.isOwnedByRoot, let keptPermissions,
                keptPermissions & step.permissions == step.permissions
            {
                return
            }
            let made = try fileStatus(name, at: parent, followingLinks: false)
            if step.isShown(by: made) { return }
        }
        if step.isNullDevice, isDeviceDirectory, let new = openNewDirectory("/dev"),
            step.isShown(by: try fileStatus(name, at: new.file, followingLinks: false))
        {
            if step.isOwnedByRoot { keptPermissions = step.permissions }
            nullDevice = .made(name, in: new)
            return
        }
        let node = try FileDescriptor.open(name, at: parent, [.path, .noFollow])
        let status = try node.status()
        guard step.describes(status) else { throw .staleFile }
        if !step.isShown(by: status) {
            try changeOwner(of: "", at: node, user: step.user, group: step.group)
            try Procfs.setPermissions(step.permissions, of: node, through: procfs.file)
        } else if isDeviceDirectory, step.isOwnedByRoot {
            keptPermissions = step.permissions
        }
        if status.isNullDevice { nullDevice = .node(SharedDescriptor(node)) }
    }

    private func keepExisting(_ step: DeviceStep, _ name: Path, in parent: borrowing FileDescriptor)
        throws(ContainerError)
    {
        let node = try explained("open") { () throws(Errno) in
            try FileDescriptor.open(name, at: parent, [.path, .noFollow])
        }
        let status = try explained("stat") { () throws(Errno) in try node.status() }
        guard step.describes(status) else {
            throw ContainerError(
                reason: step.path + step.difference(from: status),
                remedy: "another file is in the place of the device")
        }
        if status.isNullDevice { nullDevice = .node(SharedDescriptor(node)) }
    }

    private func bindHostNode(_ step: DeviceStep, _ name: Path, in parent: borrowing FileDescriptor)
        throws(ContainerError)
    {
        if let index = step.preparedIndex, let node = preparedDevices.first(where: { $0.destination == "\(index)" }) {
            let target = try makePlace(name, in: parent)
            return try explained("attach the node") { () throws(Errno) in try node.mount.attach(on: target) }
        }
        let source = try explained("open the host's node") { () throws(Errno) in
            try FileDescriptor.open(step.path, [.path])
        }
        let status = try explained("stat the host's node") { () throws(Errno) in try source.status() }
        guard step.describes(status) else {
            throw ContainerError(
                errno: .noSuchDevice, reason: "the host's file is not the device",
                remedy:
                    "nodes cannot be made in a user namespace, so the host's is bound, which must be the same device")
        }
        let target = try makePlace(name, in: parent)
        try explained("bind the host's node") { () throws(Errno) in try bind(source, on: target) }
        guard status.isNullDevice else { return }
        nullDevice = try explained("open") { () throws(Errno) in
            .node(SharedDescriptor(try FileDescriptor.open(name, at: parent, [.path, .noFollow])))
        }
    }

    /// A file for a node to be mounted on.
    package func makePlace(
        _ name: Path, in parent: borrowing FileDescriptor, permissions: UInt32 = 0o644
    ) throws(ContainerError) -> FileDescriptor {
        try explained("make the file in the root file system that it is mounted on") { () throws(Errno) in
            do throws(Errno) {
                try makeNode(name, at: parent, kind: .regular, permissions: permissions)
            } catch .fileExists {
                // Whatever it is, it gets covered; a link is not followed.
            }
            let place = try FileDescriptor.open(name, at: parent, [.path, .noFollow])
            guard try place.status().kind != .symbolicLink else { throw .tooManySymbolicLinks }
            return place
        }
    }
}

/// A node of the container that is known to be the null device.
package enum NullDevice {
    /// One that was found, and checked.
    case node(SharedDescriptor)
    /// One that was made in a file system of the container's own, where nobody else can put another in its place.
    case made(Path, in: SharedDescriptor)

    /// Its path from the directory of the own descriptors.
    package var place: Path {
        switch self {
        case .node(let node): node.file.entryName
        case .made(let name, let directory): "\(directory.file.entryName)/\(name)"
        }
    }
}

extension FileStatus {
    /// True for the null device, wherever its node lies.
    package var isNullDevice: Bool { kind == .characterDevice && deviceNumber == (1, 3) }
}
