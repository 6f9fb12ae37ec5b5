import Cgroups
import ContainerInit
import ContainerSteps
import LinuxKernel

/// An update freezes the processes for a moment where rules of devices of version 1 begin anew. A file in the state directory
/// says so meanwhile: such a container is not paused, and if the update was killed, the next command lets it go on.
extension Container {
    static let updateMarker: Path = "frozen-by-update"

    /// How long others wait for the moment to pass, in milliseconds.
    private static let patienceWithUpdates: Int32 = 10_000

    /// Writes that the processes are about to be frozen, or removes it again.
    static func markFreeze(_ begins: Bool, in directory: StateDirectory) throws(CgroupError) {
        do throws(Errno) {
            if begins {
                _ = try FileDescriptor.open(
                    updateMarker, at: directory.descriptor, [.writeOnly, .create, .noFollow], mode: 0o600)
            } else {
                try unlink(updateMarker, at: directory.descriptor)
            }
        } catch {
            throw CgroupError(operation: "write", path: directory.path.appending(updateMarker).text, errno: error)
        }
    }

    /// Lets a container go on that an update has frozen and, killed, left so. The caller holds the lock of the directory.
    func endInterruptedUpdate(_ directory: StateDirectory) throws(ContainerError) {
        guard try look.isFrozenByUpdate() else { return }
        try withCgroup { (cgroup) throws(CgroupError) in try cgroup.thaw() }
        try cgroupCall { () throws(CgroupError) in try Self.markFreeze(false, in: directory) }
    }

    /// Waits until no update freezes the container; one that was killed is ended.
    func waitForUpdate() throws(ContainerError) {
        let deadline = Deadline(milliseconds: Self.patienceWithUpdates)
        while try look.isFrozenByUpdate(), !deadline.isOver {
            if let directory = try lockAtOnce() {
                try endInterruptedUpdate(directory)
            } else {
                sleep(microseconds: 2000)
            }
        }
    }

    private func lockAtOnce() throws(ContainerError) -> StateDirectory? {
        guard let directory = try StateDirectory.open(at: store.directory(of: id), patience: 0) else { return nil }
        let isLocked = try attempt("flock", directory.path) { () throws(Errno) in
            try directory.descriptor.lock(waiting: false)
        }
        return isLocked ? directory : nil
    }
}
