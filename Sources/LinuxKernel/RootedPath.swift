import CLinuxKernel

/// A path below a directory that somebody hostile filled.
///
/// The directory is the root of the resolution: absolute links start there, `..` does not leave it, and the magic links of
/// procfs are refused. The result is always a descriptor, so that what was found cannot be exchanged afterwards.
package struct RootedPath: Sendable {
    /// The path, with or without a leading slash.
    package let path: Path

    /// Names `path`, whatever the root will be.
    package init(_ path: Path) { self.path = path }
}

/// What to do with parts of a path that do not exist.
enum Missing {
    case fail
    case makeDirectory(mode: UInt32)
    case makeFile(mode: UInt32)
}

extension RootedPath {
    /// How the last component and links are treated.
    package enum Links: Sendable {
        /// Links are followed, inside the root.
        case follow
        /// A link in the last component is not followed: the descriptor names the link.
        case keepLast
        /// A link anywhere is an error (`ELOOP`).
        case refuse
    }

    /// A file that was named.
    package struct Place: ~Copyable {
        private let file: FileDescriptor
        /// False when it was made.
        package let existed: Bool
        /// Whether it is known to lie where its path says, and not to be the root: no link lies on the way, or it is new.
        package let isPlain: Bool

        init(file: consuming FileDescriptor, existed: Bool, isPlain: Bool) {
            self.file = file
            self.existed = existed
            self.isPlain = isPlain
        }

        /// Takes the descriptor that names it.
        package consuming func takeFile() -> FileDescriptor { file }
    }

    /// Names an existing file below `root` (`O_PATH`). See openat2(2), `RESOLVE_IN_ROOT`.
    package func open(
        in root: borrowing FileDescriptor, _ links: Links = .follow, directory: Bool = false
    ) throws(Errno) -> FileDescriptor {
        var flags: OpenFlags = .path
        var resolve: ResolveFlags = .inHostileRoot
        if directory { flags.insert(.directory) }
        if links == .keepLast { flags.insert(.noFollow) }
        if links == .refuse { resolve.insert(.noSymbolicLinks) }
        do throws(Errno) {
            return try FileDescriptor.open(path, at: root, flags, resolve: resolve)
        } catch .noSuchSystemCall {
            return try walk(in: root, .fail, links, directory: directory)
        } catch .notPermitted {
            // A system call filter around the runtime; the call itself has no reason for EPERM.
            return try walk(in: root, .fail, links, directory: directory)
        } catch .tryAgain {
            // A host that renames and mounts without pause: the walk does not ask the kernel about `..`.
            return try walk(in: root, .fail, links, directory: directory)
        }
    }

    /// Names an existing file as `open` does, and tells whether the path led there plainly.
    package func find(
        in root: borrowing FileDescriptor, _ links: Links = .follow, directory: Bool = false
    ) throws(Errno) -> Place {
        guard isDownwards else {
            return Place(file: try open(in: root, links, directory: directory), existed: true, isPlain: false)
        }
        var flags: OpenFlags = .path
        if directory { flags.insert(.directory) }
        if links == .keepLast { flags.insert(.noFollow) }
        do throws(Errno) {
            let file = try FileDescriptor.open(path, at: root, flags, resolve: .inHostileRoot.union(.noSymbolicLinks))
            return Place(file: file, existed: true, isPlain: true)
        } catch {
            switch error {
            case .tooManySymbolicLinks where links != .refuse, .noSuchSystemCall, .notPermitted, .tryAgain:
                return Place(file: try open(in: root, links, directory: directory), existed: true, isPlain: false)
            default: throw error
            }
        }
    }

    /// Whether the path without links leads to something below the root.
    private var isDownwards: Bool {
        var hasName = false
        var previous = UInt8(ascii: "/")
        for byte in path.bytes {
            if byte == UInt8(ascii: "."), previous == UInt8(ascii: ".") { return false }
            if byte != UInt8(ascii: "."), byte != UInt8(ascii: "/") { hasName = true }
            previous = byte
        }
        return hasName
    }

    /// Names the directory, making it and its parents where they are missing.
    ///
    /// Links are followed inside the root; the missing end of a dangling link is made inside the root.
    package func openOrMakeDirectory(
        in root: borrowing FileDescriptor, mode: UInt32 = 0o755, _ links: Links = .follow
    ) throws(Errno) -> Place {
        do throws(Errno) {
            return try find(in: root, links, directory: true)
        } catch .noSuchFileOrDirectory {
            if let made = try makeLast(
                in: root,
                { (parent, name) throws(Errno) in
                    try makeDirectory(name, at: parent, mode: mode)
                    return try FileDescriptor.open(name, at: parent, [.path, .noFollow, .directory])
                })
            {
                return Place(file: made, existed: false, isPlain: true)
            }
            return Place(
                file: try walk(in: root, .makeDirectory(mode: mode), links, directory: true), existed: false,
                isPlain: false)
        }
    }

    /// Names the file, making an empty regular one, and its parents as directories, where they are missing.
    package func openOrMakeFile(
        in root: borrowing FileDescriptor, mode: UInt32 = 0o644, _ links: Links = .follow
    ) throws(Errno) -> Place {
        do throws(Errno) {
            return try find(in: root, links)
        } catch .noSuchFileOrDirectory {
            if let made = try makeLast(
                in: root,
                { (parent, name) throws(Errno) in
                    try FileDescriptor.open(name, at: parent, [.create, .exclusive, .noFollow], mode: mode)
                })
            {
                return Place(file: made, existed: false, isPlain: true)
            }
            return Place(
                file: try walk(in: root, .makeFile(mode: mode), links, directory: false), existed: false, isPlain: false
            )
        }
    }

    /// The usual case of a missing file: only the last component is missing, and no link stands there.
    private func makeLast(
        in root: borrowing FileDescriptor,
        _ make: (_ parent: borrowing FileDescriptor, _ name: Path) throws(Errno) -> FileDescriptor
    ) throws(Errno) -> FileDescriptor? {
        guard let (parentPath, name) = path.parentAndName else { return nil }
        do throws(Errno) {
            let parent = try RootedPath(parentPath).open(in: root, directory: true)
            return try make(parent, Path(name))
        } catch .noSuchFileOrDirectory {
            return nil
        } catch .fileExists {
            return nil
        }
    }

    // The resolution in steps of one component, for kernels and filters without openat2, and for what is to be made.
    // Every directory on the way stays open, so `..` returns to the directory that was really passed.
    func walk(
        in root: borrowing FileDescriptor, _ missing: Missing, _ links: Links, directory: Bool
    ) throws(Errno) -> FileDescriptor {
        let start = SharedDescriptor(try root.duplicate())
        var passed: [SharedDescriptor] = []
        var pending: [PathComponent] = []
        try push(path, onto: &pending)
        var followed = 0
        var attempts = 0
        while let name = pending.popLast() {
            let current = passed.last ?? start
            if name.isParentDirectory {
                _ = passed.popLast()
                continue
            }
            let isLast = pending.isEmpty
            let component = Path(name)
            let file: FileDescriptor
            do throws(Errno) {
                file = try FileDescriptor.open(component, at: current.file, [.path, .noFollow])
            } catch .noSuchFileOrDirectory {
                attempts += 1
                guard attempts < 4096 else { throw .tooManySymbolicLinks }
                do throws(Errno) {
                    switch missing {
                    case .fail:
                        throw .noSuchFileOrDirectory
                    case .makeFile(let mode) where isLast:
                        return try FileDescriptor.open(
                            component, at: current.file, [.create, .exclusive, .noFollow], mode: mode)
                    case .makeDirectory(let mode):
                        try makeDirectory(component, at: current.file, mode: mode)
                    case .makeFile:
                        try makeDirectory(component, at: current.file, mode: 0o755)
                    }
                } catch .fileExists {
                    // Somebody was faster; look at what it is now.
                }
                pending.append(name)
                continue
            }
            let kind = try file.status().kind
            if kind == .symbolicLink {
                if links == .refuse { throw .tooManySymbolicLinks }
                if links == .keepLast, isLast {
                    if directory { throw .notDirectory }
                    return file
                }
                followed += 1
                guard followed <= 40 else { throw .tooManySymbolicLinks }
                let target = try readLink("", at: file)
                guard !target.isEmpty else { throw .noSuchFileOrDirectory }
                if target.isAbsolute { passed.removeAll() }
                try push(target, onto: &pending)
                continue
            }
            if isLast {
                if directory, kind != .directory { throw .notDirectory }
                return file
            }
            guard kind == .directory else { throw .notDirectory }
            passed.append(SharedDescriptor(file))
        }
        return try (passed.last ?? start).file.duplicate()
    }

    private func push(_ path: Path, onto pending: inout [PathComponent]) throws(Errno) {
        guard let components = path.components else { throw .invalidArgument }
        for component in components.reversed() where !component.isCurrentDirectory { pending.append(component) }
    }
}
