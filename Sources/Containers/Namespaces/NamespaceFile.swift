import Linux

/// A file that names a namespace, such as `/proc/PID/ns/net` or a bind mount of it. See namespaces(7).
enum NamespaceFile {
    /// Opens the namespace at `path`, checked to be one of the kind of `flags`.
    static func open(_ path: String, _ flags: CloneFlags) throws(ContainerError) -> FileDescriptor {
        let descriptor: FileDescriptor
        do throws(Errno) {
            descriptor = try FileDescriptor.open(path, [.nonBlocking, .noControllingTerminal])
        } catch {
            throw ContainerError(
                errno: error, reason: "unable to create new parent process: namespace path: lstat \(path)")
        }
        try check(descriptor.raw, path, flags)
        return descriptor
    }

    private static func check(_ raw: Int32, _ path: String, _ flags: CloneFlags) throws(ContainerError) {
        let kind = try attempt("ioctl(NS_GET_NSTYPE)", path) { () throws(Errno) in
            guard try fileSystemKind(of: raw) == .nsfs else { throw .invalidArgument }
            return try namespaceKind(of: raw)
        }
        guard kind == flags else {
            throw ContainerError(
                .invalidConfiguration, subject: path, reason: "the file names a namespace of another type")
        }
    }
}
