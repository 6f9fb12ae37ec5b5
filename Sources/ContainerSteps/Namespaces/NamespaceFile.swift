import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// A file that names a namespace, such as `/proc/PID/ns/net` or a bind mount of it. See namespaces(7).
package enum NamespaceFile {
    /// Opens the namespace at `path`, checked to be one of the kind of `flags`.
    package static func open(_ path: Path, _ flags: CloneFlags) throws(ContainerError) -> FileDescriptor {
        let descriptor: FileDescriptor
        do throws(Errno) {
            descriptor = try FileDescriptor.open(path, [.nonBlocking, .noControllingTerminal])
        } catch {
            throw ContainerError(
                member: ".path", value: quoted(path), errno: error,
                reason: "unable to create new parent process: namespace path: lstat \(path)")
        }
        try check(descriptor, path, flags)
        return descriptor
    }

    /// The name of such a namespace in /proc/PID/ns.
    private static func name(of flags: CloneFlags) -> String {
        switch NamespaceType.allCases.first(where: { $0.cloneFlags == flags }) {
        case .mount: "mnt"
        case .network: "net"
        case let type?: type.rawValue
        case nil: "*"
        }
    }

    private static func check(_ file: borrowing FileDescriptor, _ path: Path, _ flags: CloneFlags)
        throws(ContainerError)
    {
        let kind: CloneFlags?
        do throws(Errno) {
            kind = try file.fileSystemKind() == .nsfs ? try file.namespaceKind() : nil
        } catch {
            throw ContainerError(
                operation: "ioctl(NS_GET_NSTYPE)", member: ".path", value: quoted(path), errno: error)
        }
        guard kind == flags else {
            throw ContainerError(
                .invalidConfiguration, member: ".path", value: quoted(path),
                reason: kind == nil
                    ? "the file is no namespace" : "the file names a namespace of another type",
                remedy: "it must be one such as /proc/PID/ns/" + Self.name(of: flags))
        }
    }
}
