import Linux

extension RootfsSetup {
    /// Writes a kernel parameter, through the own procfs: what lies at the container's `/proc` has no say.
    package func perform(_ step: SysctlStep) throws(ContainerError) {
        let file: FileDescriptor
        do throws(Errno) {
            file = try Procfs.open("sys/\(step.path)", in: procfs.raw, .writeOnly)
        } catch {
            throw ContainerError(
                operation: "open sysctl " + step.key + " file", value: quoted(step.value),
                subject: "/proc/sys/" + step.path, errno: error)
        }
        do throws(Errno) {
            try writeOnce(step.value, to: file.raw)
        } catch {
            throw ContainerError(
                operation: "write sysctl " + step.key + " to", value: quoted(step.value),
                subject: "/proc/sys/" + step.path, errno: error)
        }
    }
}
