import ByteStrings
import LinuxKernel

extension StateRecord {
    /// Notes what the standard streams of a process are connected to, by the names of /proc/PID/fd: a pipe's other end is
    /// outside of the container, so a restore has to give it another one.
    package mutating func noteStreams(of pid: Int32) {
        externalDescriptors = [0, 1, 2].map { (number: Int32) -> String in
            do throws(Errno) {
                return try readLink("/proc/\(pid)/fd/\(number)").text
            } catch {
                // Closed, or of a process that an ordinary user may not look into.
                return "/dev/null"
            }
        }
    }
}
