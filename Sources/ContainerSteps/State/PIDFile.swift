import ByteStrings
import ContainerInit
import LinuxKernel

/// The file that a caller reads a process's number from: decimal digits and nothing else.
package struct PIDFile {
    package let path: Path

    /// Makes the file new under another name and renames it into place, so that no reader sees half of it and nothing
    /// is written through a link.
    package func write(_ pid: Int32) throws(ContainerError) {
        guard let (directory, name) = path.parentAndName else {
            throw ContainerError(origin: Origin(.option), errno: .isDirectory, reason: "open \(path)")
        }
        let temporary = directory.appending(".\(name)" as Path)
        do throws(Errno) {
            let file = try FileDescriptor.open(
                temporary, [.writeOnly, .create, .exclusive, .synchronous, .noFollow], mode: 0o666)
            do throws(Errno) {
                try file.write(Array(String(pid).utf8))
                try rename(temporary, to: path)
            } catch {
                try unlink(temporary)
                throw error
            }
        } catch {
            throw ContainerError(origin: Origin(.option), errno: error, reason: "open \(temporary)")
        }
    }
}
