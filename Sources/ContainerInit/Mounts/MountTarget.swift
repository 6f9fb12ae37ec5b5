import ByteStrings
import LinuxKernel

/// The place of a mount: resolved once, inside the root, and checked.
package struct MountTarget: ~Copyable {
    /// The file or directory that is mounted on.
    package let file: FileDescriptor
    /// False when it was made for the mount.
    package let existed: Bool

    /// Takes the descriptor.
    package consuming func takeFile() -> FileDescriptor { file }
}

extension RootfsSetup {
    /// Finds or makes the place of `step`.
    package func target(of step: MountStep, directory: Bool) throws(ContainerError) -> MountTarget {
        if step.coversRoot {
            guard directory else {
                throw ContainerError(errno: .notDirectory, reason: "only a directory can be the root")
            }
            return try explained("dup the root file system") { () throws(Errno) in
                MountTarget(file: try root.file.duplicate(), existed: true)
            }
        }
        let path = RootedPath(step.destination)
        if isMisplaced(step) { throw insideProc(step, path) }
        if directory, let made = try makeInNewDirectory(step.destination) { return made }
        let links = links(of: step)
        let found: RootedPath.Place
        do throws(Errno) {
            if directory {
                found = try path.openOrMakeDirectory(in: root.file, links)
            } else {
                found = try path.openOrMakeFile(in: root.file, links)
            }
        } catch {
            if links == .refuse, error == .tooManySymbolicLinks || error == .notDirectory {
                throw ContainerError(
                    member: ".destination",
                    reason: "filesystem \"" + step.type + "\" must be mounted on ordinary directory")
            }
            throw ContainerError(
                member: ".destination", errno: error, reason: "open " + step.destination + " in the root file system",
                remedy: error == .notDirectory && directory ? "a directory can only be mounted on a directory" : "")
        }
        return try checked(found, step)
    }

    /// The place of `step`, whatever kind of file it is, if it is there and nothing has to be refused or explained.
    package func existingTarget(of step: MountStep) throws(ContainerError) -> MountTarget? {
        if step.coversRoot || isMisplaced(step) { return nil }
        let found: RootedPath.Place
        do throws(Errno) {
            found = try RootedPath(step.destination).find(in: root.file, links(of: step))
        } catch {
            return nil
        }
        return try checked(found, step)
    }

    /// Makes a directory for a mount directly in a file system that was just made, in which nothing can be in the way.
    private func makeInNewDirectory(_ destination: Path) throws(ContainerError) -> MountTarget? {
        guard let (directory, name) = makePlaceInNewDirectory(destination) else { return nil }
        do throws(Errno) {
            let file = try FileDescriptor.open(name, at: directory.file, [.path, .noFollow, .directory])
            return MountTarget(file: file, existed: false)
        } catch {
            return nil
        }
    }

    /// The same, for a call that takes a path: the directory above, and the name in it. Nil where the path leads elsewhere, an
    /// earlier mount has made it, or something is wrong, which the other way finds out.
    package func makePlaceInNewDirectory(_ destination: Path) -> (directory: SharedDescriptor, name: Path)? {
        guard let (parent, name) = destination.parentAndName, let directory = openNewDirectory(parent) else {
            return nil
        }
        do throws(Errno) {
            try makeDirectory(Path(name), at: directory.file, mode: 0o755)
            return (directory, Path(name))
        } catch {
            return nil
        }
    }

    private func isMisplaced(_ step: MountStep) -> Bool {
        !step.rules.contains(.insideProc) && step.destination.bytes.hasPrefix("/proc/")
    }

    private func links(of step: MountStep) -> RootedPath.Links {
        switch step.kind {
        // A link here would let the image choose where the kernel's own files appear.
        case .proc, .sysfs: .refuse
        default: step.rules.contains(.destinationNoFollow) ? .keepLast : .follow
        }
    }

    /// Refuses the root itself, and what lies in a procfs.
    private func checked(
        _ place: consuming RootedPath.Place, _ step: MountStep
    ) throws(ContainerError) -> MountTarget {
        let (existed, isPlain) = (place.existed, place.isPlain)
        let file = place.takeFile()
        // Then its name has shown it: `isMisplaced` knows those below /proc.
        if isPlain { return MountTarget(file: file, existed: existed) }
        newDirectory = nil
        let status = try explained("stat " + step.destination) { () throws(Errno) in try file.status() }
        if try explained("stat", { () throws(Errno) in try isRoot(status) }) {
            throw ContainerError(
                member: ".destination",
                reason: "mountpoint \"" + step.destination + "\" is on the top of the root file system")
        }
        if existed, !step.rules.contains(.insideProc) {
            let isInProc = try explained("statfs " + step.destination) { () throws(Errno) in
                // No two file systems have one device number at a time, and the root stays.
                try isOnRootFileSystem(status) ? isRootProc() : file.fileSystemKind() == .proc
            }
            if isInProc { throw insideProc(step) }
        }
        return MountTarget(file: file, existed: existed)
    }

    /// The refusal of a place in /proc. For a file that is not there it says so, as runc does, which tries to make it:
    /// engines tell the two apart.
    private func insideProc(_ step: MountStep, _ path: RootedPath? = nil) -> ContainerError {
        var failure = ContainerError(
            member: ".destination",
            reason: "\"" + step.destination + "\" cannot be mounted because it is inside /proc")
        do throws(Errno) {
            _ = try path?.open(in: root.file)
        } catch {
            failure.errno = error
        }
        return failure
    }
}
