import ByteStrings
import LinuxKernel

/// Writes a kernel parameter of the container's namespaces, through the child's own procfs: what lies at the container's
/// `/proc` has no say. See sysctl(8).
package struct SysctlStep: Equatable, RootfsStep {
    package static let name: StaticString = "sysctl"

    /// The key as config.json has it.
    package var key = ByteString()
    /// The path below `/proc/sys`.
    package var path = Path()
    package var value = ByteString()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("key", &key)
        try visitor.field("path", &path)
        try visitor.field("value", &value)
    }

    package var detail: String { key.text + "=" + value }

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        let file: FileDescriptor
        do throws(Errno) {
            file = try Procfs.open("sys/\(path)", in: setup.procfs.file, .writeOnly)
        } catch {
            throw ContainerError(
                operation: "open sysctl " + key + " file", value: quoted(value),
                subject: "/proc/sys/" + path, errno: error)
        }
        do throws(Errno) {
            try file.writeOnce(value)
        } catch {
            throw ContainerError(
                operation: "write sysctl " + key + " to", value: quoted(value),
                subject: "/proc/sys/" + path, errno: error)
        }
    }
}
