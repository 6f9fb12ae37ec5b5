import ByteStrings
import ContainerInit
import LinuxKernel

/// The socket of a caller that takes the master of a terminal.
package enum ConsoleSocket {
    /// Connects to the socket at `path`; a relative path counts from the working directory or, where nothing is there,
    /// from the bundle, as in older releases of runc.
    package static func connect(to path: Path, bundle: Path) throws(ContainerError) -> FileDescriptor {
        let isAbsolute = path.isAbsolute
        if !isAbsolute, fileExists(path, at: workingDirectory) {
            return try explained("dial unix \(path): connect") { () throws(Errno) in try connectStream(to: path) }
        }
        let absolute = isAbsolute ? path : bundle.appending(path)
        do throws(Errno) {
            return try connectStream(to: absolute)
        } catch .nameTooLong where path.bytes.count <= 107 {
            // The bundle's path makes it too long; the directory by its descriptor does not.
            return try attempt("connect", path) { () throws(Errno) in
                let directory = try FileDescriptor.open(bundle, [.path, .directory])
                return try connectStream(to: "/proc/self/fd/\(directory.raw)/\(path)")
            }
        } catch {
            throw ContainerError(errno: error, reason: "dial unix \(path): connect")
        }
    }

    /// Sends the master with the name that receivers expect, and closes the connection.
    package static func send(_ master: consuming FileDescriptor, over socket: consuming FileDescriptor)
        throws(ContainerError)
    {
        let raw = (master.raw, socket.raw)
        try attempt("sendmsg", "the console socket") { () throws(Errno) in
            try LinuxKernel.send(Array("/dev/pts/ptmx".utf8), descriptors: [raw.0], over: raw.1)
        }
    }
}
