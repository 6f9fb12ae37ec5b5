import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// The first process of a container as CRIU has made it, before it goes on.
struct RestoredProcess {
    let pid: Int32

    /// Throws if the process is not under the profile that was asked for: CRIU gives another one only to processes that had
    /// one, and says nothing about the others.
    ///
    /// - Parameter asked: the profile as `TYPE:NAME`; of types other than `apparmor` CRIU knows what it cannot do.
    func checkProfile(_ asked: ByteString) throws(ContainerError) {
        let kind: ByteString = "apparmor:"
        guard asked.hasPrefix(kind) else { return }
        let path: Path = "/proc/\(pid)/attr/current"
        let label = try attempt("read", path) { () throws(Errno) in try readKernelFile(path) }
        let name = ByteString(bytes: label.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") })
        guard name != ByteString(bytes: asked.dropFirst(kind.count)) else { return }
        throw ContainerError(
            reason: "the restored process is under the AppArmor profile " + quoted(name.text) + ", not under "
                + quoted(asked.text) + ": CRIU replaces a profile only where there was one")
    }

    /// Whether it is in another time namespace than this process: CRIU lets the clocks go on where they were.
    func isInOtherTime() throws(ContainerError) -> Bool {
        do throws(Errno) {
            let (own, other) = (try fileStatus("/proc/self/ns/time"), try fileStatus("/proc/\(pid)/ns/time"))
            return own.inode != other.inode
        } catch {
            guard error == .noSuchFileOrDirectory else {
                throw ContainerError(operation: "stat", subject: "/proc/\(pid)/ns/time", errno: error)
            }
            return false  // Linux before 5.6 has no such namespaces.
        }
    }
}
