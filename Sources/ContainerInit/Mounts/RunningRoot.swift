import ByteStrings
import LinuxKernel

/// The root of a container that runs, seen by a process that has joined its mount namespace.
extension RootfsSetup {
    /// Goes on in the container's root.
    ///
    /// Whoever joins a mount namespace stands in its root, and everything in it is the container's, so that no path leads
    /// out of it. Magic links of a procfs are the exception, and `RootedPath` takes none.
    package func enterRunningRoot() throws(ContainerError) {
        setRoot(
            try attempt("open", "the container's root") { () throws(Errno) in
                try FileDescriptor.open("/", [.path, .directory])
            })
    }

    /// What takes a detached mount away again once it is attached; nil where nobody asks. Made before that, so that
    /// no mount is made that nobody could name.
    package func placeToRemember(_ step: MountStep, _ mount: borrowing FileDescriptor) throws(Errno) -> MountedPlace? {
        guard made != nil else { return nil }
        return MountedPlace(destination: step.destination, mount: try mount.duplicate())
    }

    /// Takes away what was made, the last mount first, and adds to the failure what could not be taken away.
    package func takeAwayMade(_ failure: inout ContainerError) {
        while let place = made?.popLast() {
            do throws(Errno) {
                try detach(place.mount)
            } catch {
                failure.remedy = "and \"" + place.destination + "\" could not be unmounted again: " + error.message
            }
        }
    }

    /// Detaches the mount whose root a descriptor names. The call takes a path: the descriptor's own number, so that it
    /// does not matter what has happened to the name of the place.
    package func detach(_ mount: borrowing FileDescriptor) throws(Errno) {
        try enterDescriptorDirectory()
        try detachMount(mount.entryName, followingLinks: true)
    }

    /// Opens a place of the container.
    package func openPlace(_ path: Path, followingLast: Bool = true) throws(Errno) -> FileDescriptor {
        try RootedPath(path).open(in: root.file, followingLast ? .follow : .keepLast)
    }
}
