import Linux

extension RootfsSetup {
    /// Makes a device node, or binds the host's where the kernel lets nobody make one.
    package func perform(_ step: DeviceStep) throws(ContainerError) {
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
        if parentPath == "/dev/" { return try makeDevice(step, Path(name), in: try devices()) }
        let parent = try explained("open " + parentPath + " in the root file system") { () throws(Errno) in
            FileDescriptor(owning: try RootedPath(parentPath, in: root).openOrMakeDirectory().file)
        }
        try makeDevice(step, Path(name), in: parent.raw)
    }

    private func makeDevice(_ step: DeviceStep, _ name: Path, in parent: Int32) throws(ContainerError) {
        if !step.bindsHostNode || step.kind == .fifo {
            do throws(Errno) {
                try makeNode(
                    name, at: parent, kind: step.kind, permissions: step.permissions, major: step.major,
                    minor: step.minor)
                return try complete(step, name, in: parent)
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

    /// The container's folder of devices, opened once.
    private func devices() throws(ContainerError) -> Int32 {
        if let folder = deviceFolder?.raw { return folder }
        let folder = try explained("open /dev in the root file system") { () throws(Errno) in
            FileDescriptor(owning: try RootedPath("/dev", in: root).openOrMakeDirectory().file)
        }
        let raw = folder.raw
        deviceFolder = consume folder
        return raw
    }

    /// Gives a new node its owner, and its permissions where the folder's rules changed them.
    private func complete(_ step: DeviceStep, _ name: Path, in parent: Int32) throws(Errno) {
        let made = try fileStatus(name, at: parent, followingLinks: false)
        let isAsWanted =
            step.describes(made) && made.user == step.user && made.group == step.group
            && made.permissions == step.permissions
        if isAsWanted, !made.isNullDevice { return }
        let node = try FileDescriptor.open(name, at: parent, [.path, .noFollow])
        let status = try node.status()
        guard step.describes(status) else { throw .staleFile }
        if !isAsWanted {
            try changeOwner("", at: node.raw, user: step.user, group: step.group)
            try setPermissions(step.permissions, of: "self/fd/\(node.raw)", at: procfs.raw)
        }
        if status.isNullDevice { nullDevice = consume node }
    }

    private func keepExisting(_ step: DeviceStep, _ name: Path, in parent: Int32) throws(ContainerError) {
        let node = try explained("open") { () throws(Errno) in
            try FileDescriptor.open(name, at: parent, [.path, .noFollow])
        }
        let status = try explained("stat") { () throws(Errno) in try node.status() }
        guard step.describes(status) else {
            throw ContainerError(
                reason: step.path + step.difference(from: status),
                remedy: "another file is in the place of the device")
        }
        if status.isNullDevice { nullDevice = consume node }
    }

    private func bindHostNode(_ step: DeviceStep, _ name: Path, in parent: Int32) throws(ContainerError) {
        if let index = step.preparedIndex, let node = preparedDevices.first(where: { $0.destination == "\(index)" }) {
            let target = try makePlace(name, in: parent)
            return try explained("attach the node") { () throws(Errno) in try node.mount.attach(on: target.raw) }
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
        try explained("bind the host's node") { () throws(Errno) in try bind(source.raw, on: target.raw) }
        guard status.isNullDevice else { return }
        nullDevice = try explained("open") { () throws(Errno) in
            try FileDescriptor.open(name, at: parent, [.path, .noFollow])
        }
    }

    /// A file for a node to be mounted on.
    private func makePlace(
        _ name: Path, in parent: Int32, permissions: UInt32 = 0o644
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

    /// Makes the links in `/dev` that programs expect.
    package func perform(_ step: DeviceLinksStep) throws(ContainerError) {
        let folder = try devices()
        try makeLink("fd", to: "/proc/self/fd", in: folder)
        try makeLink("stdin", to: "/proc/self/fd/0", in: folder)
        try makeLink("stdout", to: "/proc/self/fd/1", in: folder)
        try makeLink("stderr", to: "/proc/self/fd/2", in: folder)
        if fileExists("kcore", at: procfs.raw) { try makeLink("core", to: "/proc/kcore", in: folder) }
        try attempt("error creating device links", "/dev/ptmx") { () throws(Errno) in
            do throws(Errno) {
                try makeSymbolicLink("ptmx", at: folder, to: "pts/ptmx")
            } catch .fileExists {
                // A node in its place would open the terminals of whoever mounted devpts, not the container's.
                try unlink("ptmx", at: folder)
                try makeSymbolicLink("ptmx", at: folder, to: "pts/ptmx")
            }
        }
    }

    private func makeLink(_ name: Path, to target: Path, in folder: Int32) throws(ContainerError) {
        do throws(Errno) {
            try makeSymbolicLink(name, at: folder, to: target)
        } catch .fileExists {
            // What the image has stays.
        } catch {
            throw ContainerError(operation: "error creating device links", subject: "/dev/" + name, errno: error)
        }
    }

    /// Makes the container's terminal its `/dev/console`.
    ///
    /// `terminal` is the slave's side, opened from the container's own devpts.
    package func bindConsole(_ terminal: Int32) throws(ContainerError) {
        try withoutMask { () throws(ContainerError) in
            do throws(ContainerError) {
                try coverConsole(with: terminal)
            } catch {
                var failure = error
                failure.operation = "mount the terminal on"
                failure.subject = "/dev/console"
                throw failure
            }
        }
    }

    private func coverConsole(with terminal: Int32) throws(ContainerError) {
        let status = try explained("stat the terminal") { () throws(Errno) in try fileStatus(of: terminal) }
        // The majors of Unix 98 terminals, see Documentation/admin-guide/devices.txt of the kernel.
        guard status.kind == .characterDevice, (136...143).contains(status.deviceNumber.major) else {
            throw ContainerError(errno: .notTerminal, reason: "/dev/pts of the container gave no terminal")
        }
        let folder = try explained("open /dev in the root file system") { () throws(Errno) in
            try RootedPath("/dev", in: root).open(directory: true)
        }
        let target = try makePlace("console", in: folder.raw, permissions: 0o666)
        try explained("bind the terminal") { () throws(Errno) in try bind(terminal, on: target.raw) }
    }
}

extension DeviceStep {
    /// True for a file that is this device.
    func describes(_ status: FileStatus) -> Bool {
        status.kind == kind && (kind == .fifo || status.deviceNumber == (major, minor))
    }

    /// In what a file that is not this device differs from it.
    func difference(from status: FileStatus) -> String {
        guard status.kind == kind else {
            return " has incorrect ftype: 0" + String(status.kind.rawValue, radix: 8) + " doesn't match expected 0"
                + String(kind.rawValue, radix: 8)
        }
        let found = status.deviceNumber
        return " has incorrect major:minor: \(found.major):\(found.minor) doesn't match expected \(major):\(minor)"
    }
}

extension FileStatus {
    /// True for the null device, wherever its node lies.
    var isNullDevice: Bool { kind == .characterDevice && deviceNumber == (1, 3) }
}
