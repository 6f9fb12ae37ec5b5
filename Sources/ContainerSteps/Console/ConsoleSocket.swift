import ByteStrings
import ContainerInit
import LinuxKernel

/// The socket of a caller that takes the master of a terminal.
package enum ConsoleSocket {
    /// Connects to the socket at `path`; a relative path counts from the working directory or, where nothing is there,
    /// from the bundle, as in older releases of runc.
    package static func connect(to path: Path, bundle: Path) throws(ContainerError) -> FileDescriptor {
        let isAbsolute = path.isAbsolute
        if !isAbsolute, fileExists(path) {
            return try explained("dial unix \(path): connect") { () throws(Errno) in try connectStream(to: path) }
        }
        let absolute = isAbsolute ? path : bundle.appending(path)
        do throws(Errno) {
            return try connectStream(to: absolute)
        } catch .nameTooLong where path.bytes.count <= 107 {
            // The bundle's path makes it too long; the directory by its descriptor does not.
            return try attempt("connect", path) { () throws(Errno) in
                let directory = try FileDescriptor.open(bundle, [.path, .directory])
                return try connectStream(to: directory.procPath.appending(path))
            }
        } catch {
            throw ContainerError(errno: error, reason: "dial unix \(path): connect")
        }
    }

    /// Sends the master with the name that receivers expect.
    package static func send(
        _ master: borrowing FileDescriptor, over socket: borrowing FileDescriptor
    ) throws(ContainerError) {
        try attempt("sendmsg", "the console socket") { () throws(Errno) in
            try socket.send(Array("/dev/pts/ptmx".utf8), with: master)
        }
    }
}
