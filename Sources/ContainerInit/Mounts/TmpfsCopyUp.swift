import ByteStrings
import LinuxKernel

extension RootfsSetup {
    /// Copies the directory behind `source` into the empty one behind `target`, by descriptors only.
    package func copyUp(from source: borrowing FileDescriptor, to target: borrowing FileDescriptor, _ path: Path)
        throws(ContainerError)
    {
        try explained("copy the files of " + path) { () throws(Errno) in
            try copyDirectory(from: source, to: target, depth: 0)
        }
    }

    private func copyDirectory(from source: borrowing FileDescriptor, to target: borrowing FileDescriptor, depth: Int)
        throws(Errno)
    {
        // A tree deeper than paths can be long is hostile.
        guard depth < 2048 else { throw .nameTooLong }
        let directory = try FileDescriptor.open(".", at: source, [.directory, .noFollow])
        for name in try directory.directoryEntries() {
            try copyEntry(Path(name), from: directory, to: target, depth: depth)
        }
        let status = try directory.status()
        try changeOwner(of: "", at: target, user: status.user, group: status.group)
        try Procfs.setPermissions(status.permissions, of: target, through: procfs.file)
        try copyAttributes(from: directory, to: target)
    }

    private func copyEntry(
        _ name: Path, from directory: borrowing FileDescriptor, to target: borrowing FileDescriptor, depth: Int
    ) throws(Errno) {
        let entry = try FileDescriptor.open(name, at: directory, [.path, .noFollow])
        let status = try entry.status()
        switch status.kind {
        case .directory:
            try makeDirectory(name, at: target, mode: 0o700)
            let copy = try FileDescriptor.open(name, at: target, [.path, .noFollow, .directory])
            return try copyDirectory(from: entry, to: copy, depth: depth + 1)
        case .symbolicLink:
            try makeSymbolicLink(name, at: target, to: try readLink("", at: entry))
        case .regular:
            try copyFile(entry, name, to: target)
        case .characterDevice, .blockDevice, .fifo:
            let (major, minor) = status.deviceNumber
            try makeNode(
                name, at: target, kind: status.kind, permissions: status.permissions, major: major, minor: minor)
        case .socket, .unknown:
            return
        }
        try changeOwner(of: name, at: target, user: status.user, group: status.group)
        guard status.kind != .symbolicLink else { return }
        let copy = try FileDescriptor.open(name, at: target, [.path, .noFollow])
        // After the owner, whose change takes the set-id bits away.
        try Procfs.setPermissions(status.permissions, of: copy, through: procfs.file)
    }

    private func copyFile(_ entry: borrowing FileDescriptor, _ name: Path, to target: borrowing FileDescriptor)
        throws(Errno)
    {
        // The link in procfs opens the file that was looked at, not what has its name now.
        let file = try Procfs.open(entry, through: procfs.file, .nonBlocking)
        let copy = try FileDescriptor.open(name, at: target, [.create, .exclusive, .noFollow, .writeOnly], mode: 0o600)
        while try copy.sendFile(from: file, count: 1 << 30) > 0 {}
        try copyAttributes(from: file, to: copy)
    }

    /// Copies extended attributes, among them capabilities of programs; what the tmpfs does not keep is left out.
    private func copyAttributes(from source: borrowing FileDescriptor, to target: borrowing FileDescriptor)
        throws(Errno)
    {
        let from = source.entryName
        let to = target.entryName
        try enterDescriptorDirectory()
        for name in try extendedAttributes(of: from) where !name.hasPrefix("system.") {
            guard let value = try extendedAttribute(name, of: from) else { continue }
            do throws(Errno) {
                try setExtendedAttribute(name, value, of: to)
            } catch {
                guard error == .notSupported || error == .notPermitted else { throw error }
            }
        }
    }
}
