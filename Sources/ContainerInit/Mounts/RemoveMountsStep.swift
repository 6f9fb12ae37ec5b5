import ByteStrings
import LinuxKernel

/// Takes mounts of a container that runs away: all of them, or none. They can be put back until `KeepMountsStep`.
package struct RemoveMountsStep: Equatable, RootfsStep {
    package static let name: StaticString = "remove-mounts"

    /// One for each entry of the list that was given, in its order.
    package var places: [Place] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("places", &places)
    }

    package var detail: String { places.map(\.path.text).joined(separator: "; ") }

    /// Where a mount lies in the container.
    package struct Place: Equatable, FieldRecord {
        package var path = Path()
        /// True for a mount on a link itself.
        package var isOnLink = false

        package init() {}

        package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
            try visitor.field("path", &path)
            try visitor.field("onLink", &isOnLink)
        }
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        try setup.enterRunningRoot()
        // All are looked at before the first one goes.
        for (index, place) in places.enumerated() { _ = try setup.openMount(at: place, index) }
        // Backwards, as they were made: later ones may lie in earlier ones.
        for (index, place) in places.enumerated().reversed() {
            do throws(ContainerError) {
                let mount = try setup.openMount(at: place, index)
                let copy = try setup.copy(of: mount, at: place, isNeeded: index != 0)
                try explained("umount " + place.path) { () throws(Errno) in try setup.detach(mount) }
                let others = setup.reversal
                setup.reversal = { (setup, failure) in
                    if let copy { setup.putBack(copy, at: place, &failure) }
                    others?(setup, &failure)
                }
            } catch {
                var failure = error.caused(by: Origin(.mounts, index))
                setup.takeBack(&failure)
                throw failure
            }
        }
    }
}

extension RootfsSetup {
    /// The mount on top at a place.
    fileprivate func openMount(at place: RemoveMountsStep.Place, _ index: Int) throws(ContainerError) -> FileDescriptor
    {
        do throws(ContainerError) {
            let found = try explained("open " + place.path + " in the root file system") { () throws(Errno) in
                try openPlace(place.path, followingLast: !place.isOnLink)
            }
            let (isMount, isSame) = try explained("stat " + place.path) { () throws(Errno) in
                (try found.isMountRoot(), try found.mountID() == root.file.mountID())
            }
            guard isMount else { throw ContainerError(reason: "nothing is mounted there") }
            guard !isSame else { throw ContainerError(reason: "it is the container's root, which stays") }
            return found
        } catch {
            throw error.at(".destination", quoted(place.path)).caused(by: Origin(.mounts, index))
        }
    }

    /// What can be put back in the place of a mount; nil for one that cannot be copied, as an unbindable one, if its removal can
    /// do without.
    fileprivate func copy(
        of mount: borrowing FileDescriptor, at place: RemoveMountsStep.Place, isNeeded: Bool
    ) throws(ContainerError) -> MountedPlace? {
        do throws(Errno) {
            return MountedPlace(
                destination: place.path, mount: try FileDescriptor.cloneTree(at: mount, recursively: true))
        } catch {
            if !isNeeded { return nil }
            throw ContainerError(
                errno: error, reason: "open_tree " + place.path,
                remedy: "it could not be put back if something behind failed")
        }
    }

    fileprivate func putBack(
        _ copy: MountedPlace, at place: RemoveMountsStep.Place, _ failure: inout ContainerError
    ) {
        do throws(Errno) {
            let target = try openPlace(place.path, followingLast: !place.isOnLink)
            try copy.mount.attach(on: target)
        } catch {
            failure.remedy = "and \"" + place.path + "\" could not be mounted again: " + error.message
        }
    }
}
