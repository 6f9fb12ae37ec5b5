import ByteStrings
import LinuxKernel

/// What a descriptor of a process is connected to, by its name in /proc/PID/fd: a pipe's other end is outside of the
/// container, so a restore has to give it another one.
///
/// - Parameter process: a directory of /proc.
func streamName(_ descriptor: DescriptorNumber, of process: ByteString) -> ByteString {
    do throws(Errno) {
        return try readLink("/proc/\(process)/fd/\(descriptor.rawValue)").bytes
    } catch {
        // Closed, or of a process that an ordinary user may not look into.
        return "/dev/null"
    }
}
