import ByteStrings
import LinuxKernel

extension RootfsSetup {
    /// Copies the directory behind `source` into the empty one behind `target`, by descriptors only.
    package func copyUp(from source: Int32, to target: Int32, _ path: Path) throws(ContainerError) {
        try explained("copy the files of " + path) { () throws(Errno) in
            try copyDirectory(from: source, to: target, depth: 0)
        }
    }

    private func copyDirectory(from source: Int32, to target: Int32, depth: Int) throws(Errno) {
        // A tree deeper than paths can be long is hostile.
        guard depth < 2048 else { throw .nameTooLong }
        let directory = try FileDescriptor.open(".", at: source, [.directory, .noFollow])
        for name in try directory.directoryEntries() {
            try copyEntry(Path(name), from: directory.raw, to: target, depth: depth)
        }
        let status = try directory.status()
        try changeOwner(of: "", at: target, user: status.user, group: status.group)
        try setPermissions(status.permissions, of: "self/fd/\(target)", at: procfs.raw)
        try copyAttributes(from: directory.raw, to: target)
    }

    private func copyEntry(_ name: Path, from directory: Int32, to target: Int32, depth: Int) throws(Errno) {
        let entry = try FileDescriptor.open(name, at: directory, [.path, .noFollow])
        let status = try entry.status()
        switch status.kind {
        case .directory:
            try makeDirectory(name, at: target, mode: 0o700)
            let copy = try FileDescriptor.open(name, at: target, [.path, .noFollow, .directory])
            return try copyDirectory(from: entry.raw, to: copy.raw, depth: depth + 1)
        case .symbolicLink:
            try makeSymbolicLink(name, at: target, to: try readLink("", at: entry.raw))
        case .regular:
            try copyFile(entry.raw, name, to: target)
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
        try setPermissions(status.permissions, of: "self/fd/\(copy.raw)", at: procfs.raw)
    }

    private func copyFile(_ entry: Int32, _ name: Path, to target: Int32) throws(Errno) {
        // The link in procfs opens the file that was looked at, not what has its name now.
        let file = try FileDescriptor.open("self/fd/\(entry)", at: procfs.raw, .nonBlocking)
        let copy = try FileDescriptor.open(name, at: target, [.create, .exclusive, .noFollow, .writeOnly], mode: 0o600)
        while try sendFile(to: copy.raw, from: file.raw, count: 1 << 30) > 0 {}
        try copyAttributes(from: file.raw, to: copy.raw)
    }

    /// Copies extended attributes, among them capabilities of programs; what the tmpfs does not keep is left out.
    private func copyAttributes(from source: Int32, to target: Int32) throws(Errno) {
        let from: Path = "\(source)"
        let to: Path = "\(target)"
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
